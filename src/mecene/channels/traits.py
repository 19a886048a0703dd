"""Traits: what a donor may prefer, among which choices, and whom each donor is compared with.

A group is how a donor pays: by card, on paper, through the bank, or not lately. Who has died or
objects to profiling is absent.
"""

from dataclasses import dataclass

import polars as pl

from mecene.features import profiled

FAMILIES = ("recurring", "reach", "habits")
GROUPS = ("online", "paper", "bank", "silent")


@dataclass(frozen=True)
class Trait:
    """One thing donors may prefer: its choices in order, and the column that counts each."""

    name: str
    choices: tuple[str, ...]
    columns: tuple[str, ...]


_DEVICES = ("phone", "tablet", "computer")
_HOURS = tuple(range(0, 24, 2))
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CHANNELS = ("email", "phone", "post", "sms")
TRAITS = (
    Trait("channel", CHANNELS, tuple(f"answers_{name}" for name in CHANNELS)),
    Trait("weekday", tuple(str(day) for day in range(1, 8)), tuple(f"acts_{d}" for d in _DAYS)),
    Trait("hour", tuple(str(hour) for hour in _HOURS), tuple(f"acts_{h:02d}h" for h in _HOURS)),
    Trait("read_device", _DEVICES, tuple(f"read_{name}" for name in _DEVICES)),
    Trait("acted_device", _DEVICES, tuple(f"acted_{name}" for name in _DEVICES)),
)
_PAID = ("paid_card", "paid_cheque", "paid_cash", "paid_transfer")
_OTHERS = (
    "donor_id", "recurring_state", "deceased", "objects_profiling", "objects_email",
    "objects_post", "objects_phone", "objects_sms", "undeliverable_post", "declared_channel",
    "declared_cause", "usual_designation", "usual_designation_share",
)  # fmt: skip
COLUMNS = (*_OTHERS, *_PAID, *(column for trait in TRAITS for column in trait.columns))


def known(summary: pl.DataFrame) -> pl.DataFrame:
    """Return the columns habits are read from, with each donor's ``group``.

    Raises:
        profiled.IncompleteSummary: a column of ``COLUMNS`` is missing.
    """
    allowed = profiled.of(summary, columns=COLUMNS, families=FAMILIES)
    return allowed.with_columns(group=_group())


def _group() -> pl.Expr:
    card, paper = pl.col("paid_card"), pl.col("paid_cheque") + pl.col("paid_cash")
    bank = pl.col("paid_transfer")
    regular = pl.col("recurring_state").is_in(["active", "failing", "paused"])
    return (
        pl.when((card + paper + bank == 0) & regular.fill_null(value=False)).then(pl.lit("bank"))
        .when(card + paper + bank == 0).then(pl.lit("silent"))
        .when((card >= paper) & (card >= bank)).then(pl.lit("online"))
        .when(paper >= bank).then(pl.lit("paper"))
        .otherwise(pl.lit("bank"))
    )  # fmt: skip
