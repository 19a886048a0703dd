"""What does a process cost: seconds on the wall, CPU seconds, peak memory, all the system's own?"""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

WORK = Path(__file__).resolve().parent / "made"
ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Cost:
    """What one process cost, its children included, and what it printed."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    printed: str


def process(command: list[str]) -> Cost:
    """Run a command to its end and return its cost; refuse one that fails."""
    start = time.perf_counter()
    # The checkout's own code, also where another one is installed.
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT)))}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as started:
        printed = started.stdout.read()
        _, status, used = os.wait4(started.pid, 0)
        started.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    if status:
        raise SystemExit(f"failed: {' '.join(command)}")
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, printed)


def module(name: str, *arguments: object) -> list[str]:
    """Return the command that runs a module with this Python."""
    return [sys.executable, "-m", name, *map(str, arguments)]
