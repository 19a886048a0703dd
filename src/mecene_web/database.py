"""Database: which one, and how it is opened.

SQLite beside the rest by default, with every write on the disk before it is answered;
``DATABASE_URL=postgresql://…`` names another.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

VARIABLE = "DATABASE_URL"
FILE = "mecene.sqlite3"
# How long a page waits for somebody else's writing; the worker gives up sooner and tries again.
WAITS = "MECENE_WAITS_SECONDS"
_PAGES_WAIT_SECONDS = 60
WORKER_WAITS_SECONDS = 20
_PRAGMAS = (
    "pragma journal_mode = wal",
    "pragma synchronous = full",
    "pragma foreign_keys = on",
    "pragma temp_store = memory",
    "pragma cache_size = -65536",
)
_POSTGRESQL = ("postgresql", "postgres")


class UnusableDatabase(ValueError):
    """``DATABASE_URL`` names no database that Mécène can use; the message says what it may be."""


def settings(home: Path) -> dict[str, Any]:
    """Return Django's settings of the database of an installation.

    Raises:
        UnusableDatabase: the variable is set, and is no address of a database.
    """
    url = os.environ.get(VARIABLE, "")
    told = _postgresql(url) if url else _sqlite(home)
    # A process of ours works in the very database of the one that started it.
    name = os.environ.get("MECENE_DATABASE_NAME")
    return told | ({"NAME": name} if name else {})


def _sqlite(home: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(home / FILE),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            # A transaction that begins by reading cannot be refused its first write.
            "transaction_mode": "IMMEDIATE",
            "timeout": _waits(),
            "init_command": ";".join((*_PRAGMAS, f"pragma busy_timeout = {_waits() * 1000}")),
        },
    }


def _waits() -> int:
    return int(os.environ.get(WAITS) or _PAGES_WAIT_SECONDS)


def _postgresql(url: str) -> dict[str, Any]:
    told = urlsplit(url)
    name = unquote(told.path.lstrip("/"))
    if told.scheme not in _POSTGRESQL or not name:
        # The address may hold a password: it is not repeated.
        raise UnusableDatabase(
            f"{VARIABLE} is no address of a PostgreSQL database; "
            "write postgresql://user:password@host:5432/name, or unset it to use SQLite"
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(told.username or ""),
        "PASSWORD": unquote(told.password or ""),
        "HOST": told.hostname or "",
        "PORT": str(told.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"options": f"-c lock_timeout={_waits()}s"} | dict(parse_qsl(told.query)),
    }
