"""An installation that waits holds little: what computes is read when something is computed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[3] / "src"
# Thirty megabytes each, in every process that reads them.
HEAVY = {"altair", "scipy", "sklearn", "lightgbm", "splink", "vl_convert"}


def held(program: str, home: Path) -> set[str]:
    """Return the libraries a program has read at its end."""
    ran = subprocess.run(
        [sys.executable, "-c", f"{program}\nimport sys\nprint(*sys.modules)"],
        env=os.environ | {"MECENE_HOME": str(home), "PYTHONPATH": str(SOURCES)},
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.split(".")[0] for name in ran.stdout.split()}


@pytest.mark.once
@pytest.mark.parametrize(
    "program",
    [
        "import mecene_web.wsgi\nfrom django.urls import get_resolver\nget_resolver().url_patterns",
        "from mecene_web import opening\nopening.ready()\nfrom mecene_web.tasks import worker",
    ],
    ids=["pages", "worker"],
)
def test_who_waits_has_read_nothing_that_computes(program: str, tmp_path: Path) -> None:
    assert held(program, tmp_path) & HEAVY == set()


@pytest.mark.once
def test_who_keeps_the_others_knows_nothing_of_django(tmp_path: Path) -> None:
    names = held("from mecene_web import serving", tmp_path)

    assert names & (HEAVY | {"django", "polars", "duckdb"}) == set()
