"""Receive: files that somebody sent, kept word for word until their import is forgotten."""

import hashlib
import re
import shutil
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import transaction

from mecene_web.accounts.models import Staff
from mecene_web.imports.models import File, Import

FOLDER = "uploads"
_AT_ONCE = 1 << 20
_LONGEST_NAME = 120


class NothingSent(ValueError):
    """No file came, or the only one is empty."""


def receive(files: Iterable[tuple[str, BinaryIO]], *, by: Staff | None, now: datetime) -> Import:
    """Keep files under a new import; return it.

    A file that stops coming half-way leaves neither an import nor a file behind.

    Args:
        files: (name, content) of each.
        by: Who sent them.
        now: The moment.

    Raises:
        NothingSent: there is no file, or an empty one.
    """
    with transaction.atomic():
        made = Import.objects.create(by=by, at=now)
        folder = folder_of(made.pk)
        try:
            for number, (name, content) in enumerate(files):
                _kept(made, folder, number, name, content)
            if not made.files.exists():
                raise NothingSent("no file came: choose at least one")
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    return made


def folder_of(import_id: int) -> Path:
    """Return where the files of an import lie, and what is made of them."""
    return Path(settings.HOME) / FOLDER / f"{import_id:08d}"


def paths(made: Import) -> list[Path]:
    """Return the files of an import, in the order they came."""
    return [folder_of(made.pk) / _placed(file.pk, file.name) for file in made.files.order_by("pk")]


def same_as(file: File) -> Import | None:
    """Return a loaded import that holds a file with the same bytes, None where there is none."""
    twin = File.objects.filter(sha256=file.sha256, of__state="loaded").exclude(of=file.of)
    found = twin.order_by("of_id").first()
    return found.of if found else None


def _kept(made: Import, folder: Path, number: int, name: str, content: BinaryIO) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    plain = _plain(name) or f"file-{number}"
    part, digest, size = folder / f".{number}.part", hashlib.sha256(), 0
    with part.open("wb") as kept:
        while block := content.read(_AT_ONCE):
            digest.update(block)
            size += len(block)
            kept.write(block)
    if not size:
        raise NothingSent(f"{plain} is empty")
    file = File.objects.create(of=made, name=plain, sha256=digest.hexdigest(), size_bytes=size)
    part.rename(folder / _placed(file.pk, plain))


def _plain(name: str) -> str:
    """Return a name that is one, whatever a browser called the file."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = re.sub(r"[^\w .()-]", "_", last).strip(" .")
    return kept[-_LONGEST_NAME:]


def _placed(number: int, name: str) -> str:
    return f"{number}-{name}"
