"""Intake: what was read from which file, what was not, and who was recognised."""

from dataclasses import dataclass, field

import polars as pl

# What may be missing of a donor → whether it is.
GAPS = {
    "no_email": pl.col("email").is_null(),
    "no_phone": pl.col("phone").is_null(),
    "no_address": pl.col("address").is_null() | pl.col("postcode").is_null(),
    "no_birth_date": pl.col("birth_date").is_null() & (pl.col("kind") == "person"),
    "no_name": pl.col("last_name").is_null() & pl.col("organisation_name").is_null(),
}


@dataclass(frozen=True)
class FileIntake:
    """One file: its rows, what they became, and what was noticed.

    ``rows == facts + rejects``. ``facts`` are rows that became facts, ``by_table`` which;
    ``by_problem`` is worded in the report's language. ``identical`` rows are kept; ``overlap``
    counts rows that an earlier file has too.
    """

    name: str
    rows: int
    facts: int
    rejects: int
    by_table: dict[str, int] = field(default_factory=dict)
    by_problem: dict[str, int] = field(default_factory=dict)
    identical: int = 0
    overlap: int = 0
    recognised: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Intake:
    """All the files of an analysis, and the people found in them."""

    files: tuple[FileIntake, ...] = ()
    persons: int = 0
    donors: int = 0
    households: int = 0
    merges: int = 0
    proposals: int = 0
    anonymous_gifts: int = 0
    gaps: dict[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Return the rows read in all files."""
        return sum(file.rows for file in self.files)

    @property
    def facts(self) -> int:
        """Return the rows that became facts."""
        return sum(file.facts for file in self.files)

    @property
    def rejects(self) -> int:
        """Return the rows that did not."""
        return sum(file.rejects for file in self.files)


def gaps(donors: pl.LazyFrame) -> dict[str, int]:
    """Return what is missing → of how many donors (``facts.DONORS``); nothing missing is absent."""
    counted = donors.select(missing.sum().alias(name) for name, missing in GAPS.items()).collect()
    return {name: int(count) for name, count in counted.row(0, named=True).items() if count}
