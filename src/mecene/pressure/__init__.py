"""Pressure: may this be said to this donor now, and if not, when and why not?"""
