"""Gifts that were really made, and a send that was really drawn by lot."""

import gzip
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"


def gifts() -> NDArray[np.float64]:
    """Return the amounts given to Games Done Quick, in dollars."""
    rows = _rows("gdq-charity-donations", "donations.csv.gz")
    return rows.filter(pl.col("amount") > 0)["amount"].to_numpy()


def hillstrom() -> pl.DataFrame:
    """Return Hillstrom's 64,000 customers of 2008: no e-mail, men's, or women's."""
    return _rows("hillstrom-email-2008", "hillstrom.csv.gz")


def _rows(folder: str, name: str) -> pl.DataFrame:
    path = DATA / folder / name
    if not path.exists():
        pytest.skip(f"the shared data set {folder} is not here")
    with gzip.open(path) as file:
        return pl.read_csv(file.read(), infer_schema_length=None)
