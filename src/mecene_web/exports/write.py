"""Write: make the file an export asks for; and take it away when its days are over."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings

from mecene.report import lexicon, spreadsheet
from mecene.report.folder import LARGEST_WORKBOOK, SPREADSHEET
from mecene.sources import safe_writing
from mecene.words import Lexicon
from mecene_web.exports import audience, everything, gifts, people
from mecene_web.exports.models import Export
from mecene_web.scores.models import Listed, Run

FOLDER = "exports"
KEPT = timedelta(days=7)
_WORDS = Lexicon("mecene_web.exports")


def work(export_id: int, _report: Callable[[str, int, int], None]) -> dict[str, Any]:
    """Make an export's file; whole, or not there."""
    export = Export.objects.get(pk=export_id)
    if export.state == "ready":
        return {}
    name, rows = _MAKERS[export.kind](export)
    size = (folder_of(export) / name).stat().st_size
    Export.objects.filter(pk=export_id).update(
        state="ready", name=name, rows=rows, size_bytes=size, problem=""
    )
    return {"rows": rows}


def folder_of(export: Export) -> Path:
    """Return the folder of an export's file, made if need be."""
    folder = Path(settings.HOME) / FOLDER / f"{export.pk:08d}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def clear(*, now: datetime) -> int:
    """Take away the files whose days are over; return how many."""
    old = Export.objects.filter(state="ready", at__lt=now - KEPT)
    for export in old:
        take_away(export)
    return len(old)


def take_away(export: Export) -> None:
    """Remove an export's file; that it was made stays written down."""
    folder = folder_of(export)
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    Export.objects.filter(pk=export.pk).update(state="gone")


def _donors(export: Export) -> tuple[str, int]:
    run = Run.objects.filter(ended_at__isnull=False).order_by("-ended_at").first()
    return _table(export, "donors", people.donors(run, lang=export.choice["lang"]))


def _gifts(export: Export) -> tuple[str, int]:
    parts = (_worded(part, export) for part in gifts.gifts(*_days(export)))
    return _table(export, "gifts", parts)


def _bank(export: Export) -> tuple[str, int]:
    return _table(export, "bank", [_worded(gifts.bank(*_days(export)), export)])


def _accounting(export: Export) -> tuple[str, int]:
    """Write entries as the tax office reads them: tabs, no quotes (LPF art. A47 A-1)."""
    entries = gifts.entries(*_days(export))
    name = f"FEC-{export.choice['since']}-{export.choice['until']}.txt"
    entries.write_csv(folder_of(export) / name, separator="\t", quote_style="never")
    return name, entries.height


def _list(export: Export) -> tuple[str, int]:
    run = Run.objects.filter(ended_at__isnull=False).order_by("-ended_at").first()
    listed = Listed.objects.filter(run=run, list=export.choice["list"]).order_by("place")
    rows = list(listed.values_list("donor_id", "reason", "why"))
    told = pl.DataFrame(rows, schema=["donor_id", "reason", "why"], orient="row")
    who = people.of([row[0] for row in rows])
    whole = who.join(told.cast({"donor_id": pl.Int64}), on="donor_id", maintain_order="left")
    return _table(export, export.choice["list"], [_worded(whole, export)])


def _audience(export: Export) -> tuple[str, int]:
    tool = export.choice["tool"]
    found = audience.people(tool)
    name = f"{tool}.csv"
    safe_writing.write_csv(found, folder_of(export) / name)
    return name, found.height


def _everything(export: Export) -> tuple[str, int]:
    name = f"mecene-{export.at:%Y-%m-%d}.zip"
    return name, everything.write(folder_of(export) / name)


_MAKERS: dict[str, Callable[[Export], tuple[str, int]]] = {
    "donors": _donors, "gifts": _gifts, "bank": _bank, "accounting": _accounting,
    "list": _list, "audience": _audience, "everything": _everything,
}  # fmt: skip


def _table(export: Export, stem: str, parts: Iterable[pl.DataFrame]) -> tuple[str, int]:
    """Write a table as the spreadsheet of the reader's country opens it; return name and rows."""
    lang, held = export.choice["lang"], 0

    def counted() -> Iterator[pl.DataFrame]:
        nonlocal held
        for part in parts:
            held += part.height
            yield part

    if export.choice["format"] == "csv":
        name = f"{stem}.csv"
        safe_writing.write_csv(counted(), folder_of(export) / name, **SPREADSHEET[lang])
        return name, held
    whole = pl.concat(list(counted()), how="diagonal_relaxed")
    if whole.height > LARGEST_WORKBOOK:
        raise ValueError(_WORDS.say("problems.workbook", lang=lang, rows=whole.height))
    name = f"{stem}.xlsx"
    days = "dd/mm/yyyy" if lang == "fr" else "yyyy-mm-dd"
    safe_writing.write_xlsx(whole, folder_of(export) / name, sheet=stem, date_format=days)
    return name, whole.height


def _worded(part: pl.DataFrame, export: Export) -> pl.DataFrame:
    """Return a table with our own columns worded, the core's by the core."""
    lang = export.choice["lang"]
    coded = part.with_columns(
        pl.col(name).cast(pl.String).replace(_WORDS.labels(section, lang=lang))
        for name, section in (
            ("payment_method", "methods"), ("method", "methods"), ("status", "statuses"),
        )
        if name in part.columns
    )  # fmt: skip
    if "kind" in coded.columns and "gift_id" in coded.columns:
        coded = coded.with_columns(pl.col("kind").replace(lexicon.labels("kinds", lang=lang)))
    own = _WORDS.labels("columns", lang=lang)
    shown = spreadsheet.worded(coded, lang=lang)
    return shown.rename({name: own[name] for name in shown.columns if name in own})


def _days(export: Export) -> tuple[date, date]:
    """Return [since, until) of a choice, whose last day is included."""
    until = date.fromisoformat(export.choice["until"]) + timedelta(days=1)
    return date.fromisoformat(export.choice["since"]), until
