"""Foresight: what donors were learnt to do, and how that did on a period put aside.

The file's past is read once and learnt from twice: whole, for today's scores; and without its
last period, which is then the test that the report shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from mecene.engine.store import BUCKETS
from mecene.report.question import Question
from mecene.scores import backtest, goodness, leaks, model, training, typical, unseen
from mecene.scores.backtest import Backtest
from mecene.scores.model import ScoreModel
from mecene.scores.training import Rows
from mecene.scores.typical import Typical

# What a report pays for: more rows or older years move the scores less than they take time
# (docs/methods/scores.md).
ROWS = 10_000
ORIGINS = 4
_GROUPS = 10
# Fewer donors, or acts, make a test that chance alone decides.
_LEAST_TESTED = 50
_LEAST_OUTCOMES = 10


@dataclass(frozen=True)
class Tested:
    """How a model that stopped before the last period did on it.

    ``curve`` has a row a group of equal size, least likely first: ``donors``, ``foretold`` and
    ``seen``, shares of them.
    """

    backtest: Backtest
    curve: pl.DataFrame


@dataclass(frozen=True)
class Foresight:
    """The model of today's scores, its test, and what donors are usually like.

    ``tested`` is None where the past is too short for one, ``typical`` where there is nobody.
    """

    model: ScoreModel
    tested: Tested | None
    typical: Typical | None


def learnt(question: Question, parts: Sequence[Path]) -> Foresight:
    """Return what a store of facts teaches; ``parts`` are today's summaries."""
    store, as_of = question.store, question.as_of
    looked_from = training.days(store, as_of=as_of, most=ORIGINS)
    currency = training.currency(store, as_of=as_of)
    rows: list[Rows] = []
    for found in training.rows(store, looked_from, in_currency=currency, most=ROWS):
        rows.append(found)
        question.on_progress("scores_past", len(rows), len(looked_from.days))
    months, today = looked_from.period_months, _today(parts, rows)
    learn = partial(model.learn, as_of=as_of, period_months=months, currency=currency)
    try:
        told = learn(rows, today, on_progress=question.on_progress)
        tested = _tested(rows, period_months=months, currency=currency)
    except leaks.LeakingColumn:
        # In a very small file a column can tell, by chance, all who then gave. Nothing is then
        # learnt of its past: the published answers, and a sentence that says so.
        told, tested = learn([], today), None
    usual = typical.of(today) if today.height else None
    return Foresight(told, tested, usual)


def _today(parts: Sequence[Path], rows: Sequence[Rows]) -> pl.DataFrame:
    """Return today's summary of the donors who are learnt from, those of the same buckets."""
    donors = pl.scan_parquet(list(parts))
    if rows:
        taken = (rows[-1].frame["donor_id"] % _BUCKETS).unique().to_list()
        # A small file is taken whole, whoever came since.
        if rows[-1].share < 1:
            donors = donors.filter((pl.col("donor_id") % _BUCKETS).is_in(taken))
    return training.seen(donors.collect()).sort("donor_id")


_BUCKETS = len(BUCKETS)


def _tested(rows: Sequence[Rows], *, period_months: int, currency: str) -> Tested | None:
    if len(rows) < 2:
        return None
    last = rows[-1]
    donors = last.frame.filter(pl.col("gifts") > 0)
    gave = int((donors["period_gifts"] > 0).sum())
    if donors.height < _LEAST_TESTED or not _LEAST_OUTCOMES <= gave < donors.height:
        return None
    taught = model.learn(
        [unseen.known_on(part, last.origin, period_months) for part in rows[:-1]],
        last.frame,
        as_of=last.origin,
        period_months=period_months,
        currency=currency,
        aims=(),  # the test is of giving alone
    )
    rng = np.random.default_rng(0)
    found = backtest.of(taught, donors, origin=last.origin, months=period_months, rng=rng)
    chance = backtest.chances(taught, donors, months=period_months)["score"]
    outcome = (donors["period_gifts"] > 0).to_numpy().astype(np.float64)
    groups = goodness.by_group(chance, outcome, groups=_GROUPS)
    curve = pl.DataFrame(
        [(len(told), float(told.mean()), float(did.mean())) for told, did in groups],
        schema={"donors": pl.Int64, "foretold": pl.Float64, "seen": pl.Float64},
        orient="row",
    )
    return Tested(found, curve)
