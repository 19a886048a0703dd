"""The summary: what is known of each donor on a day, one row a donor.

The one place where the size of the log matters: each family of columns is one ``.sql`` file beside
this module, run over one bucket of donors at a time. Everything after it is small.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from importlib import resources

import duckdb
import polars as pl

from mecene.engine import duck
from mecene.engine.connection import Limits, Parameter
from mecene.engine.store import BUCKETS, FactStore
from mecene.features import dictionary

INTERMEDIATE = {"counted_gifts": ("giving", "calendar")}
DEFAULT_YEAR_START = 1


def of(
    store: FactStore,
    *,
    as_of: date,
    bucket: str | None = None,
    year_starts_in_month: int = DEFAULT_YEAR_START,
    families: tuple[str, ...] | None = None,
    limits: Limits | None = None,
) -> pl.DataFrame:
    """Return one row a donor, prospects included, sorted by ``donor_id``.

    An empty cell is unknown or without object (a prospect has no last gift); 0 is a count of
    nothing. The columns are those of ``dictionary.columns()``.

    Args:
        store: The facts.
        as_of: The day; facts dated on or after it are not seen.
        bucket: One sixteenth of the donors (``"00"`` to ``"15"``), or None for all.
        year_starts_in_month: First month of the accounting year, 1 to 12.
        families: Only these families of columns; all by default.
        limits: Memory and threads of the engine.
    """
    return _one(
        store,
        as_of=as_of,
        bucket=bucket,
        parameters=_known(store, as_of, limits) | {"year_starts_in_month": year_starts_in_month},
        families=families or dictionary.families(),
        limits=limits,
    )


def batches(
    store: FactStore,
    *,
    as_of: date,
    year_starts_in_month: int = DEFAULT_YEAR_START,
    families: tuple[str, ...] | None = None,
    limits: Limits | None = None,
) -> Iterator[pl.DataFrame]:
    """Yield the summary bucket by bucket, in little memory; empty buckets are left out."""
    parameters = _known(store, as_of, limits) | {"year_starts_in_month": year_starts_in_month}
    for bucket in BUCKETS:
        if store.files("donors", bucket=bucket):
            batch = _one(
                store,
                as_of=as_of,
                bucket=bucket,
                parameters=parameters,
                families=families or dictionary.families(),
                limits=limits,
            )
            if batch.height:
                yield batch


def text(name: str) -> str:
    """Return the SQL of a family of columns or of an intermediate table."""
    return resources.files("mecene.features").joinpath(f"{name}.sql").read_text(encoding="utf-8")


def _one(
    store: FactStore,
    *,
    as_of: date,
    bucket: str | None,
    parameters: Mapping[str, Parameter],
    families: tuple[str, ...],
    limits: Limits | None,
) -> pl.DataFrame:
    with duck.connected(
        store, as_of=as_of, bucket=bucket, parameters=parameters, limits=limits
    ) as connection:
        frames: dict[str, pl.DataFrame] = {}
        for name, users in INTERMEDIATE.items():
            wanted = [family for family in users if family in families]
            if wanted:
                connection.execute(f"create temp table {name} as {text(name)}")
                frames |= {family: _family(connection, family) for family in wanted}
                connection.execute(f"drop table {name}")
        for family in families:
            if family not in frames:
                frames[family] = _family(connection, family)
    parts = [frames[family] for family in families]
    rest = [part.drop("donor_id") for part in parts[1:]]
    names = [column.name for column in dictionary.columns(families)]
    return pl.concat([parts[0], *rest], how="horizontal").select(names)


def _known(store: FactStore, as_of: date, limits: Limits | None) -> dict[str, Parameter]:
    """Return what the whole store, not the bucket, knows of: nobody counted is not zero."""
    asked = {
        "has_contacts": "select 1 from contacts",
        "has_interactions": "select 1 from interactions",
        "has_instalments": "select 1 from gifts where kind = 'instalment'",
        "has_contact_details": "select 1 from donors "
        "where email is not null or phone is not null or address is not null",
    }
    asked["has_several_currencies"] = (
        "select 1 from gifts where status = 'received' having min(currency) <> max(currency)"
    )
    sql = ", ".join(f"exists({select} limit 1) as {name}" for name, select in asked.items())
    return duck.run(f"select {sql}", store=store, as_of=as_of, limits=limits).row(0, named=True)


def _family(connection: duckdb.DuckDBPyConnection, family: str) -> pl.DataFrame:
    """Return the columns of a family, one row a donor, in the order of donors."""
    rows = connection.execute(f"select * from ({text(family)}) as family order by donor_id").pl()
    return rows.cast({c.name: c.type for c in dictionary.columns((family,))})
