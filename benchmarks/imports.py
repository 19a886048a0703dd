"""How long from dirty exports to facts under their donors, and in how much memory?

    python -m benchmarks.imports [--quick] [--donors 150_000] [--keep]

Reads a file of gifts, each row with its donor's name, address and e-mail, and a file of donors
(one in ten has another card, misspelt); tells who is who; writes the store of facts. Seven gifts
a donor: 150,000 donors are a million rows, 1,500,000 are ten. Prints a Markdown table; each size
runs in a process of its own, whose peak is the system's. The files are invented beforehand.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import measuring

QUICK, FULL = (15_000,), (150_000, 1_500_000)


def main():
    """Invent the files, import each size, print the table."""
    asked = _arguments()
    if asked.run:
        print(json.dumps(imported(asked.run)))
        return
    sizes = (asked.donors,) if asked.donors else QUICK if asked.quick else FULL
    print(
        "| gift rows | people behind them | donors found | reading s | who is who s | facts s "
        "| wall s | CPU s | peak MB |"
    )
    print("|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    for donors in sizes:
        folder = invented(donors)
        cost = measuring.process(measuring.module("benchmarks.imports", "--run", folder))
        said = json.loads(cost.printed.strip().splitlines()[-1])
        spent = " | ".join(f"{said['seconds'][stage]:.1f}" for stage in _STAGES)
        print(
            f"| {said['rows']:,} | {donors:,} | {said['donors']:,} | {spent} "
            f"| {cost.wall_s:.1f} | {cost.cpu_s:.1f} | {cost.peak_mb:,.0f} |",
            flush=True,
        )
        if not asked.keep:
            shutil.rmtree(folder)


def invented(donors):
    """Return a folder with ``gifts.csv`` and ``donors.csv`` of so many donors, written once."""
    from mecene.simulator import exports
    from mecene.simulator.recipe import Association

    folder = measuring.WORK / f"imports-{donors}"
    done = folder / "done"
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
        exports.write(Association(donors=donors, years=8), folder, only=("gifts", "donors"))
        done.touch()
    return folder


_STAGES = ("reading", "identity", "facts")


def imported(folder):
    """Import what a folder holds; return rows, donors, and the seconds of each stage."""
    from mecene.cli import collect

    since = time.perf_counter()
    begun = {"reading": since}

    def tell(stage, done, total):
        begun.setdefault(stage, time.perf_counter())

    asked = collect.Asked(
        tables={"gifts": (folder / "gifts.csv",), "donors": (folder / "donors.csv",)}
    )
    with tempfile.TemporaryDirectory(dir=folder) as out:
        work = Path(out) / "made"
        work.mkdir()
        found = collect.collect(
            collect.recognise(asked), asked, into=Path(out), work=work, lang="fr", on_progress=tell
        ).intake
    ends = [begun["identity"], begun["facts"], time.perf_counter()]
    return {
        "rows": found.files[0].rows,
        "donors": found.donors,
        "seconds": {
            stage: end - begun.get(stage, since)
            for stage, end in zip(_STAGES, ends, strict=True)
        } | {"reading": ends[0] - since},
    }  # fmt: skip


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of a million rows only")
    parser.add_argument("--donors", type=lambda text: int(text.replace("_", "")))
    parser.add_argument("--keep", action="store_true", help="keep the invented files")
    parser.add_argument("--run", type=Path, help="one import (used by itself)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
