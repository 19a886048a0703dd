"""Check: what is in the files of an import, and what would become of it. Nothing is loaded.

The facts are staged beside the files (``staging/``) and wait there; ``rejects.csv`` says which
rows would not be kept. The database of record only learns what was recognised.
"""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from mecene.sources import files, problems, recognition, rejects, staging
from mecene.sources.files import Reading
from mecene.sources.recognition import Recognition
from mecene.sources.rejects import Ledger
from mecene.sources.staging import Staged
from mecene_web.imports import overlapping, receive, rows, seen, told
from mecene_web.imports.models import File, Import

STAGED, REJECTS, SAMPLES, EXAMPLES = "staging", "rejects.csv", "samples.json", "overlap.json"
_DELIMITERS = {"fr": ";", "en": ","}
Progress = Callable[[str, int, int], None]


@dataclass
class _Looked:
    """A file of an import and what was seen in it."""

    file: File
    name: str
    twin: Import | None = None
    reading: Reading | None = None
    known: Recognition | None = None
    account: dict[str, Any] = field(default_factory=dict)


def work(import_id: int, report: Progress) -> dict[str, Any]:
    """Check an import that was sent, or that somebody described otherwise."""
    check(import_id, now=timezone.now(), on_progress=report)
    return {}


def check(import_id: int, *, now: datetime, on_progress: Progress) -> None:
    """Recognise and stage the files of an import; write its account.

    Does nothing where it is not ``uploaded``. It is ``checked`` afterwards, or ``failed`` where
    a file cannot be read as it is: then nothing is staged, and its account says why.

    Args:
        import_id: Whose files.
        now: The moment.
        on_progress: Called with (stage, done, in all).
    """
    made = Import.objects.filter(pk=import_id, state="uploaded").first()
    if made is None:
        return
    folder = receive.folder_of(import_id)
    for name in (STAGED, f".{STAGED}"):
        shutil.rmtree(folder / name, ignore_errors=True)
    looked = _looked(made, on_progress)
    refused = any("refused" in each.account for each in looked)
    (folder / SAMPLES).write_text(
        json.dumps({each.file.pk: seen.sample(each.reading) for each in looked if each.reading}),
        encoding="utf-8",
    )
    overlap = {} if refused else _staged(made, looked, folder, on_progress)
    account = {
        "at": now.isoformat(),
        "files": [{"id": each.file.pk, "name": each.name} | each.account for each in looked],
        "overlap": overlap,
    }
    Import.objects.filter(pk=import_id, state="uploaded").update(
        state="failed" if refused else "checked", account=account
    )


def _looked(made: Import, on_progress: Progress) -> list[_Looked]:
    found: list[_Looked] = []
    waiting = list(made.files.order_by("pk"))
    for done, file in enumerate(waiting):
        on_progress("recognising", done, len(waiting))
        each = _Looked(file, _distinct(file.name, [one.name for one in found]))
        each.twin = receive.same_as(file)
        try:
            said = told.heard(file.told, name=each.name)
            read = files.inspect(receive.path_of(file), overrides=said.overrides)
            each.reading = replace(read, name=each.name)
            each.account |= seen.reading(each.reading)
            each.known = recognition.recognise(each.reading, table=said.table, mapping=said.mapping)
            each.account |= seen.recognition(each.known)
        except problems.Refusal as wrong:
            each.account["refused"] = seen.refusal(wrong)
            # What it was taken for, so that its columns can be named.
            each.account.setdefault("table", wrong.parameters.get("table"))
        found.append(each)
    return found


def _staged(
    made: Import, looked: list[_Looked], folder: Path, on_progress: Progress
) -> dict[str, Any]:
    """Stage the files that nobody loaded before; return what is known already of them."""
    lang = made.by.language if made.by and made.by.language in _DELIMITERS else "fr"
    fresh = [each for each in looked if each.twin is None]
    with rejects.opened(folder / REJECTS, lang=lang, delimiter=_DELIMITERS[lang]) as ledger:
        staged = staging.stage(
            [(each.reading, each.known) for each in fresh if each.reading and each.known],
            into=folder / f".{STAGED}",
            ledger=ledger,
            on_progress=lambda _name, number: on_progress("reading", number, 0),
        )
        _accounted(fresh, staged, ledger)
    for each in looked:
        if each.twin is not None and each.reading is not None:
            each.account |= _left_out(each.reading, each.twin)
    shutil.rmtree(folder / f".{STAGED}" / staging.WORK, ignore_errors=True)
    on_progress("comparing", 0, 0)
    gifts = rows.staged(folder / f".{STAGED}", "gifts")
    known = overlapping.found(gifts)
    (folder / EXAMPLES).write_text(json.dumps(overlapping.examples(gifts, known)), encoding="utf-8")
    (folder / f".{STAGED}").rename(folder / STAGED)
    by_file = dict(known.group_by("source_file").len().sort("source_file").iter_rows())
    return {"rows": known.height, "by_file": by_file}


def _accounted(fresh: list[_Looked], staged: Staged, ledger: Ledger) -> None:
    for each, account in zip(fresh, staged.files, strict=True):
        by_problem = {
            code: count for (name, code), count in ledger.by_problem.items() if name == each.name
        }
        each.account |= seen.account(account, by_problem) | {
            "notes": [*each.account.get("notes", ()), *seen.account(account, {})["notes"]]
        }


def _left_out(reading: Reading, twin: Import) -> dict[str, Any]:
    """Return the account of a file that is loaded already: every row of it is skipped."""
    held = [file for file in twin.account.get("files", ()) if file.get("sha256") == reading.sha256]
    unread = Ledger()
    count = held[0]["rows"] if held else sum(
        batch.height for batch in files.batches(reading, ledger=unread)
    ) + unread.rows[reading.name]  # fmt: skip
    return {"twin": twin.pk, "rows": count, "skipped": count, "facts": {}, "rejects": 0}


def _distinct(name: str, taken: list[str]) -> str:
    """Return a file's name, with a number where another of the import has the same."""
    names = [name, *(f"{name} ({number})" for number in range(2, len(taken) + 3))]
    return next(each for each in names if each not in taken)
