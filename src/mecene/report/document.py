"""Document: the analysis and what was read, put in reading order as one page."""

from dataclasses import dataclass

from mecene import period
from mecene.report import page
from mecene.report.analysis import Analysis, Measured
from mecene.report.chapters import (
    actions,
    card,
    essentials,
    foretold,
    income,
    life,
    loyalty,
    quality,
    regular,
    worth,
)
from mecene.report.chapters.writing import Pen
from mecene.report.intake import Intake

_FILES_NAMED = 3


@dataclass(frozen=True)
class Begun:
    """The chapters that measures alone make, their pictures being drawn."""

    income: page.Section
    loyalty: page.Section | None


def begun(known: Measured, *, lang: str) -> Begun:
    """Return the chapters that what is known first makes, while the rest is worked out."""
    pen = Pen(lang=lang, currency=known.currency)
    return Begun(
        income.chapter(known.measures, pen, series=known.series),
        loyalty.chapter(known.measures, pen),
    )


def document(analysis: Analysis, intake: Intake, *, first: Begun | None = None) -> page.Page:
    """Return the page of an analysis, in its language.

    Args:
        analysis: What was worked out.
        intake: What was read.
        first: Its chapters that were begun before the rest was known, in the same language.
    """
    pen = Pen(lang=analysis.lang, currency=analysis.currency)
    measures = analysis.measures
    if first is None and measures:
        first = begun(Measured(measures, analysis.currency, analysis.series), lang=analysis.lang)
    chapters = [
        first.income if first else None,
        life.chapter(analysis, pen) if analysis.count else None,
        first.loyalty if first else None,
        regular.chapter(analysis, pen),
        foretold.chapter(analysis, pen),
        card.chapter(analysis, pen),
        worth.chapter(analysis, pen) if analysis.model else None,
        quality.chapter(intake, pen),
    ]
    return page.Page(
        title=pen.say("titles.report", day=period.written(analysis.as_of, lang=pen.lang)),
        subtitle=_subtitle(analysis, intake, pen),
        cards=essentials.cards(analysis, pen),
        sentences=essentials.sentences(analysis, pen),
        actions=actions.actions(analysis, pen),
        excluded=actions.excluded(analysis, pen) if analysis.count else "",
        sections=[chapter for chapter in chapters if chapter],
        warnings=(*_nobody(analysis, pen), *analysis.warnings),
        footer=[pen.say("titles.footer_value"), pen.say("titles.footer")],
    )


def headlines(analysis: Analysis) -> list[page.Card]:
    """Return the headline figures alone, for who reads a terminal."""
    return essentials.cards(analysis, Pen(lang=analysis.lang, currency=analysis.currency))


def _nobody(analysis: Analysis, pen: Pen) -> list[str]:
    """Return what to know first of a file where nobody is known, or where nobody gave."""
    if not analysis.count:
        return [pen.say("leads.nobody_named")]
    return [] if analysis.measures else [pen.say("leads.nobody_gave")]


def _subtitle(analysis: Analysis, intake: Intake, pen: Pen) -> str:
    day = period.written(analysis.as_of, lang=pen.lang)
    if analysis.measures is None:
        return pen.say("titles.subtitle_no_gift", files=_files(intake, pen), day=day)
    return pen.say(
        "titles.subtitle",
        files=_files(intake, pen),
        first=period.written(analysis.measures.first_gift_on, lang=pen.lang),
        last=period.written(analysis.measures.last_gift_on, lang=pen.lang),
        day=day,
    )


def _files(intake: Intake, pen: Pen) -> str:
    names = [file.name for file in intake.files] or ["–"]
    if len(names) <= _FILES_NAMED:
        return ", ".join(names)
    return pen.say("titles.files_more", first=names[0], more=len(names) - 1)
