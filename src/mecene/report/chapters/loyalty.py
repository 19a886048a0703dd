"""Loyalty: who gives again, year after year, and what it gains and costs."""

from collections.abc import Sequence

import polars as pl

from mecene.report import lexicon, references
from mecene.report.chapters import essentials
from mecene.report.chapters.writing import Pen
from mecene.report.page import Block, Section, Table
from mecene.report.pictures import cohorts, curves, who_leaves
from mecene.retention.measure import Measures
from mecene.retention.second_gift import SecondGift
from mecene.retention.who_leaves import Group

_MOST_OF_A_KIND = 8
_DAYS_SAID = 730
# The retention of fewer is an anecdote.
_FEWEST_BEFORE = 10
_UNKNOWN = "unknown"


def chapter(measures: Measures, pen: Pen) -> Section | None:
    """Return the chapter on retention, None when no year can be held against another."""
    blocks = [
        block
        for block in (
            _years(measures, pen),
            _cohorts(measures, pen),
            _movements(measures, pen),
            _second_gift(measures.second_gift, pen),
            _who_leaves(measures, pen),
        )
        if block
    ]
    if not blocks:
        return None
    return Section(
        anchor="loyalty",
        title=pen.say("chapters.loyalty"),
        lead=pen.say("leads.loyalty"),
        blocks=tuple(blocks),
    )


def _years(measures: Measures, pen: Pen) -> Block | None:
    years = [
        y
        for y in measures.yearly
        if y.series == "fiscal" and y.who == "donors" and y.complete
        if y.donors_before >= _FEWEST_BEFORE
    ]
    table = pl.DataFrame(
        [
            (year.label, name, share)
            for year in years[-10:]
            for name, share in (
                ("overall", year.retention),
                ("new", year.new_retention),
                ("repeat", year.repeat_retention),
            )
        ],
        schema={"year": pl.String, "measure": pl.String, "share": pl.Float64},
        orient="row",
    )
    if table.drop_nulls("share").is_empty():
        return None
    return Block(
        lead=_recapture(measures, pen),
        how=pen.how("retention", "new_retention", "repeat_retention", "recapture"),
        picture=curves.retention(table, lang=pen.lang),
    )


def _recapture(measures: Measures, pen: Pen) -> str:
    year = essentials.last_complete(measures)
    if year is None or year.retention is None:
        return ""
    found = references.retention(lang=pen.lang)
    reference = pen.say(
        "leads.retention_reference",
        share=pen.percent(found.share, decimals=1),
        year=found.year,
        organisations=pen.number(found.organisations),
        source=found.source,
        published=found.published,
    )
    said = pen.say(
        "leads.retention",
        retained=pen.number(year.retained),
        before=pen.number(year.donors_before),
        share=pen.percent(year.retention),
        back=pen.number(year.reactivated + year.reacquired),
        recapture=pen.percent(year.recapture, decimals=1),
        amount=pen.percent(year.amount_retention),
    )
    return f"{said} {reference}"


def _cohorts(measures: Measures, pen: Pen) -> Block | None:
    cells = [cell for cell in measures.cohorts if cell.complete]
    acquired = {cell.cohort: cell.donors for cell in cells if cell.age_years == 0}
    table = pl.DataFrame(
        [
            (cell.label, cell.age_years, cell.donors, acquired[cell.cohort])
            for cell in cells
            if acquired.get(cell.cohort)
        ],
        schema={
            "cohort": pl.String,
            "years_since": pl.Int64,
            "donors": pl.Int64,
            "acquired": pl.Int64,
        },
        orient="row",
    )
    if table.filter(pl.col("years_since") > 0).is_empty():
        return None
    return Block(
        lead=pen.say("leads.cohorts"),
        how=pen.how("cohorts"),
        picture=cohorts.picture(table, lang=pen.lang),
    )


def _movements(measures: Measures, pen: Pen) -> Block | None:
    rows = [
        m for m in measures.movements if m.series == "fiscal" and m.who == "donors" and m.complete
    ]
    # The first year of a file has nothing before it: all of it would be "new".
    rows = [m for m in rows if m.losses_minor][-8:]
    if not rows:
        return None
    heads = (
        "year", "gained_new", "gained_recaptured", "gained_upgrade", "lost_downgrade",
        "lost_lapsed_new", "lost_lapsed_repeat", "net",
    )  # fmt: skip
    return Block(
        lead=pen.say("leads.movements"),
        how=pen.how("movements", "gains_losses", "flows"),
        table=Table(
            header=tuple(pen.say(f"tables.{head}") for head in heads),
            rows=tuple(
                (
                    m.label,
                    pen.amount(m.gained_new_minor),
                    pen.amount(m.gained_recaptured_minor),
                    pen.amount(m.gained_upgrade_minor),
                    pen.amount(-m.lost_downgrade_minor),
                    pen.amount(-m.lost_lapsed_new_minor),
                    pen.amount(-m.lost_lapsed_repeat_minor),
                    pen.amount(m.net_minor),
                )
                for m in rows
            ),
            caption=pen.say("captions.movements"),
        ),
    )


def _second_gift(second: SecondGift, pen: Pen) -> Block | None:
    points = [(p.days, p.share, p.low, p.high) for p in second.curve if p.days <= 3 * 365]
    if len(points) < 3:
        return None
    curve = pl.DataFrame(
        points,
        schema={"days": pl.Int64, "share": pl.Float64, "low": pl.Float64, "high": pl.Float64},
        orient="row",
    ).with_columns(pl.col("low", "high").fill_null(pl.col("share")))
    return Block(
        lead=_median(second.median_days, pen),
        how=pen.how("second_gift_curve", "second_gift"),
        picture=curves.second_gift(curve, lang=pen.lang),
    )


def _median(days: int | None, pen: Pen) -> str:
    if days is None:
        return pen.say("leads.second_gift")
    if days <= _DAYS_SAID:
        return pen.say("leads.second_gift_median", days=pen.number(days))
    years = pen.number(days / 365.25, decimals=1)
    return pen.say("leads.second_gift_years", years=years)


def _who_leaves(measures: Measures, pen: Pen) -> Block | None:
    groups = _told(measures.who_leaves.groups)
    attrition = measures.who_leaves.attrition
    # One group alone is all donors over again.
    if len(groups) < 2 or attrition is None:
        return None
    return Block(
        lead=pen.say("leads.who_leaves", all=pen.percent(attrition)),
        how=pen.how("who_leaves", "too_few"),
        picture=who_leaves.picture(
            groups,
            dimensions=lexicon.labels("dimensions", lang=pen.lang),
            values=lexicon.labels("traits", lang=pen.lang),
            attrition=attrition,
            lang=pen.lang,
        ),
    )


def _told(groups: Sequence[Group]) -> list[Group]:
    """Return the groups worth drawing, dimension by dimension, those who leave most first."""
    known = [g for g in groups if g.enough and g.attrition is not None and g.value != _UNKNOWN]
    told = []
    for dimension in dict.fromkeys(g.dimension for g in known if g.dimension != "department"):
        kept = [g for g in known if g.dimension == dimension]
        # Of many places, those that differ are worth a line, and a few for comparison.
        kept.sort(key=lambda g: (g.differs is None, -g.donors))
        kept = kept[:_MOST_OF_A_KIND]
        ordered = dimension == "age"
        told += sorted(kept, key=lambda g: g.value if ordered else -(g.attrition or 0.0))
    return told
