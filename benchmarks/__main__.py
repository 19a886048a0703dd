"""How fast is it all, in one run, beside the peers?

    python -m benchmarks                  every benchmark at its quick size; writes the page
    python -m benchmarks --only imports   that one (repeatable); the others as they stood
    python -m benchmarks --full imports   that one at its full size, kept in results/imports.json
    python -m benchmarks --page           only writes docs/benchmarks.md again

A benchmark is a module of this folder that prints a Markdown table. What a full run measured stays
in ``results/`` with its date, and on the page until the next full run; so does ``quick.json``.
What was asked, and whether it is met, is written by hand in ``results/targets.toml``.
"""

import argparse
import json
import os
import platform
import subprocess
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from benchmarks import measuring

RESULTS = Path(__file__).resolve().parent / "results"
PAGE = measuring.ROOT / "docs" / "benchmarks.md"
PEERS = measuring.WORK / "peers" / "bin" / "python"


@dataclass(frozen=True)
class Benchmark:
    """A module, what it asks, and its arguments when there is little time."""

    name: str
    asks: str
    quick: tuple[str, ...]
    full: tuple[str, ...] = ()


BENCHMARKS = (
    Benchmark("imports", "From dirty exports to facts under their donors", ("--quick",)),
    Benchmark("web_imports", "An import in the browser: checked, loaded, undone", ("--quick",)),
    Benchmark("analyse", "From real gifts to the report, and `--help`", ("--quick",)),
    Benchmark("reading", "Reading CSV with every record accounted for", ("--quick",)),
    Benchmark("lifetime_value", "Fitting BG/NBD and BG/BB, beside lifetimes", ("--divide", "100")),
    Benchmark(
        "features", "The summary of every donor, beside pandas",
        ("--gifts", "1_000_000", "--donors", "100_000"),
    ),
    Benchmark("signals", "Alarms, held against what became of the donors", ("--quick",)),
    Benchmark("identity", "Who is who, on hard invented people", ("--quick",)),
    Benchmark("scores", "Who gives next, beside the peers", ("--only", "simulated")),
    Benchmark("segments", "Donors found, segments recounted and followed", ("--quick",)),
    Benchmark("pages", "Pages over HTTP, in an association that was imported", ("--quick",)),
    Benchmark(
        "ingest", "Events through the API, on the disk before they are answered",
        ("--seconds", "8"), ("--seconds", "60"),
    ),
    Benchmark("experiments", "An experiment, from the log to the answer", ("--quick",)),
    Benchmark(
        "attribution", "From touches to paths and to what channels are credited with",
        ("--paths", "100_000"),
    ),
    Benchmark("journeys", "Travellers advanced, the pure part", ("--quick",)),
    Benchmark("travellers", "Travellers advanced by the platform, saved whole", ("--quick",)),
    Benchmark("messages", "Messages rendered, and handed over", ("--quick",)),
    Benchmark("uplift", "Learning from a random send, and aiming the next", ("--quick",)),
    Benchmark("simulator", "Inventing an association", ("20_000",), ("200_000",)),
)  # fmt: skip


def main():
    """Run what is asked and write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = [each.name for each in BENCHMARKS]
    parser.add_argument("--only", action="append", choices=names, default=[])
    parser.add_argument("--full", action="append", choices=names, default=[])
    parser.add_argument("--page", action="store_true")
    asked = parser.parse_args()
    quick = _kept("quick")
    for each in BENCHMARKS:
        if each.name in asked.full:
            _keep(each.name, _run(each, each.full))
        elif not (asked.page or asked.full) and each.name in (asked.only or names):
            quick[each.name] = _run(each, each.quick)
            _keep("quick", quick)
    PAGE.write_text(page(quick), encoding="utf-8")
    print(f"written: {PAGE.relative_to(measuring.ROOT)}")


def _run(each, arguments):
    """Return what a benchmark printed, with when and where."""
    print(f"{each.name} {' '.join(arguments)} …", flush=True)
    if each.name == "features" and not _has_pandas():
        arguments = (*arguments, "--no-pandas")
    found = {
        "measured_on": datetime.now(tz=UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python "
        f"{platform.python_version()}, load {os.getloadavg()[0]:.1f} before",
        "command": " ".join(["python", "-m", f"benchmarks.{each.name}", *arguments]),
        "versions": _versions(),
    }
    try:
        cost = measuring.process(measuring.module(f"benchmarks.{each.name}", *arguments))
    except SystemExit:
        return found | {"table": ["It did not run to its end here; nothing is shown for it."]}
    lines = [line.rstrip() for line in cost.printed.splitlines() if line.startswith("|")]
    print("\n".join(lines), flush=True)
    return found | {"table": lines}


def page(quick):
    """Return the page: what was asked, what full runs measured, what the last run measured."""
    lines = [
        "# Benchmarks",
        "",
        "Written by `make benchmarks` (`python -m benchmarks`), which runs every benchmark at its",
        "quick size, one after the other, each in a process of its own: CPU seconds and peak",
        "memory are the operating system's. Sections marked *full size* are what the last full",
        "run of that benchmark measured (`python -m benchmarks --full NAME`), with its date.",
        "Every figure is of a machine with **2 cores**; CPU seconds depend on it, ratios hardly.",
        "",
        "## What was asked",
        "",
        "| Asked | Measured | Met | Measured how |",
        "|---|---|---|---|",
    ]
    targets = tomllib.loads((RESULTS / "targets.toml").read_text(encoding="utf-8"))["target"]
    lines += [f"| {t['asked']} | {t['measured']} | {t['met']} | {t['how']} |" for t in targets]
    for each in BENCHMARKS:
        lines += ["", f"## {each.asks}", ""]
        for size, found in (("full size", _kept(each.name)), ("quick size", quick.get(each.name))):
            if found:
                lines += [*_section(size, found), ""]
        lines.pop()
    return "\n".join(lines) + "\n"


def _section(size, found):
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    told = f"*{size}*, {found['measured_on']}, {found['machine']}"
    note = [found["note"], ""] if "note" in found else []
    told = f"{told}; {versions}" if versions else told
    return [f"{told}. `{found['command']}`", "", *note, *found["table"]]


def _versions():
    known = {name: metadata.version(name) for name in ("polars", "duckdb", "numpy", "splink")}
    if PEERS.exists():
        asked = "from importlib import metadata as m; import json; " + (
            "print(json.dumps({d.name: d.version for d in m.distributions() "
            "if d.name in ('pandas', 'lifetimes')}))"
        )
        printed = subprocess.run([PEERS, "-c", asked], capture_output=True, text=True, check=True)
        known |= json.loads(printed.stdout)
    return known


def _has_pandas():
    wanted = "import pandas, pyarrow"
    return PEERS.exists() and not subprocess.run(
        [PEERS, "-c", wanted], capture_output=True, check=False
    ).returncode  # fmt: skip


def _kept(name):
    file = RESULTS / f"{name}.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def _keep(name, found):
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(found, ensure_ascii=False, indent=1)
    (RESULTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
