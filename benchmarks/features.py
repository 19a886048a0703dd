"""What does the summary cost, beside pandas on the same gifts?

    python -m benchmarks.features [--gifts 10_000_000] [--donors 1_000_000] [--every-column]
    python -m benchmarks.features --quick    a tenth of the gifts and donors

Each runs in a process of its own, one after the other, on the same bucketed files; pandas in
``benchmarks/made/peers`` (or ``--pandas-python``). Prints a Markdown table: CPU seconds and peak
memory are the operating system's, for the whole process. The data are deleted afterwards.
"""

import argparse
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from mecene import facts
from mecene.engine.store import FactStore, write_facts

WORK = Path(__file__).parent / "made"
HERE = Path(__file__).parent
FIRST_DAY = date(2016, 1, 1)
AS_OF = date(2026, 1, 1)

OURS = """
import sys
from datetime import date
from pathlib import Path
from mecene.engine.store import FactStore
from mecene.features import summary
out = Path(sys.argv[2])
out.mkdir()
families = tuple(sys.argv[3].split(",")) if sys.argv[3] else None
store = FactStore(Path(sys.argv[1]))
number = 0  # not enumerate: it holds the batch before
for batch in summary.batches(store, as_of=date(2026, 1, 1), families=families):
    batch.write_parquet(out / f"{number:02d}.parquet", compression="snappy")
    number += 1
    del batch
"""


def main() -> None:
    """Generate the gifts, run each contestant, compare their answers, print the table."""
    asked = _arguments()
    work = WORK / f"features-{asked.gifts}"
    shutil.rmtree(work, ignore_errors=True)
    try:
        generate(work / "facts", gifts=asked.gifts, donors=asked.donors)
        _table(asked, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def generate(into: Path, *, gifts: int, donors: int, seed: int = 1) -> FactStore:
    """Write made-up gifts, a sixteenth at a time: heavy-tailed frequency, heaped amounts."""
    generator = np.random.default_rng(seed)
    for number in range(facts.BUCKETS):
        ids = np.arange(number or facts.BUCKETS, donors + 1, facts.BUCKETS)
        weight = generator.gamma(0.7, size=ids.size)
        counts = generator.poisson(weight / weight.sum() * gifts * ids.size / donors)
        people = pl.DataFrame({"donor_id": ids}).with_columns(kind=pl.lit("person"))
        write_facts({"gifts": _gifts(generator, np.repeat(ids, counts)), "donors": people}, into)
    return FactStore(into)


def _gifts(generator: np.random.Generator, owners: np.ndarray) -> pl.DataFrame:
    size = owners.size
    days = (AS_OF - FIRST_DAY).days
    amounts = np.array([1_000, 1_500, 2_000, 3_000, 5_000, 10_000, 20_000, 50_000])
    kinds = np.array(["one_off", "instalment", "membership_fee", "in_kind"])
    campaigns = np.array([f"C{n:03d}" for n in range(200)])
    drawn = pl.DataFrame(
        {
            "gift_id": np.arange(1, size + 1),
            "donor_id": owners,
            "given_on": np.datetime64(FIRST_DAY) + generator.integers(0, days, size),
            "amount_minor": generator.choice(amounts, size),
            "kind": generator.choice(kinds, size, p=[0.6, 0.35, 0.04, 0.01]),
            "payment_method": generator.choice(np.array(["card", "cheque", "direct_debit"]), size),
            "campaign_id": generator.choice(campaigns, size),
            "status": generator.choice(np.array(["received", "failed"]), size, p=[0.98, 0.02]),
        }
    ).with_columns(
        currency=pl.lit("EUR"), source_ref=pl.lit("g") + pl.col("gift_id").cast(pl.String)
    )
    return facts.complete(drawn, facts.GIFTS)


def _table(asked: argparse.Namespace, work: Path) -> None:
    rows = []
    ours = [sys.executable, "-c", OURS, str(work / "facts"), str(work / "ours"), "giving"]
    rows.append(("Mécène, giving columns", *_measured(ours)))
    if asked.every_column:
        everything = [*ours[:-2], str(work / "all"), ""]
        rows.append(("Mécène, every column", *_measured(everything)))
    if not asked.no_pandas:
        peer = [asked.pandas_python, str(HERE / "features_in_pandas.py"), str(work / "facts")]
        rows.append(("pandas 2.3.3, giving columns", *_measured([*peer, str(work / "pandas")])))
        _compare(work)
    say = sys.stdout.write
    say(f"{asked.gifts:,} gifts, {asked.donors:,} donors, {os.cpu_count()} cores\n\n")
    say("| | CPU s | × | peak MB | × |\n|---|---:|---:|---:|---:|\n")
    for name, cpu, peak in rows:
        ratios = (cpu / rows[0][1], peak / rows[0][2])
        say(f"| {name} | {cpu:.1f} | {ratios[0]:.1f} | {peak:,.0f} | {ratios[1]:.1f} |\n")


def _measured(command: list[str]) -> tuple[float, float]:
    """Return the CPU seconds and the peak megabytes of a process run to its end."""
    process = subprocess.Popen(command)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"failed: {' '.join(command[:2])}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def _compare(work: Path) -> None:
    """Refuse to show figures of programs that answer differently, or to another question."""
    ours = pl.read_parquet(work / "ours" / "*.parquet").sort("donor_id")
    theirs = pl.read_parquet(work / "pandas" / "summary.parquet").sort("donor_id")
    if odd := set(ours.columns) ^ set(theirs.columns):
        raise SystemExit(f"not the same columns: {', '.join(sorted(odd))}")
    for name in ours.columns:
        mine, other = ours[name], theirs[name]
        if mine.dtype.is_numeric():
            apart = (mine.cast(pl.Float64) - other.cast(pl.Float64)).abs().fill_null(0).max()
            same = apart < 1e-6 and (mine.is_null() == other.is_null()).all()
        else:
            same = mine.eq_missing(other.cast(mine.dtype)).all()
        if not same:
            raise SystemExit(f"{name} differs between Mécène and pandas")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gifts", type=lambda text: int(text.replace("_", "")), default=10_000_000)
    parser.add_argument("--donors", type=lambda text: int(text.replace("_", "")), default=1_000_000)
    parser.add_argument("--quick", action="store_true", help="a tenth of the gifts and donors")
    parser.add_argument("--no-pandas", action="store_true")
    parser.add_argument("--every-column", action="store_true")
    parser.add_argument("--pandas-python", default=str(WORK / "peers" / "bin" / "python"))
    asked = parser.parse_args()
    if asked.quick:
        asked.gifts, asked.donors = asked.gifts // 10, asked.donors // 10
    return asked


if __name__ == "__main__":
    main()
