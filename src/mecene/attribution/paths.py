"""Paths: by which steps do people come to act, and which steps lead nowhere?

Time before each act, and before the day one looks from, is cut backwards in windows of equal length
(90 days): the touches of the window that ends in an act are a path to it; those of any other
window are a path to nothing. No touch is in two paths, none is left out.
"""

from datetime import date, datetime, time

import numpy as np
import polars as pl

from mecene.attribution.touches import ACTS, Met

WITHIN_DAYS = 90
GROUPS = 200
STEPS = ("channel", "channel_kind")
# A path is a row: its steps, how many took it to an act (and what that was worth) and to nothing,
# for one group of donors. Groups are drawn by chance: they are what uncertainty is measured on.
PATHS = pl.Schema({
    "path": pl.List(pl.String()), "group": pl.Int32(), "conversions": pl.Int64(),
    "value_minor": pl.Float64(), "nulls": pl.Int64(),
})  # fmt: skip
_COUNTS = ("conversions", "value_minor", "nulls")
_MICROSECONDS = 86_400_000_000


class UnknownAct(ValueError):
    """There is no such act, or no such step."""


class InvalidPaths(ValueError):
    """A table holds no paths; the message says why."""


def to(
    met: Met, *, act: str, as_of: date, within_days: int = WITHIN_DAYS, step: str = "channel"
) -> pl.DataFrame:
    """Return the paths to an act, and those to nothing, of the schema ``PATHS``.

    Args:
        met: What donors met and did.
        act: ``gift``, ``subscription`` or ``opt_in``; the others end no path.
        as_of: The day one looks from.
        within_days: Length of a window, >= 1.
        step: ``channel``, or ``channel_kind`` for ``email click``, ``post`` …

    Raises:
        UnknownAct: there is no such act, or no such step.
    """
    journeys = touched(met, act=act, as_of=as_of, within_days=within_days)
    if step not in STEPS:
        raise UnknownAct(f"there is no step {step!r}; one of {', '.join(STEPS)}")
    kept = pl.col("channel")
    if step == "channel_kind":
        sent = pl.col("kind") == "sent"
        kept = pl.when(sent).then(kept).otherwise(kept + " " + pl.col("kind"))
    one = journeys.group_by("donor_id", "anchor", "window", maintain_order=True).agg(
        path=kept, acted=pl.col("acted").first(), value_minor=pl.col("value_minor").first()
    )
    # An act with no touch before it: nobody is credited, and nobody hides it.
    alone = acts_of(met, act, as_of=as_of).join(
        journeys.filter("acted").select("donor_id", at="anchor").unique(),
        on=["donor_id", "at"], how="anti",
    )  # fmt: skip
    empty = pl.lit([], dtype=pl.List(pl.String))
    unmet = alone.select("donor_id", "value_minor", path=empty, acted=pl.lit(value=True))
    return added(_counted(pl.concat([one, unmet], how="diagonal_relaxed")))


def touched(met: Met, *, act: str, as_of: date, within_days: int = WITHIN_DAYS) -> pl.DataFrame:
    """Return every touch with what it came before, by donor and time.

    Returns:
        The columns of touches, ``anchor`` (the act, or the day one looks from), ``window`` (0: the
        last before it), ``acted`` (whether that window ends in an act), ``value_minor`` of the act.

    Raises:
        UnknownAct: there is no such act.
    """
    acts = acts_of(met, act, as_of=as_of).with_columns(anchor=pl.col("at"))
    last = datetime.combine(as_of, time())
    before = pl.col("anchor") - pl.col("at")
    return (
        met.touches.filter(pl.col("at") < last)
        .join_asof(acts, on="at", by="donor_id", strategy="forward", check_sortedness=False)
        .with_columns(led=pl.col("anchor").is_not_null(), anchor=pl.col("anchor").fill_null(last))
        .with_columns(window=before.dt.total_microseconds() // (within_days * _MICROSECONDS))
        .with_columns(acted=pl.col("led") & (pl.col("window") == 0))
        .with_columns(value_minor=pl.when("acted").then("value_minor").otherwise(0))
        .drop("led")
    )


def acts_of(met: Met, act: str, *, as_of: date) -> pl.DataFrame:
    """Return the acts of one kind before a day: ``donor_id``, ``at``, ``value_minor``, in order.

    Raises:
        UnknownAct: there is no such kind.
    """
    if act not in ACTS:
        raise UnknownAct(f"there is no act {act!r}; one of {', '.join(ACTS)}")
    # What was done at one moment (a day, where no hour is known) is one act.
    return (
        met.acts.filter(pl.col("act") == act, pl.col("at") < datetime.combine(as_of, time()))
        .group_by("donor_id", "at")
        .agg(pl.col("value_minor").sum())
        .sort("donor_id", "at")
    )


def of_counts(
    frame: pl.DataFrame, *, rng: np.random.Generator, separator: str = ">",
    conversions: str = "total_conversions", value: str | None = None, nulls: str | None = None,
) -> pl.DataFrame:  # fmt: skip
    """Return paths that were counted elsewhere, as a web analytics tool exports them.

    Args:
        frame: One row a path: ``path``, steps between separators, and counts.
        rng: Draws the group of each person: whose paths are whose is not known.
        separator: Between two steps.
        conversions: Column of how many acted.
        value: Column of what it was worth in all; None: nothing is known.
        nulls: Column of how many did not act; None: nobody counted.

    Raises:
        InvalidPaths: a column is missing, or a count is below 0.
    """
    wanted = [name for name in ("path", conversions, value, nulls) if name is not None]
    missing = [name for name in wanted if name not in frame.columns]
    if missing:
        raise InvalidPaths(f"there is no column {', '.join(missing)}")
    steps = pl.col("path").str.split(separator).list.eval(pl.element().str.strip_chars())
    known = frame.select(
        path=steps.list.eval(pl.element().filter(pl.element() != "")),
        conversions=pl.col(conversions).cast(pl.Int64),
        value_minor=(pl.col(value) if value else pl.lit(0)).cast(pl.Float64),
        nulls=(pl.col(nulls) if nulls else pl.lit(0)).cast(pl.Int64),
    )
    if known.select(pl.min_horizontal("conversions", "nulls").min().fill_null(0)).item() < 0:
        raise InvalidPaths("a count of people is below 0")
    parts = [_spread(known, column, rng) for column in ("conversions", "nulls")]
    return added(*parts)


def added(*paths: pl.DataFrame) -> pl.DataFrame:
    """Return paths of several buckets, or files, as those of all."""
    return (
        pl.concat(paths)
        .group_by("path", "group")
        .agg(pl.col(name).sum() for name in _COUNTS)
        .select(pl.col(name).cast(kind) for name, kind in PATHS.items())
        .sort("path", "group")
    )


def total(paths: pl.DataFrame) -> pl.DataFrame:
    """Return each path once, with the sums over all groups."""
    return paths.group_by("path").agg(pl.col(name).sum() for name in _COUNTS).sort("path")


def _counted(one: pl.DataFrame) -> pl.DataFrame:
    """Return a row a path, one person each, as rows of counts; donors fall into groups by hash."""
    # Knuth's multiplicative hash: neighbours in number fall far apart, the same on any machine.
    group = (pl.col("donor_id") * 2_654_435_761 % 2**32) * GROUPS // 2**32
    return one.select(
        "path",
        group=group.cast(pl.Int32),
        conversions=pl.col("acted").cast(pl.Int64),
        value_minor=pl.col("value_minor").fill_null(0).cast(pl.Float64),
        nulls=(~pl.col("acted")).cast(pl.Int64),
    )


def _spread(known: pl.DataFrame, column: str, rng: np.random.Generator) -> pl.DataFrame:
    """Return the people counted in one column, each in a group drawn by chance."""
    counts = known[column].to_numpy()
    row = np.repeat(np.arange(known.height), counts)
    each = pl.DataFrame({"row": row, "group": rng.integers(0, GROUPS, len(row), dtype=np.int32)})
    people = each.group_by("row", "group").len("people")
    worth = known["value_minor"].to_numpy() / np.maximum(counts, 1)
    where = people["row"].to_numpy()
    conversions = people["people"] if column == "conversions" else people["people"] * 0
    return pl.DataFrame(
        {
            "path": known["path"][where],
            "group": people["group"],
            "conversions": conversions.cast(pl.Int64),
            "value_minor": conversions.to_numpy() * worth[where],
            "nulls": people["people"].cast(pl.Int64) - conversions.cast(pl.Int64),
        }
    )
