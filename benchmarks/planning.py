"""What do many donors take: bytes a fact on disk, CPU seconds a million facts, memory?

    python -m benchmarks.planning [DONORS] [--spark]     200,000 donors by default

The facts are those of a simulated association over eight years, contacts and interactions of the
last three included. Prints a Markdown table, what docs/how-to/beyond-one-machine.md multiplies.
"""

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
from benchmarks import measuring

SUMMARY = """
import sys
from datetime import date
from pathlib import Path
from mecene.engine.store import FactStore
from mecene.features import summary
out = Path(sys.argv[2])
out.mkdir()
batches = summary.batches(FactStore(Path(sys.argv[1])), as_of=date(2026, 1, 1))
for number, batch in enumerate(batches):
    batch.write_parquet(out / f"{number:02d}.parquet", compression="zstd")
    del batch
"""
# Nobody waits for the virtual machine to end: what it used is asked while it runs.
SPARK = """
import sys
from datetime import date
from pathlib import Path
import psutil
from mecene.engine import spark
from mecene.engine.connection import Limits
from mecene.engine.store import FactStore
from mecene.features import on_spark
store, out = Path(sys.argv[1]), sys.argv[2]
with spark.opened(store.parent, limits=Limits(memory_mb=4_096, threads=2)) as session:
    with on_spark.summarised(session, FactStore(store), as_of=date(2026, 1, 1)) as frame:
        frame.write.parquet(out)
        family = [psutil.Process(), *psutil.Process().children(recursive=True)]
        print(sum(sum(each.cpu_times()[:2]) for each in family))
        print(sum(each.memory_info().rss for each in family) / 2**20)
"""
FACTS = """
import sys
from pathlib import Path
from mecene.simulator import facts
from mecene.simulator.association import Association
facts.write(Association(donors=int(sys.argv[1])), Path(sys.argv[2]))
"""


def main(donors: int, *, on_spark: bool) -> None:
    """Invent the facts, weigh them, summarise every donor, print the table."""
    measuring.WORK.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=measuring.WORK) as folder:
        store, out = Path(folder) / "facts", Path(folder) / "summary"
        measuring.process([sys.executable, "-c", FACTS, str(donors), str(store)])
        print("| what | rows | MB | bytes a row | CPU s | CPU s a million facts | peak MB |")
        print("|---|---:|---:|---:|---:|---:|---:|", flush=True)
        rows = size = 0
        for table in sorted(path for path in store.iterdir() if path.is_dir()):
            held, weight = weighed(table)
            rows, size = rows + held, size + weight
            say(table.name, held, weight)
        say("**every fact**", rows, size)
        cost = measuring.process([sys.executable, "-c", SUMMARY, str(store), str(out)])
        say("**summary, every column**", *weighed(out), cost, facts=rows)
        if on_spark:
            out = Path(folder) / "on_spark"
            cost = measuring.process([sys.executable, "-c", SPARK, str(store), str(out)])
            cpu_s, held_mb = map(float, cost.printed.split())
            cost = replace(cost, cpu_s=cpu_s, peak_mb=held_mb)
            say("the same on Spark, two threads", *weighed(out), cost, facts=rows)


def weighed(folder: Path) -> tuple[int, int]:
    """Return the rows and the bytes of the Parquet files under a folder."""
    files = list(folder.rglob("*.parquet"))
    return (
        sum(pq.read_metadata(file).num_rows for file in files),
        sum(file.stat().st_size for file in files),
    )


def say(
    name: str, rows: int, size: int, cost: measuring.Cost | None = None, *, facts: int = 0
) -> None:
    """Print one row of the table."""
    measured = (
        f"{cost.cpu_s:.1f} | {cost.cpu_s / facts * 1e6:.2f} | {cost.peak_mb:,.0f}"
        if cost
        else " | | "
    )
    print(f"| {name} | {rows:,} | {size / 1e6:,.1f} | {size / rows:.1f} | {measured} |", flush=True)


if __name__ == "__main__":
    sizes = [int(each.replace("_", "")) for each in sys.argv[1:] if each[0] != "-"]
    main(sizes[0] if sizes else 200_000, on_spark="--spark" in sys.argv)
