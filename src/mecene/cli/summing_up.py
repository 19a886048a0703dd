"""Summing up: what an analysis says in a terminal, in a screenful."""

from pathlib import Path

from mecene import money, period
from mecene.cli import telling
from mecene.cli.lexicon import say
from mecene.report import document
from mecene.report.analysis import Analysis
from mecene.report.intake import FileIntake, Intake


def intake(found: Intake, *, lang: str) -> None:
    """Print, for each file: rows = facts + rejects, what was recognised, what was noticed."""
    for file in found.files:
        telling.out(_counts(file, lang))
        for table, rows in sorted(file.by_table.items()):
            telling.out(f"    {say(f'tables.{table}', lang=lang)} : {_number(rows, lang)}")
        for problem, rows in sorted(file.by_problem.items(), key=lambda item: -item[1])[:5]:
            telling.out(f"    ✗ {_number(rows, lang)} × {problem}")
        for kind, rows in (("identical", file.identical), ("overlap", file.overlap)):
            if rows:
                telling.out(f"    {say(f'intake.{kind}', lang=lang, n=_number(rows, lang))}")
        for note in file.notes:
            telling.out(f"    · {note}")
    telling.out(
        say(
            "intake.people",
            lang=lang,
            persons=_number(found.persons, lang),
            donors=_number(found.donors, lang),
            merges=_number(found.merges, lang),
            proposals=_number(found.proposals, lang),
        )
    )


def analysis(found: Analysis, out: Path, *, lang: str, told: bool) -> None:
    """Print the day, the headline figures, and where everything is."""
    day = period.written(found.as_of, lang=lang)
    telling.out()
    telling.out(say("done.as_of_told" if told else "done.as_of", lang=lang, day=day))
    for card in document.headlines(found):
        telling.out(f"  {card.label} : {card.figure}  ({card.note})")
    for warning in found.warnings:
        telling.out(f"  ! {warning}")
    telling.out()
    telling.out(say("done.report", lang=lang, path=(out / "report.html").resolve()))
    telling.out(say("done.others", lang=lang, out=out.resolve()))


def _counts(file: FileIntake, lang: str) -> str:
    return say(
        "intake.file",
        lang=lang,
        name=file.name,
        facts=_number(file.facts, lang),
        rejects=_number(file.rejects, lang),
        rows=_number(file.rows, lang),
    )


def _number(value: int, lang: str) -> str:
    return money.number(value, lang=lang)
