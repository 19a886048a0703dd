"""A run killed in the middle leaves the report before it, and the next run works."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli import running
from mecene.cli import publishing

GIFTS = [
    (f"Nom{n}", "Marie", f"m{n}@exemple.fr", f"{1 + n % 28:02}/0{1 + n % 9}/202{n % 5}", "50,00")
    for n in range(400)
]
KILLED_AT = """
import os, signal, sys
from pathlib import Path
from mecene.cli import publishing
out, last = Path(sys.argv[1]), int(sys.argv[2])
moves = 0
rename = Path.rename
def counted(self, target):
    global moves
    if moves == last:
        os.kill(os.getpid(), signal.SIGKILL)
    moves += 1
    return rename(self, target)
Path.rename = counted
with publishing.bench(out) as work:
    made = work / "report"
    (made / "lists").mkdir(parents=True)
    for name in ("donors.csv", "lists/a.csv", "metrics.json", "report.html", "new.csv"):
        (made / name).write_text("new")
    publishing.publish(made, out)
"""


def seen(folder: Path) -> dict[str, str]:
    """Return what stands in a folder, what is hidden left out."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(part.startswith(".") for part in path.parts)
    }


def started(*arguments: object) -> subprocess.Popen[bytes]:
    """Run Python on its own, with the code under test."""
    source = str(Path(publishing.__file__).parents[2])
    return subprocess.Popen(
        [sys.executable, *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": source},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.parametrize("moves", range(10))
def test_a_report_killed_while_it_takes_its_place_is_the_old_one_or_the_new(
    tmp_path: Path, moves: int
) -> None:
    for name in ("donors.csv", "metrics.json", "report.html", "mine.txt"):
        running.write(tmp_path / name, "old")
    running.write(tmp_path / "lists" / "b.csv", "old")
    old = seen(tmp_path)

    ended = started("-c", KILLED_AT, tmp_path, moves).wait(timeout=60)
    with publishing.bench(tmp_path):
        found = seen(tmp_path)

    assert found["mine.txt"] == old["mine.txt"]
    if ended == -signal.SIGKILL:
        assert found == old
    else:
        assert set(found) == {
            "donors.csv", "metrics.json", "report.html", "mine.txt", "new.csv",
            str(Path("lists/a.csv")),
        }  # fmt: skip
        assert moves >= 9
    assert not list(tmp_path.glob(".work-*"))


@pytest.mark.slow
@pytest.mark.parametrize("patience_seconds", [0.0, 1.0])
def test_an_analysis_killed_in_the_middle_leaves_the_report_before(
    tmp_path: Path, patience_seconds: float
) -> None:
    gifts, out = running.gifts(tmp_path / "dons.csv", GIFTS), tmp_path / "rapport"
    assert running.mecene("analyse", gifts, "--out", out).code == 0
    old = seen(out)

    program = "from mecene.cli.main import run; run()"
    run = started("-c", program, "analyse", gifts, "--out", out)
    while not list(out.glob(".work-*")) and run.poll() is None:
        time.sleep(0.01)
    time.sleep(patience_seconds)
    run.send_signal(signal.SIGKILL)
    killed = run.wait(timeout=60) == -signal.SIGKILL

    assert killed
    assert seen(out) == old
    assert running.mecene("analyse", gifts, "--out", out).code == 0
    assert not list(out.glob(".work-*"))
    assert set(seen(out)) == set(old)


def test_a_report_that_cannot_take_its_place_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running.write(tmp_path / "report.html", "old")
    running.write(tmp_path / "donors.csv", "old")
    old = seen(tmp_path)
    rename = Path.rename

    def refused(self: Path, target: Path) -> Path:
        if self.name == "report.html" and self.parent.name == "report":
            raise PermissionError
        return rename(self, target)

    with publishing.bench(tmp_path) as work:
        running.write(work / "report" / "report.html", "new")
        running.write(work / "report" / "donors.csv", "new")
        monkeypatch.setattr(Path, "rename", refused)
        with pytest.raises(PermissionError):
            publishing.publish(work / "report", tmp_path)

    assert seen(tmp_path) == old


def test_a_run_that_lives_is_left_alone(tmp_path: Path) -> None:
    with publishing.bench(tmp_path) as first:
        running.write(first / "report" / "donors.csv", "x")
        with publishing.bench(tmp_path) as second:
            assert first.exists()
            assert first != second
        assert (first / "report" / "donors.csv").exists()
