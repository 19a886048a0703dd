"""Question: what is asked of a fact store, and where the answer's tables go."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl
from pyarrow import parquet

from mecene.engine.store import BUCKETS, FactStore
from mecene.segments import rules as segment_rules
from mecene.segments.rules import Rules

Progress = Callable[[str, int, int], None]

EVERYBODY = "all"
# A choice, to be made by each association: near what a French savings account pays.
DISCOUNT_RATE = 0.03
# Under it, a query over all the facts costs less than sixteen over a part of them.
_ROWS_AT_ONCE = 3_000_000


def silent(stage: str, done: int, total: int, /) -> None:
    """Hear how far a stage has come, and tell nobody."""


@dataclass(frozen=True)
class Question:
    """An association's donors as of a day, told in a language.

    ``into`` is a folder for the tables of donors. ``on_progress`` is called with (stage, done,
    in all). ``fiscal_year_start`` is a month, 1..12. ``discount_rate`` is a year's, > -1: what a
    euro in a year is worth less than one now. ``contact_cost`` is what writing to one donor
    costs, in units of the main currency; None where nobody said.
    """

    store: FactStore
    as_of: date
    into: Path
    lang: str
    rules: Rules = field(default_factory=segment_rules.load)
    fiscal_year_start: int = 1
    discount_rate: float = DISCOUNT_RATE
    contact_cost: float | None = None
    on_progress: Progress = silent

    @property
    def buckets(self) -> tuple[str | None, ...]:
        """Return the buckets of donors to go through: one by one, or all at once if few."""
        rows = sum(
            parquet.read_metadata(file).num_rows
            for table in ("gifts", "contacts", "interactions")
            for file in self.store.files(table)
        )
        return (None,) if rows <= _ROWS_AT_ONCE else BUCKETS

    @property
    def has_contacts(self) -> bool:
        """Return whether files hold what was sent to donors, or what they did besides giving."""
        return bool(self.store.files("contacts") or self.store.files("interactions"))

    def any_currency(self) -> str:
        """Return the currency of some gift, EUR without any: for a file where nothing counts."""
        files = self.store.files("gifts") or self.store.files("recurring_gifts")
        if not files:
            return "EUR"
        held = pl.scan_parquet(list(files)).select("currency").head(1).collect()
        return str(held["currency"][0]) if held.height else "EUR"
