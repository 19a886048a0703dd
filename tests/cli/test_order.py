"""The order of rows and how they are cut into files say nothing: no figure may depend on it."""

import random
from pathlib import Path
from typing import Any

import pytest

from cli import running
from mecene.simulator import exports
from mecene.simulator.recipe import Association
from mecene.simulator.records import Dirt

pytestmark = pytest.mark.slow
SPEC = Association(donors=220, years=5, seed=77)
DIRT = Dirt(pledges=0.02, tests=0.01, bad_dates=0.01, no_amounts=0.01)
# What names files, or depends on the number donors happen to be given.
_OF_FILES = {"files", "name", "rows_read_by_file"}


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    written = exports.write(SPEC, tmp_path_factory.mktemp("export"), dirt=DIRT)
    return written.path("gifts.csv").read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def as_exported(lines: list[str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return figures(tmp_path_factory.mktemp("whole"), lines)


def figures(folder: Path, *files: list[str]) -> dict[str, Any]:
    paths = [running.write(folder / f"{n}.csv", *lines) for n, lines in enumerate(files)]
    ran = running.mecene("analyse", *paths, "--out", folder / "report")
    assert ran.code == 0, ran.err
    found = running.metrics(folder / "report")
    return {name: value for name, value in found.items() if name not in _OF_FILES}


def differences(ours: Any, theirs: Any, path: str = "") -> list[str]:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        names = [*ours, *(name for name in theirs if name not in ours)]
        return [d for n in names for d in differences(ours.get(n), theirs.get(n), f"{path}.{n}")]
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        pairs = enumerate(zip(ours, theirs, strict=True))
        return [d for n, (a, b) in pairs for d in differences(a, b, f"{path}[{n}]")]
    if isinstance(ours, float) and isinstance(theirs, float):
        # Sums of floats in another order: the fits agree to a part in a million.
        return (
            []
            if ours == pytest.approx(theirs, rel=1e-6, abs=1e-9)
            else [f"{path}: {ours} {theirs}"]
        )
    return [] if ours == theirs else [f"{path}: {ours} {theirs}"]


# Another order still is that of the two files below.
def test_rows_in_another_order_change_no_figure(
    lines: list[str], as_exported: dict[str, Any], tmp_path: Path
) -> None:
    shuffled = lines[1:]
    random.Random(1).shuffle(shuffled)

    assert differences(as_exported, figures(tmp_path, [lines[0], *shuffled])) == []


def test_two_files_say_what_one_says(
    lines: list[str], as_exported: dict[str, Any], tmp_path: Path
) -> None:
    first, second = lines[1::2], lines[2::2]
    random.Random(3).shuffle(second)

    both = figures(tmp_path, [lines[0], *second], [lines[0], *first])

    assert differences(as_exported, both) == []
