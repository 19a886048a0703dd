"""Write: make the file an export asks for; and take it away when its days are over."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings
from django.utils import timezone

from mecene.report import lexicon, spreadsheet
from mecene.report.spreadsheet import FORMAT, LARGEST_WORKBOOK
from mecene.sources import safe_writing
from mecene.words import Lexicon
from mecene_web.exports import audience, consented, everything, gifts, people
from mecene_web.exports.models import Export
from mecene_web.scores.models import Listed, Run
from mecene_web.segments.models import Segment

FOLDER = "exports"
KEPT = timedelta(days=7)
_WORDS = Lexicon("mecene_web.exports")


class TooManyRows(ValueError):
    """A workbook cannot hold them; the message is a sentence for who asked."""


def work(export_id: int, _report: Callable[[str, int, int], None]) -> dict[str, Any]:
    """Make an export's file; whole, or not there."""
    export = Export.objects.get(pk=export_id)
    if export.state in ("ready", "gone"):
        return {}
    try:
        name, rows = _MAKERS[export.kind](export)
    except Exception as wrong:  # whatever it is, who waits must hear of it
        _failed(export, wrong)
        raise
    size = (folder_of(export) / name).stat().st_size
    Export.objects.filter(pk=export_id).update(
        state="ready", name=name, rows=rows, size_bytes=size, problem="", left_out=export.left_out
    )
    return {"rows": rows}


def clear_work(_subject_id: int, _report: Callable[[str, int, int], None]) -> dict[str, Any]:
    """Take away the files whose days are over; each day."""
    return {"files": clear(now=timezone.now())}


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


def _failed(export: Export, wrong: Exception) -> None:
    """Write down that a file was not made, in a sentence; no half of it stays."""
    for file in folder_of(export).iterdir():
        file.unlink()
    told = wrong if isinstance(wrong, TooManyRows) else _WORDS.say(
        "problems.broken", lang=export.choice.get("lang", "fr"))  # fmt: skip
    Export.objects.filter(pk=export.pk).update(state="failed", problem=str(told))


def _donors(export: Export) -> tuple[str, int]:
    run = Run.objects.filter(ended_at__isnull=False).order_by("-ended_at").first()
    return _table(export, "donors", people.donors(run, lang=export.choice["lang"]))


def _gifts(export: Export) -> tuple[str, int]:
    parts = (_worded(part, export) for part in gifts.gifts(*_days(export)))
    return _table(export, "gifts", parts)


def _recurring(export: Export) -> tuple[str, int]:
    return _table(export, "recurring", [_worded(gifts.recurring(), export)])


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
    return _table(export, export.choice["list"], [_worded(_addressed(whole, export), export)])


def _segment(export: Export) -> tuple[str, int]:
    """Write the people of a segment; of one that is solicited, those one may address."""
    segment = Segment.objects.get(pk=export.choice["segment"])
    ids = list(segment.memberships.order_by("donor_id").values_list("donor_id", flat=True))
    told = _addressed(people.of(ids), export, everybody=not segment.solicited)
    return _table(export, segment.code, [_worded(told, export)])


def _addressed(table: pl.DataFrame, export: Export, *, everybody: bool = False) -> pl.DataFrame:
    """Return the rows of whom one may address, with how; remember who was left out."""
    ids = table["donor_id"].to_list()
    chosen = consented.anyhow(ids, on=timezone.localdate(), everybody=everybody)
    export.left_out = chosen.left_out
    yes = {True: _WORDS.say("answers.yes", lang=export.choice["lang"]),
           False: _WORDS.say("answers.no", lang=export.choice["lang"])}  # fmt: skip
    worded = chosen.rows.with_columns(
        pl.col(f"may_{channel}").replace_strict(yes, return_dtype=pl.String)
        for channel in consented.CHANNELS
    )
    return table.join(worded, on="donor_id", maintain_order="left")


def _audience(export: Export) -> tuple[str, int]:
    tool = export.choice["tool"]
    segment = Segment.objects.filter(pk=export.choice.get("segment", 0)).first()
    ids = list(segment.memberships.values_list("donor_id", flat=True)) if segment else None
    found = audience.people(tool, among=ids, on=timezone.localdate())
    export.left_out = found.left_out
    name = f"{tool}-{segment.code}.csv" if segment else f"{tool}.csv"
    safe_writing.write_csv(found.rows, folder_of(export) / name)
    return name, found.rows.height


def _everything(export: Export) -> tuple[str, int]:
    name = f"mecene-{export.at:%Y-%m-%d}.zip"
    return name, everything.write(folder_of(export) / name)


_MAKERS: dict[str, Callable[[Export], tuple[str, int]]] = {
    "donors": _donors, "gifts": _gifts, "bank": _bank, "accounting": _accounting,
    "recurring": _recurring, "list": _list, "segment": _segment, "audience": _audience,
    "everything": _everything,
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
        safe_writing.write_csv(counted(), folder_of(export) / name, **FORMAT[lang])
        return name, held
    whole = pl.concat(list(counted()), how="diagonal_relaxed")
    if whole.height > LARGEST_WORKBOOK:
        raise TooManyRows(_WORDS.say("problems.workbook", lang=lang, rows=whole.height))
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
            ("end_reason", "end_reasons"),
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
