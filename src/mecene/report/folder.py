"""Folder: the report as files a person can open: a page, the donors, the lists, the figures."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import polars as pl

from mecene.report import document, lexicon, page, roll, spreadsheet, why
from mecene.report.analysis import Analysis
from mecene.report.chapters import actions
from mecene.report.intake import Intake
from mecene.report.metrics import metrics
from mecene.sources import safe_writing

_IN_A_LIST = (
    "civility", "first_name", "last_name", "organisation_name", "email", "phone", "address",
    "postcode", "city",
)  # fmt: skip


def write(
    analysis: Analysis,
    intake: Intake,
    into: Path,
    *,
    on_progress: Callable[[str, int, int], None] | None = None,
    first: document.Begun | None = None,
) -> dict[str, Any]:
    """Write the whole report into a folder; return its metrics.

    ``first`` are the chapters of the page that were begun before the rest was known.

    ``report.html``, ``donors.parquet`` / ``.csv`` / ``.xlsx`` (up to
    ``spreadsheet.LARGEST_WORKBOOK``), ``lists/*.csv``, ``metrics.json``.
    """
    tell = on_progress or (lambda stage, done, total: None)
    into.mkdir(parents=True, exist_ok=True)
    steps: tuple[Callable[[], None], ...] = (
        lambda: _write_donors(analysis, into),
        lambda: _write_lists(analysis, into / actions.FOLDER),
        lambda: _write_page(analysis, intake, into / "report.html", first),
    )
    tell("writing", 0, len(steps))
    # Together: pictures are drawn outside Python, and the workbook inside.
    with ThreadPoolExecutor(len(steps)) as hands:
        for done, _ in enumerate(hands.map(lambda step: step(), steps), start=1):
            tell("writing", done, len(steps))
    figures = metrics(analysis, intake)
    (into / "metrics.json").write_text(
        json.dumps(figures, ensure_ascii=False, indent=1, allow_nan=False) + "\n", encoding="utf-8"
    )
    return figures


def _write_page(
    analysis: Analysis, intake: Intake, file: Path, first: document.Begun | None
) -> None:
    html = page.render(document.document(analysis, intake, first=first), lang=analysis.lang)
    file.write_text(html, encoding="utf-8")


def _write_donors(analysis: Analysis, into: Path) -> None:
    pl.scan_parquet(sorted(analysis.donors.glob("*.parquet"))).sink_parquet(into / "donors.parquet")
    shown = (roll.for_people(part, lang=analysis.lang) for part in roll.parts(analysis.donors))
    safe_writing.write_csv(shown, into / "donors.csv", **spreadsheet.FORMAT[analysis.lang])
    workbook = into / "donors.xlsx"
    workbook.unlink(missing_ok=True)
    if analysis.count <= spreadsheet.LARGEST_WORKBOOK:
        whole = pl.read_parquet(into / "donors.parquet")
        safe_writing.write_xlsx(
            roll.for_people(whole, lang=analysis.lang),
            workbook,
            sheet=lexicon.say("tables.donors", lang=analysis.lang),
            date_format="dd/mm/yyyy" if analysis.lang == "fr" else "yyyy-mm-dd",
        )


def _write_lists(analysis: Analysis, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    anybody = pl.concat([table["donor_id"] for table in analysis.lists.lists.values()]).unique()
    # Read once, whoever is in a list.
    people = (
        pl.scan_parquet(sorted(analysis.donors.glob("*.parquet")))
        .select("donor_id", "external_ids", *_IN_A_LIST)
        .filter(pl.col("donor_id").is_in(anybody.implode()))
        .collect()
    )
    for name, table in analysis.lists.lists.items():
        listed = table.join(people, on="donor_id", how="left", maintain_order="left")
        safe_writing.write_csv(
            _worded(listed, lang=analysis.lang),
            folder / f"{name}.csv",
            **spreadsheet.FORMAT[analysis.lang],
        )


def _worded(listed: pl.DataFrame, *, lang: str) -> pl.DataFrame:
    """Return a list as a person reads it: who, why, then the figures."""
    # A list without names still has references to look people up by.
    held = [name for name in _IN_A_LIST if listed[name].is_not_null().any()]
    amounts = [name for name in listed.columns if name.endswith("_minor")]
    first = [
        "donor_id",
        "external_ids",
        *held,
        "reason",
        why.COLUMN,
        "segment",
        *amounts,
        "currency",
    ]
    rest = [name for name in listed.columns if name not in (*first, *_IN_A_LIST)]
    return spreadsheet.worded(listed.select(*first, *rest), lang=lang)
