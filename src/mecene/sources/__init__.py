"""Sources: what do the files say, as typed facts, and what could not be read?"""
