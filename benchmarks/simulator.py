"""How fast an association is invented, and in how much memory, a block at a time.

    python -m benchmarks.simulator [DONORS]     200,000 by default

Prints what 10 million donors would take at the same rate. Memory does not depend on how many
donors there are: one block of 10,000 is held at a time.
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

from mecene.simulator import association, exports, facts
from mecene.simulator.association import Association


def main(donors: int) -> None:
    spec = Association(donors=donors)
    print("| what | donors | wall s | CPU s | peak MB | 10 M donors, CPU min |")
    print("|---|---:|---:|---:|---:|---:|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, work in (
            ("in memory, thrown away", lambda: sum(1 for _ in association.stream(spec))),
            ("donors and gifts, fact store",
             lambda: facts.write(spec, Path(folder) / "store", only=("donors", "gifts"))),
            ("dirty files and truth", lambda: exports.write(spec, Path(folder) / "files")),
        ):  # fmt: skip
            wall, cpu = time.perf_counter(), time.process_time()
            work()
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(
                f"| {name} | {donors:,} | {wall:.1f} | {cpu:.1f} | {peak:.0f} "
                f"| {cpu * 1e7 / donors / 60:.0f} |"
            )


if __name__ == "__main__":
    main(int(sys.argv[1].replace("_", "")) if len(sys.argv) > 1 else 200_000)
