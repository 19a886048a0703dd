"""How long from real gifts to the report, and how long to say what there is to ask?

    python -m benchmarks.analyse [--quick]

``mecene analyse`` on the 291,885 gifts of ``gdq-charity-donations`` where ``../shared/data`` is
there, on an invented association of 20,000 donors elsewhere; ``mecene demo``, unless ``--quick``;
``mecene --help``, the median of ten. Prints a Markdown table; every line is a process of its own,
from the start of Python to its end.
"""

import argparse
import shutil
import statistics
import sys

from benchmarks import imports, measuring

GDQ = measuring.ROOT.parent / "shared" / "data" / "gdq-charity-donations" / "donations.csv.gz"
PROGRAM = "from mecene.cli.main import run; run()"


def main():
    """Run each command, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="without the demo")
    asked = parser.parse_args()
    print("| command | wall s | CPU s | peak MB |\n|---|---:|---:|---:|")
    for name, cost in _measured(quick=asked.quick):
        print(
            f"| {name} | {cost.wall_s:.2f} | {cost.cpu_s:.2f} | {cost.peak_mb:,.0f} |", flush=True
        )


def _measured(*, quick):
    out = measuring.WORK / "analyse"
    shutil.rmtree(out, ignore_errors=True)
    helps = sorted((_mecene("--help") for _ in range(10)), key=lambda cost: cost.wall_s)
    middle = statistics.median_low(cost.wall_s for cost in helps)
    yield "`mecene --help` (median of 10)", next(c for c in helps if c.wall_s == middle)
    if GDQ.exists():
        yield "`mecene analyse`, 291,885 gifts of GDQ", _mecene("analyse", GDQ, "--out", out)
    else:
        folder = imports.invented(20_000)
        yield (
            "`mecene analyse`, 140,000 gifts",
            _mecene("analyse", folder / "gifts.csv", "--out", out),
        )
    if not quick:
        yield "`mecene demo`, 20,000 donors in seven files", _mecene("demo", "--out", out)
    shutil.rmtree(out, ignore_errors=True)


def _mecene(*arguments):
    return measuring.process([sys.executable, "-c", PROGRAM, *map(str, arguments)])


if __name__ == "__main__":
    main()
