"""Batch: many travellers at once: who is due, and what becomes of each, nobody stopping the others.

Whoever cannot be advanced is given back as stuck, with the reason, as they were.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from mecene.conditions.holding import Cell, UnansweredColumn
from mecene.journeys import advance as steps_ahead
from mecene.journeys.advance import LostStep, WrongJourney
from mecene.journeys.publishing import Published
from mecene.journeys.traveller import Decision, Known, Traveller


@dataclass(frozen=True)
class Stuck:
    """Somebody who cannot go on as things are, and why; their state is unchanged."""

    traveller: Traveller
    why: UnansweredColumn | LostStep | WrongJourney


def due(waiting: pl.DataFrame, *, now: datetime) -> pl.DataFrame:
    """Return the rows that are due, soonest first.

    Args:
        waiting: Sorted by ``due_at`` (UTC, without empty cells): then whatever is not due costs
            nothing, be there a million of them.
        now: With a zone.
    """
    moments = waiting["due_at"]
    # The search of a sorted column: twenty comparisons for a million rows.
    reached = moments.search_sorted(now.astimezone(UTC), side="right")
    return waiting.head(int(reached))


def advance_all(
    published: Published,
    travellers: Iterable[tuple[Traveller, Known]],
    *,
    now: datetime,
) -> Iterator[Decision | Stuck]:
    """Yield what becomes of each traveller, in their order."""
    for traveller, known in travellers:
        try:
            yield steps_ahead.advance(published, traveller, known=known, now=now)
        except (UnansweredColumn, LostStep, WrongJourney) as why:
            yield Stuck(traveller, why)


def values(frame: pl.DataFrame, *, columns: Iterable[str]) -> dict[int, Mapping[str, Cell]]:
    """Return donor → column → value, of some columns of the summary."""
    wanted = sorted(set(columns))
    rows = frame.select("donor_id", *(name for name in wanted if name != "donor_id"))
    return {row["donor_id"]: row for row in rows.iter_rows(named=True)}
