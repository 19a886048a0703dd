"""Essentials: the figures and the sentences to read when there is time for nothing else."""

import polars as pl

from mecene.report import lexicon
from mecene.report.analysis import Analysis
from mecene.report.chapters.writing import Pen
from mecene.report.page import Card
from mecene.retention.measure import Measures
from mecene.retention.yearly import YearFigures

_SEGMENTS_OF_GIVERS = ("recurring", "ambassador")


def cards(analysis: Analysis, pen: Pen) -> list[Card]:
    """Return the headline figures, those that are defined."""
    found: list[Card | None] = [_givers(analysis, pen) if analysis.count else None]
    if analysis.measures:
        measures = analysis.measures
        found += [
            _income(measures, pen),
            _retention(measures, pen),
            _second_gift(measures, pen),
            _regular(measures, pen),
        ]
    found.append(_value(analysis, pen))
    return [card for card in found if card is not None]


def sentences(analysis: Analysis, pen: Pen) -> list[str]:
    """Return what the figures say, most useful first; only what is true of this file."""
    found = [_at_risk(analysis, pen)]
    if analysis.measures:
        measures = analysis.measures
        found += [
            _gains_and_losses(measures, pen),
            _concentration(measures, pen),
            _december(measures, pen),
            _who_leaves(measures, pen),
        ]
    return [sentence for sentence in found if sentence]


def last_complete(measures: Measures, *, series: str = "rolling") -> YearFigures | None:
    """Return the last complete year of people's figures."""
    years = [
        year
        for year in measures.yearly
        if year.series == series and year.who == "donors" and year.complete
    ]
    return years[-1] if years else None


def _givers(analysis: Analysis, pen: Pen) -> Card:
    gave = int(analysis.segments["gave_12m"].sum())
    before = int(analysis.segments["gave_previous_12m"].sum())
    change = (gave - before) / before if before else None
    note = pen.counted("cards.givers_note", analysis.count)
    if change is not None:
        note = f"{pen.say('cards.against', change=pen.change(change))} · {note}"
    tone = "plain" if change is None else "good" if change >= 0 else "warn"
    return Card(pen.number(gave), pen.say("cards.givers"), note, tone)


def _income(measures: Measures, pen: Pen) -> Card:
    window, to_date = measures.income_last_12m, measures.income_to_date
    note = pen.counted("cards.income_note", window.gifts)
    if to_date.growth is not None:
        note = pen.say("cards.to_date", change=pen.change(to_date.growth))
    tone = "plain" if to_date.growth is None else "good" if to_date.growth >= 0 else "warn"
    return Card(pen.amount(window.amount_minor), pen.say("cards.income"), note, tone)


def _retention(measures: Measures, pen: Pen) -> Card | None:
    year = last_complete(measures)
    if year is None or year.retention is None:
        return None
    parts = [
        pen.say(f"cards.{name}", share=pen.percent(share))
        for name, share in (("new", year.new_retention), ("repeat", year.repeat_retention))
        if share is not None
    ]
    return Card(pen.percent(year.retention), pen.say("cards.retention"), " · ".join(parts))


def _second_gift(measures: Measures, pen: Pen) -> Card | None:
    year = [c for c in measures.second_gift.conversions if c.days == 365 and c.share is not None]
    if not year:
        return None
    return Card(
        pen.percent(year[0].share),
        pen.say("cards.second_gift"),
        pen.counted("cards.second_gift_note", year[0].old_enough),
    )


def _regular(measures: Measures, pen: Pen) -> Card | None:
    force = measures.recurring_in_force
    if force is None or not force.active:
        return None
    return Card(
        pen.number(force.active),
        pen.say("cards.regular"),
        pen.say("cards.regular_note", amount=pen.amount(force.monthly_minor)),
    )


def _value(analysis: Analysis, pen: Pen) -> Card | None:
    total = analysis.value_totals.get("expected_value_36m_minor")
    if not total:
        return None
    each = total / analysis.in_currency
    return Card(
        pen.amount(total),
        pen.say("cards.value"),
        pen.say("cards.value_note", each=pen.amount(each)),
    )


def _at_risk(analysis: Analysis, pen: Pen) -> str | None:
    row = analysis.segments.filter(pl.col("segment") == "at_risk")
    if row.is_empty():
        return None
    amount = row["amount_12m_minor"][0] + row["amount_previous_12m_minor"][0]
    return pen.counted("findings.at_risk", int(row["donors"][0]), amount=pen.amount(amount))


def _gains_and_losses(measures: Measures, pen: Pen) -> str | None:
    complete = [
        m for m in measures.movements if m.series == "rolling" and m.who == "donors" and m.complete
    ]
    if not complete or complete[-1].gain_loss_ratio is None:
        return None
    last = complete[-1]
    return pen.say(
        "findings.gains_and_losses",
        ratio=pen.amount(100_00 * (last.gain_loss_ratio or 0)),
        hundred=pen.amount(100_00),
    )


def _concentration(measures: Measures, pen: Pen) -> str | None:
    latest = [c for c in measures.concentration if c.who == "donors"]
    tenth = [t for c in latest[-1:] for t in c.top if t.donors_share == 0.1]
    if not tenth or tenth[0].income_share is None:
        return None
    return pen.say("findings.concentration", share=pen.percent(tenth[0].income_share))


def _december(measures: Measures, pen: Pen) -> str | None:
    months = pl.DataFrame(
        [(row.month.month, row.amount_minor) for row in measures.income_by_month],
        schema=["month", "amount_minor"],
        orient="row",
    )
    if months.height < 24:
        return None
    total = int(months["amount_minor"].sum())
    best = months.group_by("month").agg(pl.col("amount_minor").sum()).sort("amount_minor")[-1]
    share = best["amount_minor"][0] / total
    if share < 1.5 / 12:
        return None
    month = pen.say(f"months.m{best['month'][0]}")
    return pen.say("findings.best_month", month=month, share=pen.percent(share))


def _who_leaves(measures: Measures, pen: Pen) -> str | None:
    more = [
        g
        for g in measures.who_leaves.groups
        if g.differs == "more" and g.attrition and g.value != "unknown"
    ]
    if not more:
        return None
    group = max(more, key=lambda g: g.donors)
    return pen.say(
        "findings.who_leaves",
        group=who(group.dimension, group.value, pen),
        share=pen.percent(group.attrition),
        all=pen.percent(measures.who_leaves.attrition),
    )


def who(dimension: str, value: str, pen: Pen) -> str:
    """Return a group of donors in words: « âge : 65–74 »."""
    known = lexicon.labels("traits", lang=pen.lang)
    return pen.say(
        "findings.group",
        dimension=pen.say(f"dimensions.{dimension}"),
        value=known.get(value, value),
    )
