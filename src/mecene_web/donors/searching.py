"""Searching: how names, addresses and references are folded, so that anybody is found."""

import polars as pl

from mecene.sources import folding

_SOUGHT = (
    "last_name", "first_name", "organisation_name", "email", "phone", "postcode", "city",
)  # fmt: skip


def folded(*, number: str = "donor_id") -> pl.Expr:
    """Return what a donor is found by: lower case, without accents, its number last."""
    said = [pl.col(name).fill_null("") for name in _SOUGHT]
    return folding.folded(pl.concat_str([*said, pl.col(number).cast(pl.String)], separator=" "))
