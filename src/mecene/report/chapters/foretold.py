"""Foretold: what each donor should do, and how sure that is."""

from mecene.report import foretold, lexicon
from mecene.report.analysis import Analysis
from mecene.report.chapters.writing import Pen
from mecene.report.page import Block, Section
from mecene.report.pictures import foretold as pictures
from mecene.scores import leaks
from mecene.scores.card import Card


def chapter(analysis: Analysis, pen: Pen) -> Section | None:
    """Return the chapter on what is foretold; None where nobody who gave may be scored."""
    if analysis.foretold.is_empty():
        return None
    return Section(
        anchor="foretold",
        title=pen.say("chapters.foretold"),
        lead=" ".join(headline(analysis, pen)),
        blocks=(
            Block(
                lead=" ".join(
                    (
                        pen.say("leads.chances"),
                        *doubts(analysis, pen),
                        *_tested(analysis.foresight.card, pen),
                        pen.say("leads.see_card"),
                    )
                ),
                how=pen.say("how.chances"),
                picture=pictures.chances(analysis.foretold, currency=pen.currency, lang=pen.lang),
            ),
        ),
    )


def headline(analysis: Analysis, pen: Pen) -> list[str]:
    """Return what to expect of the year ahead, in sentences."""
    bands = analysis.foretold
    total = foretold.income(bands, year_effect=analysis.foresight.model.year_effect)
    if total.expected_minor <= 0:
        return [pen.say("leads.foretold_nothing")]
    amounts = {
        "expected": pen.amount(total.expected_minor),
        "low": pen.amount(total.low_minor),
        "high": pen.amount(total.high_minor),
    }
    donors = int(bands["donors"].sum())
    form = "one" if donors == 1 else "many"
    said = [pen.say(f"leads.foretold_{form}", n=pen.number(donors), **amounts)]
    if donors > 1:
        said.append(
            pen.say("leads.foretold_likely", likely=pen.number(round(bands["likely"].sum())))
        )
    alarmed = int(bands["alarmed"].sum())
    if alarmed:
        stake = pen.amount(int(bands["alarmed_12m_minor"].sum()))
        said.append(pen.counted("leads.foretold_alarm", alarmed, amount=stake))
    return said


def doubts(analysis: Analysis, pen: Pen) -> list[str]:
    """Return what to be careful with, in sentences; nothing where nothing is."""
    known = lexicon.labels("doubts", lang=pen.lang)
    leaking = analysis.foresight.leaking
    if leaking is not None:
        return [pen.say("doubts.leaking", column=leaks.column(leaking, lang=pen.lang))]
    doubted = analysis.foresight.model.warnings
    found = [known[name] for name in doubted if name in known]
    found += [leaks.sentence(name, lang=pen.lang) for name in doubted if name in leaks.WARNINGS]
    if analysis.foresight.card is None and "no_past" not in doubted:
        found.append(known["untested"])
    return found


def _tested(card: Card | None, pen: Pen) -> list[str]:
    """Return how the chances did where they were put to the test."""
    if card is None:
        return []
    told = card.goodness
    shares = {"foretold": told.mean_chance, "seen": told.outcomes / told.donors}
    written = {name: pen.percent(share, decimals=1) for name, share in shares.items()}
    return [pen.say(f"leads.card_{card.level}", **written)]
