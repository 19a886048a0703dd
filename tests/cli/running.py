"""Running: the program as a person runs it, in-process, with what it said and left."""

import csv
import json
from collections.abc import Iterable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import polars as pl

from mecene.cli import main


@dataclass(frozen=True)
class Ran:
    """The exit code, what was printed, and what was said on the error stream."""

    code: int
    out: str
    err: str


def mecene(*arguments: object, lang: str = "fr") -> Ran:
    """Run the program; a traceback is a failure of the test, never an exit code."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main.obey([str(each) for each in arguments], lang=lang)
    return Ran(code, out.getvalue(), err.getvalue())


def metrics(folder: Path) -> dict[str, Any]:
    """Return the figures of a report."""
    found: dict[str, Any] = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    return found


def rejects(folder: Path) -> list[dict[str, str]]:
    """Return the lines of a French report's ``rejects.csv``."""
    with (folder / "rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def facts(folder: Path, table: str) -> pl.DataFrame:
    """Return a table of the store of facts of a report."""
    parts = sorted((folder / "facts" / table).glob("**/*.parquet"))
    return pl.concat([pl.read_parquet(part) for part in parts], how="diagonal_relaxed")


def write(file: Path, *lines: str, encoding: str = "utf-8") -> Path:
    """Write lines to a file; return it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return file


def gifts(file: Path, rows: Iterable[tuple[object, ...]]) -> Path:
    """Write a small file of gifts: name, first name, e-mail, day, amount."""
    lines = [";".join(str(cell) for cell in row) for row in rows]
    return write(file, "Nom;Prénom;Email;Date don;Montant", *lines)


def read_json(text: str) -> Any:
    """Return what a text says as JSON."""
    return json.loads(text)
