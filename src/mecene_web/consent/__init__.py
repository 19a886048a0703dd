"""Consent: what each person allowed, with its proof."""
