"""Backup: everything an installation holds, as one file; and back.

A SQLite database is copied whole while it is in use; one in PostgreSQL is left to ``pg_dump``,
which must be installed. The rest of the home folder goes along, but what is made anew each night.
"""

import shutil
import sqlite3
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db import connection

FOLDER = "backups"
_DATABASE = "database"
# Made anew from the database, or of no use elsewhere.
_LEFT_OUT = {
    FOLDER,
    "snapshots",
    "static",
    "mecene.sqlite3",
    "mecene.sqlite3-wal",
    "mecene.sqlite3-shm",
}


class NoBackup(ValueError):
    """A file is no backup of an installation; the message says what it lacks."""


class NotEmpty(FileExistsError):
    """An installation lives where a backup would be put back."""


class NoDump(RuntimeError):
    """``pg_dump`` or ``pg_restore`` is missing, or refused."""


def backup(*, now: datetime, into: Path | None = None) -> Path:
    """Write a backup; return its file. It is whole, or it is not there.

    Args:
        now: Moment of its name.
        into: Folder to write it into; ``backups/`` of the home by default.

    Raises:
        NoDump: PostgreSQL's own program is missing or refused.
    """
    folder = into or settings.HOME / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / f"mecene-{now:%Y%m%d-%H%M%S}.tar.gz"
    part = file.with_suffix(".part")
    with TemporaryDirectory(dir=folder, prefix=".copy-") as scratch:
        copy = Path(scratch) / _DATABASE
        _copy(copy)
        with tarfile.open(part, "w:gz", compresslevel=3) as archive:
            archive.add(copy, arcname=_DATABASE)
            for kept in _kept(settings.HOME):
                archive.add(kept, arcname=f"home/{kept.name}")
    part.chmod(0o600)
    part.rename(file)
    return file


def restore(file: Path, *, into: Path) -> None:
    """Put the files of a backup into an empty home, its SQLite database with them.

    Raises:
        NoBackup: the file is no backup.
        NotEmpty: ``into`` holds a database already.
    """
    if (into / "mecene.sqlite3").exists():
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
        for kept in (Path(scratch) / "home").glob("*"):
            shutil.move(kept, into / kept.name)
        shutil.move(copy, into / "mecene.sqlite3")


def _kept(home: Path) -> Iterator[Path]:
    return (entry for entry in sorted(home.iterdir()) if entry.name not in _LEFT_OUT)


def _copy(to: Path) -> None:
    if connection.vendor == "sqlite":
        held = settings.DATABASES["default"]["NAME"]
        with closing(sqlite3.connect(held)) as source, closing(sqlite3.connect(to)) as target:
            source.backup(target)
        return
    told = connection.get_connection_params()
    address = {"host": told.get("host"), "port": told.get("port"), "username": told.get("user")}
    flags = [f"--{name}={value}" for name, value in address.items() if value]
    command = ["pg_dump", "--format=custom", f"--file={to}", *flags, str(told["dbname"])]
    try:
        subprocess.run(  # noqa: S603 -- the program and its flags are ours
            command, check=True, capture_output=True, env={"PGPASSWORD": told.get("password", "")}
        )
    except FileNotFoundError as missing:
        raise NoDump("pg_dump is not on this machine; install postgresql-client") from missing
    except subprocess.CalledProcessError as refused:
        raise NoDump(f"pg_dump refused: {refused.stderr.decode(errors='replace')}") from refused
