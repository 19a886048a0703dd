"""What holds on SQLite holds on PostgreSQL, started here and stopped here.

Every test that asks the database is run again, in two processes with a database each. Left out:

- what asks no database (words, templates, formats, signatures): it has no engine to differ by;
- what starts databases of its own, on both engines already (``installation``, a backup put back);
- what is marked ``once``: a browser, schemathesis and the long series of strikes. They try
  scripts, the reading of requests and the disk; the queries behind them are those of the other
  tests, and a short series of strikes is run here.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import postgresql

HERE = Path(__file__).parent


@pytest.mark.slow
@pytest.mark.proof
@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="this is the run on PostgreSQL")
def test_what_holds_on_sqlite_holds_on_postgresql() -> None:
    with postgresql.server() as started:
        ran = subprocess.run(
            [sys.executable, "-m", "pytest", str(HERE), "-q", "-p", "no:cacheprovider",
             "-n", "2", "--dist", "loadgroup", "--tb", "short"],
            env=_alone() | {"DATABASE_URL": started.get_uri()},
            cwd=HERE.parents[1],
            capture_output=True,
            text=True,
            timeout=1_200,
        )  # fmt: skip

    assert ran.returncode == 0, ran.stdout[-8_000:] + ran.stderr[-2_000:]
    passed = re.search(r"(\d+) passed", ran.stdout)
    assert passed, ran.stdout[-2_000:]
    # The larger part of the platform's tests asks the database.
    assert int(passed[1]) > 500


def _alone() -> dict[str, str]:
    """Return the surroundings of a run of its own, which is no part of this one."""
    ours = ("PYTEST_", "MECENE_", "DJANGO_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}
