"""Receive: files that somebody sent, kept word for word until their import is forgotten."""

import hashlib
import re
import shutil
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import IntegrityError, transaction

from mecene_web.accounts.models import Staff
from mecene_web.audit import write as audit
from mecene_web.imports.models import File, Import
from mecene_web.tasks import ask

FOLDER = "uploads"
CHECK = "imports.check"
_COMING = ".coming-"
_FORGOTTEN_AFTER = timedelta(days=1)
_AT_ONCE = 1 << 20
_LONGEST_NAME = 120


class NothingSent(ValueError):
    """No file came, or the only one is empty."""


class TooLarge(ValueError):
    """The files together are larger than this installation takes."""


@dataclass(frozen=True)
class _Kept:
    name: str
    path: Path
    sha256: str
    size_bytes: int


def receive(
    files: Iterable[tuple[str, BinaryIO]],
    *,
    by: Staff | None,
    now: datetime,
    token: str | None = None,
) -> Import:
    """Keep files under a new import, and ask that they be checked; return it.

    A file that stops coming half-way leaves neither an import nor a file behind. The database
    is touched once they are all there.

    Args:
        files: (name, content) of each.
        by: Who sent them.
        now: The moment.
        token: What the form was drawn with; the same twice is the same import.

    Raises:
        NothingSent: there is no file, or an empty one.
        TooLarge: they are more than ``settings.MECENE_LARGEST_UPLOAD_BYTES`` together.
    """
    place = Path(settings.HOME) / FOLDER
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    _forget_half_sent(place, now)
    coming = place / f"{_COMING}{uuid.uuid4().hex}"
    coming.mkdir(mode=0o700)
    try:
        kept = _kept(coming, files)
        return _written(kept, coming, by=by, now=now, token=token)
    finally:
        shutil.rmtree(coming, ignore_errors=True)


def folder_of(import_id: int) -> Path:
    """Return where the files of an import lie, and what is made of them."""
    return Path(settings.HOME) / FOLDER / f"{import_id:08d}"


def path_of(file: File) -> Path:
    """Return where a file of an import lies."""
    return folder_of(file.of_id) / f"{file.pk}-{file.name}"


def paths(made: Import) -> list[Path]:
    """Return the files of an import, in the order they came."""
    return [path_of(file) for file in made.files.order_by("pk")]


def same_as(file: File) -> Import | None:
    """Return a loaded import that holds a file with the same bytes, None where there is none."""
    twin = File.objects.filter(sha256=file.sha256, of__state="loaded").exclude(of=file.of)
    found = twin.order_by("of_id").first()
    return found.of if found else None


def _kept(coming: Path, files: Iterable[tuple[str, BinaryIO]]) -> list[_Kept]:
    left = int(settings.MECENE_LARGEST_UPLOAD_BYTES)
    kept: list[_Kept] = []
    for number, (name, content) in enumerate(files):
        plain = _plain(name) or f"file-{number}"
        path, digest, size = coming / str(number), hashlib.sha256(), 0
        with path.open("wb") as writing:
            while block := content.read(_AT_ONCE):
                digest.update(block)
                size += len(block)
                if size > left:
                    raise TooLarge(f"{plain} is too large for this installation")
                writing.write(block)
        if not size:
            raise NothingSent(f"{plain} is empty")
        left -= size
        kept.append(_Kept(plain, path, digest.hexdigest(), size))
    if not kept:
        raise NothingSent("no file came: choose at least one")
    return kept


def _written(
    kept: list[_Kept], coming: Path, *, by: Staff | None, now: datetime, token: str | None
) -> Import:
    try:
        with transaction.atomic():
            made = Import.objects.create(by=by, at=now, token=token)
            folder = folder_of(made.pk)
            # What a transaction that never ended left under the number it had.
            shutil.rmtree(folder, ignore_errors=True)
            for each in kept:
                file = File.objects.create(
                    of=made, name=each.name, sha256=each.sha256, size_bytes=each.size_bytes
                )
                each.path.rename(coming / path_of(file).name)
            coming.rename(folder)
            ask.ask(CHECK, now=now, subject_id=made.pk)
            files = {each.name: each.sha256 for each in kept}
            audit.write("send", "import", made.pk, by=by, now=now, after={"files": files})
    except IntegrityError:
        twin = Import.objects.filter(token=token).first() if token else None
        if twin is None:
            raise
        return twin
    return made


def _forget_half_sent(place: Path, now: datetime) -> None:
    """Remove what a process that was killed while receiving left."""
    for left in place.glob(f"{_COMING}*"):
        if left.stat().st_mtime < (now - _FORGOTTEN_AFTER).timestamp():
            shutil.rmtree(left, ignore_errors=True)


def _plain(name: str) -> str:
    """Return a name that is one, whatever a browser called the file."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = re.sub(r"[^\w .()-]", "_", last).strip(" .")
    return kept[-_LONGEST_NAME:]
