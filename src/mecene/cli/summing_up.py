"""Summing up: what an analysis says in a terminal, in a screenful."""

from pathlib import Path

from mecene import money
from mecene.cli import telling
from mecene.cli.lexicon import counted, say
from mecene.report import document
from mecene.report.analysis import Analysis
from mecene.report.intake import Intake

# A workbook is not written of a great many donors (``report.folder``).
_READ_FIRST = (
    "donors.csv", "donors.xlsx", "lists/", "rejects.csv", "merges.csv", "metrics.json",
)  # fmt: skip


def intake(found: Intake, *, lang: str) -> None:
    """Print, for each file: rows = facts + rejects, what was recognised, what was noticed."""
    for file in found.files:
        telling.out(account(file.name, file.rows, file.facts, file.rejects, lang=lang))
        for table, rows in sorted(file.by_table.items()):
            if rows:
                telling.out(f"    {_table(table, rows, lang)}")
        for problem, rows in sorted(file.by_problem.items(), key=lambda item: -item[1])[:5]:
            telling.out(f"    ✗ {_number(rows, lang)} × {problem}")
        for kind, rows in (("identical", file.identical), ("overlap", file.overlap)):
            if rows:
                telling.out(f"    {counted(f'intake.{kind}', rows, lang=lang)}")
        for note in file.notes:
            telling.out(f"    · {note}")
    telling.out(
        say(
            "intake.people",
            lang=lang,
            persons=counted("intake.persons", found.persons, lang=lang),
            donors=counted("intake.donors", found.donors, lang=lang),
            merges=counted("intake.merges", found.merges, lang=lang),
            proposals=counted("intake.proposals", found.proposals, lang=lang),
        )
    )


def account(name: str, rows: int, facts: int, rejects: int, *, lang: str) -> str:
    """Return « dons.csv : 2 faits + 1 rejet = 3 lignes »."""
    return say(
        "intake.file",
        lang=lang,
        name=name,
        facts=counted("intake.facts", facts, lang=lang),
        rejects=counted("intake.rejects", rejects, lang=lang),
        rows=counted("intake.rows", rows, lang=lang),
    )


def analysis(found: Analysis, out: Path, *, lang: str, day: str) -> None:
    """Print the day, the headline figures, and where everything is.

    Args:
        found: What was worked out.
        out: The report's folder.
        lang: ``fr`` or ``en``.
        day: The sentence that says the day.
    """
    telling.out()
    telling.out(day)
    for card in document.headlines(found):
        label = say("intake.table", lang=lang, table=card.label, n=card.figure)
        telling.out(f"  {label}  ({card.note})")
    for warning in found.warnings:
        telling.out(f"  ! {warning}")
    telling.out()
    telling.out(say("done.report", lang=lang, path=(out / "report.html").resolve()))
    telling.out(say("done.others", lang=lang, out=out.resolve(), names=", ".join(_others(out))))


def _others(out: Path) -> list[str]:
    """Return what lies beside the page, those a person opens first."""
    there = [f"{file.name}/" if file.is_dir() else file.name for file in out.iterdir()]
    return [name for name in _READ_FIRST if name in there]


def _table(table: str, rows: int, lang: str) -> str:
    name = say(f"tables.{table}", lang=lang)
    return say("intake.table", lang=lang, table=name, n=_number(rows, lang))


def _number(value: int, lang: str) -> str:
    return money.number(value, lang=lang)
