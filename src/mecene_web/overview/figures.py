"""Figures: the report of the last night, chapter by chapter, as it was written then."""

import csv
import io
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from mecene_web.scores import kept
from mecene_web.scores.models import Run

_NAMED = re.compile(r"[a-z0-9_]+\Z")
_PNG_TIMES = 2  # pixels for one of the drawing's: sharp in a slide


class NoFigures(LookupError):
    """No night has worked anything out yet."""


class NoSuchPicture(LookupError):
    """The last night drew nothing of that name."""


@dataclass(frozen=True)
class Figures:
    """What a night said: ``told`` is the page of the core's report (``report.pieces``)."""

    run: Run
    told: dict[str, Any]

    def chapter(self, anchor: str) -> dict[str, Any] | None:
        """Return a chapter by its anchor, None where it has none of that name."""
        found = (part for part in self.told["sections"] if part["anchor"] == anchor)
        return next(found, None)


def last_run() -> Run | None:
    """Return the last night that ended, None before the first."""
    return Run.objects.filter(ended_at__isnull=False).order_by("-ended_at").first()


def latest(*, lang: str, of: str = kept.PIECES) -> Figures:
    """Return what the last night said.

    Args:
        lang: In which language.
        of: Where the pieces lie in the run's folder: those of the report, by default.

    Raises:
        NoFigures: there was none, or it found nobody.
    """
    run = last_run()
    file = kept.folder_of(run) / of / f"{lang}.json" if run else None
    if run is None or file is None or not file.exists():
        raise NoFigures
    return Figures(run, _told(file, file.stat().st_mtime_ns))


@lru_cache(maxsize=8)
def _told(file: Path, _written_at: int) -> dict[str, Any]:
    """Return what a file says, read once a night: it is large, and most pages need a little."""
    told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return told


def svg(name: str, *, lang: str, narrow: bool = False, of: str = kept.PIECES) -> bytes:
    """Return a picture of the last night as an SVG file that stands alone.

    Raises:
        NoSuchPicture: there is none of that name.
    """
    run = last_run()
    if run is None or not _NAMED.match(name):
        raise NoSuchPicture(name)
    file = kept.folder_of(run) / of / f"{name}{'-narrow' * narrow}.{lang}.svg"
    if not file.exists():
        raise NoSuchPicture(name)
    return file.read_bytes()


def png(name: str, *, lang: str, of: str = kept.PIECES) -> bytes:
    """Return a picture as PNG, on white.

    Raises:
        NoSuchPicture: there is none of that name.
    """
    import vl_convert

    drawn: bytes = vl_convert.svg_to_png(svg(name, lang=lang, of=of).decode(), scale=_PNG_TIMES)
    return drawn


def table(name: str, *, lang: str, of: str = kept.PIECES) -> str:
    """Return the figures of a picture as CSV, as a spreadsheet of that language opens them.

    Raises:
        NoSuchPicture: there is none of that name.
    """
    try:
        told = latest(lang=lang, of=of).told
    except NoFigures as none:
        raise NoSuchPicture(name) from none
    for chapter in told["sections"]:
        for block in chapter["blocks"]:
            picture = block["picture"]
            if picture and picture["name"] == name:
                return _csv([picture["header"], *picture["rows"]], lang=lang)
    raise NoSuchPicture(name)


def _csv(rows: list[list[str]], *, lang: str) -> str:
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";" if lang == "fr" else ",", lineterminator="\r\n")
    writer.writerows([[_plain(cell) for cell in row] for row in rows])
    return "\ufeff" + written.getvalue()


def _plain(cell: str) -> str:
    """Return a cell no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
