"""How long does an import in the browser take, in how much of the worker's memory?

    python -m benchmarks.web_imports [--quick] [--donors 150_000] [--keep]

A file of gifts and one of donors (``benchmarks.imports``; seven gifts a donor: 150,000 donors are a
million rows) are received by a new installation, checked, loaded and taken back, each by a worker
process of its own, whose peak memory is the system's. On SQLite, or on ``DATABASE_URL``, which must
then name an empty database. The figures of the night are not asked for.
"""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks import imports, measuring

QUICK, FULL = 15_000, 150_000
STEPS = ("check", "load", "undo")


def main():
    """Invent the files, do each step in a process, print the table."""
    asked = _arguments()
    if asked.step:
        print(done(asked.step, asked.files))
        return
    donors = asked.donors or (QUICK if asked.quick else FULL)
    folder = imports.invented(donors)
    print("| gift rows | donor rows | step | wall s | CPU s | peak MB of the worker |")
    print("|---:|---:|---|---:|---:|---:|")
    with tempfile.TemporaryDirectory(dir=folder) as home:
        os.environ["MECENE_HOME"] = home
        _step("prepare", folder)
        for step in STEPS:
            cost = _step(step, folder)
            said = cost.printed.strip().splitlines()[-1]
            print(
                f"| {said} | {step} | {cost.wall_s:.1f} | {cost.cpu_s:.1f} | {cost.peak_mb:,.0f} |",
                flush=True,
            )
    if not asked.keep:
        shutil.rmtree(folder)


def _step(name, folder):
    command = measuring.module("benchmarks.web_imports", "--step", name, "--files", folder)
    return measuring.process(command)


def done(step, folder):
    """Do one step in this process; return the rows of the files."""
    from django.utils import timezone

    from mecene_web import opening

    opening.ready()
    from django.conf import settings
    from django.core.management import call_command

    from mecene_web.imports import approve, receive, retract
    from mecene_web.imports.models import Import
    from mecene_web.tasks import run, worker
    from mecene_web.tasks.models import Work

    now = timezone.now()
    settings.MECENE_HEAVY = set()  # in this process, whose peak is measured
    settings.MECENE_WORKS["scores.nightly"] = "benchmarks.web_imports.nothing"
    if step == "prepare":
        call_command("migrate", interactive=False, verbosity=0)
        names = ("gifts.csv", "donors.csv")
        receive.receive([(name, (folder / name).open("rb")) for name in names], by=None, now=now)
        return ""
    made = Import.objects.latest("pk")
    if step == "load":
        approve.approve(made.pk, overlap="keep", by=None, now=now)
    if step == "undo":
        retract.retract(made.pk, by=None, now=now)
    run.log.setLevel("ERROR")
    worker.work(once=True)
    made.refresh_from_db()
    problems = list(Work.objects.exclude(state="done").values_list("kind", "problem"))
    wanted = {"check": "checked", "load": "loaded", "undo": "undone"}[step]
    if made.state != wanted:
        raise SystemExit(f"{made.state}: {made.problem} {problems}")
    return " | ".join(f"{file['rows']:,}" for file in made.account["files"])


def nothing(_subject_id, _report):
    """Stand for the works that are not measured."""


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of a million rows only")
    parser.add_argument("--donors", type=lambda text: int(text.replace("_", "")))
    parser.add_argument("--keep", action="store_true", help="keep the invented files")
    parser.add_argument("--step", choices=("prepare", *STEPS), help="(used by itself)")
    parser.add_argument("--files", type=Path, help="(used by itself)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
