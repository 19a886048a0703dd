"""Backup: everything an installation holds, as one file; and back.

A SQLite database is copied whole while it is in use; one in PostgreSQL table by table, as of one
moment (``copying``). The rest of the home folder goes along, but what is made anew each night.
"""

import os
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from mecene_web import copying, database

FOLDER = "backups"
_DATABASE = "database"
# Made anew from the database, or of no use elsewhere.
_LEFT_OUT = {
    FOLDER,
    "snapshots",
    "static",
    "locale",
    "mecene.sqlite3",
    "mecene.sqlite3-wal",
    "mecene.sqlite3-shm",
}


class NoBackup(ValueError):
    """A file is no backup of an installation; the message says what it lacks."""


class NoRoom(ValueError):
    """The disk has no room for another backup; the message says how much is asked."""


class NotEmpty(FileExistsError):
    """An installation lives where a backup would be put back."""


def work(_subject_id: int, report: Callable[[str, int, int], None]) -> dict[str, Any]:
    """Write the backup of the night, and remove those of nights too long ago; a daily work."""
    if not settings.MECENE_BACKUPS_KEPT:
        return {}
    report("backup", 0, 1)
    made = backup(now=timezone.localtime(), name="mecene-night")
    for old in sorted(made.parent.glob("mecene-night-*.tar.gz"))[: -settings.MECENE_BACKUPS_KEPT]:
        old.unlink()
    return {"file": made.name, "bytes": made.stat().st_size}


def backup(*, now: datetime, into: Path | None = None, name: str = "mecene") -> Path:
    """Write a backup; return its file. It is whole, or it is not there.

    Args:
        now: Moment of its name.
        into: Folder to write it into; ``backups/`` of the home by default.
        name: What its name begins with.

    Raises:
        NoRoom: the disk could not hold the copy and the archive beside what is there.
    """
    folder = into or settings.HOME / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _room(folder)
    file = folder / f"{name}-{now:%Y%m%d-%H%M%S}.tar.gz"
    part = file.with_suffix(".part")
    try:
        _write(part)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    part.chmod(0o600)
    part.rename(file)
    return file


def _write(part: Path) -> None:
    folder = part.parent
    with TemporaryDirectory(dir=folder, prefix=".copy-") as scratch:
        copy = Path(scratch) / _DATABASE
        _copy(copy)
        with tarfile.open(part, "w:gz", compresslevel=3) as archive:
            archive.add(copy, arcname=_DATABASE)
            for kept in _kept(settings.HOME):
                archive.add(kept, arcname=f"home/{kept.name}")


def restore(file: Path, *, into: Path) -> None:
    """Put a backup back: its files into an empty home, its tables into an empty database.

    A database in PostgreSQL is the one that ``DATABASE_URL`` names.

    Raises:
        NoBackup: the file is no backup.
        NotEmpty: an installation lives there already.
    """
    for held in ("mecene.sqlite3", "secret_key"):
        if (into / held).exists():
            raise NotEmpty(f"{into} holds an installation; name an empty folder, or move it away")
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    with TemporaryDirectory(dir=into, prefix=".restore-") as scratch:
        try:
            with tarfile.open(file) as archive:
                archive.extractall(scratch, filter="data")
        except (tarfile.TarError, EOFError, OSError) as wrong:
            raise NoBackup(f"{file.name} cannot be read as a backup: {wrong}") from wrong
        copy = Path(scratch) / _DATABASE
        if not copy.exists():
            raise NoBackup(f"{file.name} holds no database: it is no backup of Mécène")
        if copying.is_copy(copy):
            _into_postgresql(copy, Path(scratch) / "home", into)
        else:
            _moved(Path(scratch) / "home", into)
            shutil.move(copy, into / "mecene.sqlite3")


def _into_postgresql(copy: Path, files: Path, into: Path) -> None:
    from mecene_web import opening

    if not os.environ.get(database.VARIABLE):
        raise NoBackup(f"this backup is of PostgreSQL: name the empty one in {database.VARIABLE}")
    _moved(files, into)  # with the secret, which Django reads as it opens
    opening.ready()
    if not copying.is_empty():
        raise NotEmpty(f"the database that {database.VARIABLE} names is not empty")
    copying.read(copy)


def _moved(files: Path, into: Path) -> None:
    for kept in files.glob("*"):
        shutil.move(kept, into / kept.name)


def _kept(home: Path) -> Iterator[Path]:
    return (entry for entry in sorted(home.iterdir()) if entry.name not in _LEFT_OUT)


def _room(folder: Path) -> None:
    """Raise ``NoRoom`` where a copy of the database does not fit twice: as it is, and packed."""
    if connection.vendor != "sqlite":
        return
    asked = 2 * Path(connection.settings_dict["NAME"]).stat().st_size
    free = shutil.disk_usage(folder).free
    if free < asked:
        raise NoRoom(
            f"{folder}: {free >> 20} MB are free, a backup asks for {asked >> 20}; "
            "remove old ones, or name another folder: mecene backup --into"
        )


def _copy(to: Path) -> None:
    if connection.vendor != "sqlite":
        copying.write(to)
        return
    held = connection.settings_dict["NAME"]
    with closing(sqlite3.connect(held)) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)
