"""Wipe: what an erasure leaves outside the rows: files, snapshots, pages the database freed.

Files that somebody sent are deleted once any person is erased: they cannot be rewritten without
risk, their facts are in the database, and their hash stays. Exports go too; the snapshot of the
night is made anew. Each step may be done again.
"""

import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.utils import timezone

from mecene_web.donors import sought
from mecene_web.exports.models import Export
from mecene_web.imports import receive
from mecene_web.imports.models import Import
from mecene_web.rights import remembered
from mecene_web.rights.models import Erasure
from mecene_web.scores import kept
from mecene_web.tasks import ask
from mecene_web.tasks.report import Report

_EXPORTS = "exports"
_BUSY = ("loading", "undoing")
_WAITING = ("uploaded", "checked")


class ImportsUnderWay(RuntimeError):
    """Files are being read: they are cleared once that is done."""


def work(erasure_id: int, report: Report) -> dict[str, Any]:
    """Clear what an erasure left."""
    return wipe(erasure_id, now=timezone.now(), on_progress=report)


def wipe(erasure_id: int, *, now: datetime, on_progress: Any = None) -> dict[str, Any]:
    """Clear files, snapshots and free pages; return what was cleared.

    Raises:
        ImportsUnderWay: an import is being loaded or taken back; tried again later.
    """
    tell = on_progress or (lambda *told: None)
    remembered.write()
    if Import.objects.filter(state__in=_BUSY).exists():
        raise ImportsUnderWay("an import is under way; its files are cleared afterwards")
    tell("files", 0, 3)
    cleared = {name: _emptied(Path(settings.HOME) / name)
               for name in (receive.FOLDER, _EXPORTS, kept.FOLDER)}  # fmt: skip
    Export.objects.filter(state="ready").update(state="gone")
    if cleared[receive.FOLDER]:
        Import.objects.filter(state__in=_WAITING).update(state="failed", problem="erasure")
    tell("pages", 1, 3)
    _pages()
    tell("figures", 2, 3)
    ask.ask("scores.nightly", now=now)
    Erasure.objects.filter(pk=erasure_id).update(wiped_at=now)
    return cleared


def _emptied(folder: Path) -> int:
    entries = list(folder.iterdir()) if folder.exists() else []
    for entry in entries:
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    return len(entries)


def _pages() -> None:
    """Have the database forget the bytes of rows it removed."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            sought.tidy(connection)
            cursor.execute("vacuum")
            cursor.execute("pragma wal_checkpoint(truncate)")
            return
        for model in apps.get_models():
            if model.__module__.startswith("mecene_web."):
                cursor.execute(f'vacuum "{model._meta.db_table}"')
