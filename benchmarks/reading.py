"""How fast are CSV files read with every record accounted for, and in how much memory?

    python -m benchmarks.reading [--quick]

Prints a Markdown table: twelve columns, each file in a process of its own, beside Python's csv
module and Polars reading the same file whole. ``--quick`` has ten times fewer rows.
"""

import argparse
import csv
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

WORK = Path(__file__).resolve().parent / "made"
HEADER = "id;date;montant;nom;prenom;email;adresse;cp;ville;mode;campagne;commentaire"
SIDES = ("mecene", "csv", "polars")


def main():
    """Write the files, read each in each way, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="ten times fewer rows")
    parser.add_argument("--run", metavar="SIDE:FILE", help="one reading (used by itself)")
    arguments = parser.parse_args()
    if arguments.run:
        print(json.dumps(measured(*arguments.run.split(":", 1))))
        return
    million = 100_000 if arguments.quick else 1_000_000
    print("| file | rows | MB | reader | rows read | rejects | CPU s | peak MB |")
    print("|---|---|---|---|---|---|---|---|")
    for kind, times in (("plain", 1), ("plain", 2), ("quoted", 1), ("dirty", 1)):
        rows = times * million
        path = written(kind, rows)
        for side in SIDES if rows == million and kind != "dirty" else SIDES[:1]:
            row = answer(side, path)
            print(
                f"| {kind} | {rows:,} | {path.stat().st_size >> 20} | {side} | {row['rows']:,} "
                f"| {row['rejects']:,} | {row['cpu_s']:.2f} | {row['peak_mb']:.0f} |"
            )


def written(kind, rows):
    """Return a file of so many rows: plain, every cell quoted, or one line in a hundred bad."""
    WORK.mkdir(parents=True, exist_ok=True)
    path = WORK / f"reading-{kind}-{rows}.csv"
    if path.exists():
        return path
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER + "\n")
        for i in range(rows):
            cells = (
                f"{i}", f"{i % 28 + 1:02}/03/2024", f"{i * 7 % 900 + 5},50", f"Dupont{i % 5000}",
                f"Élodie{i % 300}", f"e{i % 200_000}@exemple.fr", f"{i % 99} rue de l’Église",
                f"{75001 + i % 20}", "Paris", "CB", "NOEL24", "Merci" if i % 5 == 0 else "",
            )  # fmt: skip
            if kind == "quoted":
                cells = [f'"{cell}"' for cell in cells]
            if kind == "dirty" and i % 100 == 99:
                cells = ('"Ouvert', *cells[1:]) if i % 200 == 99 else cells[:-2]
            file.write(";".join(cells) + "\n")
    return path


def answer(side, path):
    """Return what one reading took, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.reading", "--run", f"{side}:{path}"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def measured(side, path):
    """Read a file one way; return rows, rejects, CPU seconds and peak memory."""
    start = time.process_time()
    rows, rejected = {"mecene": by_mecene, "csv": by_csv, "polars": by_polars}[side](Path(path))
    return {
        "rows": rows,
        "rejects": rejected,
        "cpu_s": time.process_time() - start,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def by_mecene(path):
    """Inspect and read, as an import does."""
    from mecene.sources import files, rejects

    ledger = rejects.Ledger()
    reading = files.inspect(path)
    return sum(b.height for b in files.batches(reading, ledger=ledger)), ledger.rows[path.name]


def by_csv(path):
    """Read row by row and keep nothing."""
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.reader(file, delimiter=";")) - 1, 0


def by_polars(path):
    """Read whole, as text."""
    import polars as pl

    return pl.read_csv(path, separator=";", infer_schema=False).height, 0


if __name__ == "__main__":
    main()
