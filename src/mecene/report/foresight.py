"""Foresight: what donors were learnt to do, and how that did on a period put aside.

The file's past is read once and learnt from twice: whole, for today's scores; and without its
last period, which is then the test that the report and the model's card show.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from mecene.engine.store import BUCKETS
from mecene.report.question import Progress, Question, silent
from mecene.scores import card as model_card
from mecene.scores import contact, model, targets, training, typical, unseen
from mecene.scores.card import Card
from mecene.scores.history import History
from mecene.scores.leaks import LeakingColumn
from mecene.scores.model import ScoreModel
from mecene.scores.targets import Target
from mecene.scores.training import Rows
from mecene.scores.typical import Typical
from mecene.scores.unseen import Unseen
from mecene.segments import lifecycle
from mecene.segments.rules import Rules

# What a report pays for: more rows or older years move the scores less than they take time
# (docs/methods/scores.md).
ROWS = 10_000
ORIGINS = 4
# Those a page or a list reads: of commitments, and of who has not given yet.
_AIMS = (
    "starts_recurring", "stops_voluntarily", "stops_involuntarily", "raises_recurring",
    "first_gift",
)  # fmt: skip


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
        told, card = taught(
            known,
            rules=question.rules,
            contact_cost=question.contact_cost,
            on_progress=question.on_progress,
            aims=tuple(aim for aim in targets.declared() if aim.name in _AIMS),
        )
        return Foresight(told, card, usual)
    except LeakingColumn as leak:
        # In a very small file a column can tell, by chance, all who then gave. Nothing is then
        # learnt of its past: the published answers, and a sentence that says so.
        nothing = History(as_of, looked_from.period_months, currency, [], today, {})
        return Foresight(model.taught(nothing), None, usual, leaking=leak.column)


def taught(
    known: History,
    *,
    rules: Rules,
    contact_cost: float | None = None,
    on_progress: Progress = silent,
    aims: tuple[Target, ...] | None = None,
) -> tuple[ScoreModel, Card | None]:
    """Return a model and its card; no card where the past is too short to put it to the test.

    Args:
        known: What is learnt from.
        rules: Of the segments.
        contact_cost: What writing to one donor costs, in units of the currency; a default if None.
        on_progress: Told ``(stage, done, total)``.
        aims: Targets to learn beside giving; all those declared by default.

    Raises:
        LeakingColumn: a column of ``known`` knows what happened after its origin.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="unseen") as beside:
        # The test learns from the same rows and waits for nothing of the model's.
        testing = beside.submit(_unseen, known)
        told = model.taught(known, on_progress=on_progress, aims=aims)
        found = testing.result()
    if found is None:
        return told, None
    return told, model_card.of(
        told,
        found,
        contact_minor=contact.minor(contact_cost, currency=known.currency),
        known=known,
        further={"segment": lifecycle.classify(found.summary, rules=rules)["segment"]},
    )


def _unseen(known: History) -> Unseen | None:
    try:
        return unseen.of(known.rows, period_months=known.period_months, currency=known.currency)
    except unseen.NothingUnseen:
        return None


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
