"""A day in the past: what happened on it and later changes nothing."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cli import running
from mecene.simulator import exports
from mecene.simulator.recipe import Association

pytestmark = pytest.mark.slow
SPEC = Association(donors=250, years=5, seed=78)
OF_WHAT_WAS_READ = {"files", "rows_read", "facts", "rejects", "identity", "donors_known"}


def figures(gifts: Path, report: Path, day: date) -> dict[str, Any]:
    ran = running.mecene("analyse", gifts, "--as-of", day.isoformat(), "--out", report)
    assert ran.code == 0, ran.err
    found = running.metrics(report)
    return {name: value for name, value in found.items() if name not in OF_WHAT_WAS_READ}


def test_a_day_in_the_past_says_what_a_file_cut_that_day_says(tmp_path: Path) -> None:
    whole = exports.write(SPEC, tmp_path / "export", dirty=False).path("gifts.csv")
    day = date(2023, 7, 14)
    header, *rows = whole.read_text(encoding="utf-8").splitlines()
    place = header.split(";").index("Date don")
    later = header.split(";").index("Date statut")

    def dated(row: str, column: int) -> date | None:
        text = row.split(";")[column]
        return date(int(text[6:]), int(text[3:5]), int(text[:2])) if text else None

    def cut(row: str) -> str:
        said = dated(row, later)
        if said is None or said < day:
            return row
        cells = row.split(";")
        cells[later] = ""
        cells[header.split(";").index("Motif rejet")] = ""
        cells[header.split(";").index("Statut")] = "Encaissé"
        return ";".join(cells)

    before = [cut(row) for row in rows if dated(row, place) < day]  # type: ignore[operator]
    truncated = running.write(tmp_path / "truncated.csv", header, *before)

    then = figures(whole, tmp_path / "then", day)
    known = figures(truncated, tmp_path / "known", day)

    assert then == known
