"""How many pairs of records are rightly joined."""

import numpy as np
import polars as pl


def pairs(records: pl.DataFrame, mapping: pl.DataFrame) -> tuple[int, int, int]:
    """Return how many pairs of records are rightly joined, joined, and one person."""
    table = records.select("person_key", "truth").join(mapping, on="person_key")

    def count(columns):
        size = table.group_by(columns).len()["len"].to_numpy().astype(np.int64)
        return int((size * (size - 1) // 2).sum())

    return count(["truth", "donor_id"]), count(["donor_id"]), count(["truth"])


def pairs_right(records: pl.DataFrame, mapping: pl.DataFrame) -> tuple[float, float]:
    """Return (precision, recall) over pairs."""
    right, said, true = pairs(records, mapping)
    return right / max(said, 1), right / max(true, 1)
