"""Worth: what donors should give from now on, and who carries the income."""

import polars as pl

from mecene.report.analysis import Analysis
from mecene.report.chapters.writing import Pen
from mecene.report.page import Block, Section
from mecene.report.pictures import curves, values
from mecene.retention.concentration import Concentration


def chapter(analysis: Analysis, pen: Pen) -> Section:
    """Return the chapter on value and concentration."""
    foreseen = bool(analysis.value_totals.get("expected_value_36m_minor"))
    blocks = []
    if foreseen:
        picture = values.picture(analysis.value_bands, currency=pen.currency, lang=pen.lang)
        blocks.append(Block(lead=_lead(analysis, pen), how=pen.say("how.values"), picture=picture))
    if analysis.measures:
        latest = [c for c in analysis.measures.concentration if c.who == "donors"]
        if latest and len(latest[-1].lorenz) > 2:
            blocks.append(_concentration(latest[-1], pen))
    return Section(
        anchor="worth",
        title=pen.say("chapters.worth"),
        lead="" if foreseen else pen.say("leads.nothing_foreseen"),
        blocks=tuple(blocks),
    )


def _lead(analysis: Analysis, pen: Pen) -> str:
    totals = analysis.value_totals
    return pen.say(
        "leads.values",
        one=pen.amount(totals.get("expected_value_12m_minor")),
        three=pen.amount(totals.get("expected_value_36m_minor")),
        five=pen.amount(totals.get("expected_value_60m_minor")),
    )


def _concentration(found: Concentration, pen: Pen) -> Block:
    # The curve is kept from the least generous up; readers ask about the most generous.
    lorenz = pl.DataFrame(
        [(1 - p.donors_share, 1 - p.income_share) for p in found.lorenz],
        schema=["donors_share", "income_share"],
        orient="row",
    ).sort("donors_share")
    return Block(
        lead=pen.say("leads.concentration", donors=pen.number(found.donors)),
        how=pen.how("concentration", "gini"),
        picture=curves.concentration(lorenz, donors=found.donors, lang=pen.lang),
    )
