"""Works that the tests have done by a process of their own, which cannot see a test's inside."""

import os
import signal
import time
from pathlib import Path


def say_where(subject_id: int, report) -> dict[str, int]:
    report("half", 1, 2)
    return {"pid": os.getpid(), "subject": subject_id}


def refuse(subject_id: int, report) -> None:
    raise ValueError("this file is no table")


def break_down(subject_id: int, report) -> None:
    raise RuntimeError("the disk is full")


def be_killed(subject_id: int, report) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def go_on(subject_id: int, report) -> None:
    """Say its number in the home's file, and go on for a minute."""
    Path(os.environ["MECENE_HOME"], "going-on").write_text(str(os.getpid()))
    for step in range(600):
        report("going on", step, 600)
        time.sleep(0.1)
