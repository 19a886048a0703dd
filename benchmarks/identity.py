"""How long it takes to tell who is who, and in how much memory.

    python -m benchmarks.identity [people] [--quick]

Each case runs in a process of its own, so that its peak is its own.
"""

import importlib
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl

from mecene.identity import resolve

# In place of this folder, where `identity` would be this very file.
sys.path[0] = str(Path(__file__).resolve().parents[1] / "tests")
invented = importlib.import_module("identity.invented")
judged = importlib.import_module("identity.judged")


def references(size: int) -> pl.DataFrame:
    """Return records that hold a reference and nothing else."""
    keys = np.random.default_rng(1).permutation(size) + 1
    return pl.DataFrame({"person_key": keys, "external_id": [f"D{n:08d}" for n in range(size)]})


def people(size: int) -> pl.DataFrame:
    """Return invented people, one in ten written twice: 10,000 at a time, in towns of their own."""
    parts = []
    for block in range(-(-size // 10_000)):
        part = invented.association(min(size, 10_000), duplicates=0.10, seed=block)
        mark, shift = f"{block:03d}", block * 1_000_000
        parts.append(
            part.with_columns(
                pl.col("person_key", "truth") + shift,
                pl.col("postcode") + mark,
                pl.col("external_id") + mark,
                pl.col("city") + "".join(chr(97 + int(figure)) for figure in mark),
                pl.col("email").str.replace("@", f"{mark}@", literal=True),
            )
        )
    return pl.concat(parts)


def run(case: str, size: int) -> None:
    """Resolve one case and print its line."""
    records = references(size) if case == "references" else people(size)
    before = resource.getrusage(resource.RUSAGE_SELF)
    start = time.perf_counter()
    found = resolve.resolve(records.drop("truth", strict=False))
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    right = ""
    if "truth" in records.columns:
        right = "{:.4f} | {:.4f}".format(*judged.pairs_right(records, found.mapping))
    print(
        f"| {case} | {records.height:,} | {found.donors.height:,} | {wall:.1f} | {cpu:.1f} | "
        f"{after.ru_maxrss / 1e6:.2f} | {right or '– | –'} |"
    )


def main() -> None:
    """Run every case, each in its own process, and print a table."""
    sizes = [argument for argument in sys.argv[1:] if argument != "--quick"]
    if len(sizes) == 2:
        run(sizes[0], int(sizes[1]))
        return
    quick = "--quick" in sys.argv
    people = int(sizes[0]) if sizes else 20_000 if quick else 320_000
    bare = (100_000,) if quick else (1_000_000, 3_000_000)
    print("| case | records | donors | seconds | CPU s | peak GB | precision | recall |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |", flush=True)
    for case in (*(("references", size) for size in bare), ("people", people)):
        subprocess.run([sys.executable, __file__, case[0], str(case[1])], check=True)


if __name__ == "__main__":
    main()
