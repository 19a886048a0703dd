"""History: what a store of facts has to teach as of a day, read once for all that learn from it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from mecene.engine.store import FactStore
from mecene.scores import economy, training
from mecene.scores.training import Rows

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class History:
    """What is learnt from: ``rows``, donors on each origin, oldest first, and the same ``today``.

    ``period_months``: what their outcomes are counted over. ``economy``: the changes of external
    series as of ``as_of``, empty where none is read.
    """

    as_of: date
    period_months: int
    currency: str
    rows: Sequence[Rows]
    today: pl.DataFrame
    economy: Mapping[str, float]


def silent(_stage: str, _done: int, _total: int) -> None:
    """Say nothing."""


def read(
    store: FactStore,
    *,
    as_of: date,
    most_rows: int = training.ROWS_PER_ORIGIN,
    series_lags_months: tuple[int, ...] = (),
    on_progress: Progress = silent,
) -> History:
    """Return what a store of facts has to teach.

    Args:
        store: The facts.
        as_of: Facts dated on or after it are not seen.
        most_rows: Donors learnt from on one origin, about.
        series_lags_months: Read the changes of external series over these months too.
        on_progress: Told ``(stage, done, total)``.
    """
    looked_from = training.days(store, as_of=as_of)
    currency = training.currency(store, as_of=as_of)
    rows: list[Rows] = []
    for found in training.rows(store, looked_from, in_currency=currency, most=most_rows):
        on_progress("scores_past", len(rows), len(looked_from.days) + 1)
        rows.append(found)
    today = training.present(store, as_of=as_of, most=most_rows)
    now = economy.at(store, as_of=as_of, lags_months=series_lags_months)
    rows = [_with_economy(part, store, tuple(now), series_lags_months) for part in rows]
    on_progress("scores_past", len(looked_from.days) + 1, len(looked_from.days) + 1)
    return History(as_of, looked_from.period_months, currency, rows, today, now)


def _with_economy(
    part: Rows, store: FactStore, names: tuple[str, ...], lags_months: tuple[int, ...]
) -> Rows:
    if not names:
        return part
    then = economy.at(store, as_of=part.origin, lags_months=lags_months)
    return replace(part, frame=economy.beside(part.frame, then, names))
