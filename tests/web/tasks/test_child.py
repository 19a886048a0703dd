"""A heavy work has a process of its own: it tells, can be ended, and dies with its worker."""

import os
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
TESTS = Path(__file__).parents[2]
SOURCES = TESTS.parent / "src"

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def home(settings, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(SOURCES), str(TESTS)]))
    names = ("say_where", "refuse", "break_down", "be_killed", "go_on")
    settings.MECENE_WORKS = {name: f"web_works.{name}" for name in names}
    settings.MECENE_HEAVY = set(names)
    file = Path(settings.HOME) / "going-on"
    file.unlink(missing_ok=True)
    return file


def done(kind: str, subject_id: int = 0):
    from mecene_web.tasks import ask, run

    work = ask.ask(kind, now=NOW, subject_id=subject_id)
    run.run.func(work.pk)
    work.refresh_from_db()
    return work


def waited_for(check, seconds: float = 20.0) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if check():
            return True
        time.sleep(0.05)
    return False


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().split(")")[1][:3]
    except FileNotFoundError:
        return False


def test_it_is_done_elsewhere_with_its_result_and_its_progress(home):
    work = done("say_where", subject_id=41)

    assert (work.state, work.stage, work.done) == ("done", "half", 1)
    assert work.result["subject"] == 41
    assert work.result["pid"] != os.getpid()


def test_a_refusal_is_not_tried_again_and_a_failure_is(home):
    refused, failed = done("refuse"), done("break_down")

    assert (refused.state, refused.problem) == ("failed", "ValueError: this file is no table")
    assert (failed.state, failed.problem) == ("waiting", "RuntimeError: the disk is full")


def test_one_that_is_killed_is_tried_again(home):
    work = done("be_killed")

    assert work.state == "waiting"
    assert "enough memory" in work.problem


def test_it_ends_at_its_next_step_when_asked(home):
    from django.db import connection

    from mecene_web.tasks import ask, run

    work = ask.ask("go_on", now=NOW)

    def begin() -> None:
        try:
            run.run.func(work.pk)
        finally:
            connection.close()

    doing = threading.Thread(target=begin)
    doing.start()
    assert waited_for(home.exists)
    assert ask.cancel(work.pk)
    doing.join(timeout=20)

    work.refresh_from_db()
    assert work.state == "cancelled"


def test_it_dies_with_a_worker_that_is_killed(home):
    from mecene_web.tasks import child

    program = (
        "from mecene_web import opening; opening.ready()\n"
        "from mecene_web.tasks import child\n"
        "child.run('web_works.go_on', work_id=1, subject_id=0)"
    )
    worker = subprocess.Popen([sys.executable, "-c", program], env=child._surroundings())
    assert waited_for(lambda: home.exists() and home.read_text())
    pid = int(home.read_text())
    assert alive(pid)
    worker.kill()
    worker.wait()

    assert waited_for(lambda: not alive(pid), seconds=5)
