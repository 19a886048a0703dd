"""Foresight: what donors were learnt to do, and how that did on a period put aside.

The file's past is read once and learnt from twice: whole, for today's scores; and without its
last period, which is then the test that the report and the model's card show.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from mecene.engine.store import BUCKETS
from mecene.report.question import Question
from mecene.scores import card as model_card
from mecene.scores import contact, model, training, typical, unseen
from mecene.scores.card import Card
from mecene.scores.history import History
from mecene.scores.leaks import LeakingColumn
from mecene.scores.model import ScoreModel
from mecene.scores.training import Rows
from mecene.scores.typical import Typical
from mecene.segments import lifecycle
from mecene.segments.rules import Rules

# What a report pays for: more rows or older years move the scores less than they take time
# (docs/methods/scores.md).
ROWS = 10_000
ORIGINS = 4


@dataclass(frozen=True)
class Foresight:
    """The model of today's scores, its card, and what donors are usually like.

    ``card`` is None where the past is too short for a test, ``typical`` where there is nobody.
    ``leaking`` names the column that knew the future, where nothing was learnt because of it.
    """

    model: ScoreModel
    card: Card | None
    typical: Typical | None
    leaking: str | None = None


def learnt(question: Question, parts: Sequence[Path]) -> Foresight:
    """Return what a store of facts teaches; ``parts`` are today's summaries."""
    store, as_of = question.store, question.as_of
    looked_from = training.days(store, as_of=as_of, most=ORIGINS)
    currency = training.currency(store, as_of=as_of)
    rows: list[Rows] = []
    for found in training.rows(store, looked_from, in_currency=currency, most=ROWS):
        rows.append(found)
        question.on_progress("scores_past", len(rows), len(looked_from.days))
    today = _today(parts, rows)
    known = History(as_of, looked_from.period_months, currency, rows, today, {})
    usual = typical.of(today) if today.height else None
    try:
        told = model.taught(known, on_progress=question.on_progress)
        card = card_of(told, known, rules=question.rules, contact_cost=question.contact_cost)
        return Foresight(told, card, usual)
    except LeakingColumn as leak:
        # In a very small file a column can tell, by chance, all who then gave. Nothing is then
        # learnt of its past: the published answers, and a sentence that says so.
        nothing = History(as_of, looked_from.period_months, currency, [], today, {})
        return Foresight(model.taught(nothing), None, usual, leaking=leak.column)


def card_of(
    told: ScoreModel, known: History, *, rules: Rules, contact_cost: float | None = None
) -> Card | None:
    """Return the card of a model; None where the past is too short to put it to the test.

    Args:
        told: The model.
        known: What it was learnt from.
        rules: Of the segments.
        contact_cost: What writing to one donor costs, in units of the currency; a default if None.
    """
    try:
        found = unseen.of(known.rows, period_months=known.period_months, currency=known.currency)
    except unseen.NothingUnseen:
        return None
    return model_card.of(
        told,
        found,
        contact_minor=contact.minor(contact_cost, currency=known.currency),
        known=known,
        further={"segment": lifecycle.classify(found.summary, rules=rules)["segment"]},
    )


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
