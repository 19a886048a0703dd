"""A few invented donors, written as rows, become the figures of their association."""

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from mecene.engine import store
from mecene.retention import measure

Row = dict[str, Any]


def gift_rows(rows: Iterable[tuple[int | None, str, int] | Row]) -> list[Row]:
    """Return whole gifts from (donor, day, euros), or from a mapping of what differs."""
    result = []
    for number, row in enumerate(rows, start=1):
        said = (
            {"donor_id": row[0], "given_on": date.fromisoformat(row[1]), "euros": row[2]}
            if isinstance(row, tuple)
            else dict(row)
        )
        amount = said.pop("euros", 10) * 100
        whole = {
            "gift_id": number, "amount_minor": amount, "currency": "EUR", "kind": "one_off",
            "status": "received", "source_ref": f"g{number:06d}",
        }  # fmt: skip
        result.append(whole | said)
    return result


@pytest.fixture
def stored(tmp_path: Path) -> Callable[..., store.FactStore]:
    """Return a function that writes rows of facts into a store of their own."""
    count = iter(range(1_000_000))

    def write(gifts: Iterable[Any] = (), **tables: list[Row]) -> store.FactStore:
        rows = gift_rows(gifts)
        given = {"gifts": pl.DataFrame(rows, infer_schema_length=None)} if rows else {}
        given |= {name: pl.DataFrame(r, infer_schema_length=None) for name, r in tables.items()}
        return store.write_facts(given, tmp_path / f"facts-{next(count)}")

    return write


@pytest.fixture
def measured(stored: Callable[..., store.FactStore]) -> Callable[..., measure.Measures]:
    """Return a function that measures an association known by its gifts and other facts."""

    def run(
        gifts: Iterable[Any] = (), *, as_of: str, fiscal_year_start: int = 1, **tables: list[Row]
    ) -> measure.Measures:
        return measure.measure(
            stored(gifts, **tables),
            as_of=date.fromisoformat(as_of),
            fiscal_year_start=fiscal_year_start,
        )

    return run
