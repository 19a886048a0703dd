"""Assembly: how staged rows and the donors they belong to become a fact store.

Memory does not grow with the file: one pass splits the rows by bucket, then each bucket is sorted
(spilling if need be), checked and written in batches.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from mecene import facts
from mecene.engine import connection as connections
from mecene.engine import corrections
from mecene.engine.connection import Limits
from mecene.engine.store import ANONYMOUS, BUCKETS, DATED, FactStore, new_part, order, order_said

OnProgress = Callable[[str, int, int], None]
_ROWS_A_BATCH = 122_880
_NUMBERED = "gift_id"


class UnknownPerson(KeyError):
    """A staged row belongs to a person that the mapping gives no donor."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True)
class Written:
    """What was written: the store, rows by table, refunds applied, and those that undo no gift."""

    store: FactStore
    rows: Mapping[str, int]
    refunds_applied: int
    unmatched: pl.DataFrame


def write(
    staging: Path,
    *,
    mapping: pl.DataFrame,
    donors: pl.DataFrame,
    into: Path,
    on_progress: OnProgress | None = None,
    limits: Limits | None = None,
) -> Written:
    """Write staged facts under their donors' numbers; return what was written.

    A refund is put on the gift it undoes (``corrections.match``). A donor no donors file declared
    was met on the day of their first fact; one declared to have been met later than their first
    fact was met on that day.

    Args:
        staging: ``<table>/*.parquet`` with ``person_key`` (``payer_key``), ``source_file`` and
            ``source_row``, and ``corrections/*.parquet``.
        mapping: ``person_key``, ``donor_id``, ``declared``: one row a person.
        donors: The table ``facts.DONORS``.
        into: Directory of the store; what it holds already is kept.
        on_progress: Called with the table, the rows done and the rows in all.
        limits: Memory and threads.

    Raises:
        UnknownPerson: a staged ``person_key`` is not in the mapping.
        facts.InvalidFacts: a row breaks its contract.
    """
    store = FactStore(into)
    rows: dict[str, int] = {}
    with (
        connections.opened(into.parent, limits=limits) as connection,
        TemporaryDirectory(prefix=".split-", dir=into.parent) as split,
    ):
        connection.register("mapping", mapping.to_arrow())
        matched, unmatched = _corrections(connection, staging)
        connection.register("refunds", matched.to_arrow())
        for table in facts.TABLES.values():
            files = tuple(sorted((staging / table.name).glob("*.parquet")))
            if table is not facts.DONORS and files:
                _split(connection, table, files, Path(split))
                rows[table.name] = _settle(connection, table, Path(split), store, on_progress)
        rows["donors"] = _write_donors(connection, store, donors)
    return Written(store, rows, refunds_applied=matched.height, unmatched=unmatched)


def _corrections(
    connection: duckdb.DuckDBPyConnection, staging: Path
) -> tuple[pl.DataFrame, pl.DataFrame]:
    refunds = tuple(sorted((staging / "corrections").glob("*.parquet")))
    if not refunds:
        return pl.DataFrame(schema=corrections.MATCHED), pl.DataFrame(schema=corrections.UNMATCHED)
    asked = connection.execute(
        f"select mapping.donor_id, staged.* from {_staged(refunds)} as staged "
        "left join mapping using (person_key)"
    ).pl()
    gifts = tuple(sorted((staging / "gifts").glob("*.parquet")))
    if not gifts:
        return corrections.match(asked, pl.DataFrame(schema=asked.schema | _GIVEN))
    connection.register("asked", asked.to_arrow())
    candidates = connection.execute(
        f"""
        select mapping.donor_id, given_on, amount_minor, currency, source_ref, source_file,
               source_row
        from {_staged(gifts)} as staged left join mapping using (person_key)
        where status = 'received' and (
            source_ref in (select refunded_ref from asked where refunded_ref is not null)
            or (mapping.donor_id, amount_minor, currency) in (
                select (donor_id, amount_minor, currency) from asked where donor_id is not null
            )
        )
        """
    ).pl()
    return corrections.match(asked, candidates)


_GIVEN = pl.Schema({"given_on": pl.Date()})


def _split(
    connection: duckdb.DuckDBPyConnection, table: facts.Table, files: tuple[Path, ...], into: Path
) -> None:
    """Write the rows of a table under their donors, unsorted, one folder a bucket."""
    present = {row[0] for row in connection.execute(f"describe from {_staged(files)}").fetchall()}
    selected = [f'{_value(table, column, present)} as "{column.name}"' for column in table.columns]
    joins = []
    if "person_key" in present:
        _refuse_unknown(connection, table, files)
        joins.append("left join mapping on mapping.person_key = staged.person_key")
    if "payer_key" in present:
        joins.append("left join mapping as payers on payers.person_key = staged.payer_key")
    if table is facts.GIFTS:
        joins.append(
            "left join refunds on refunds.source_file = staged.source_file "
            "and refunds.source_row = staged.source_row"
        )
    bucket = f"'{ANONYMOUS}'"
    if "person_key" in present:
        bucket = f"coalesce(format('{{:02d}}', mapping.donor_id % {facts.BUCKETS}), {bucket})"
    connection.execute(
        f"""
        copy (
            select {", ".join(selected)}, {bucket} as bucket
            from {_staged(files)} as staged {" ".join(joins)}
        ) to {connections.literal(str(into / table.name))} (format parquet, partition_by (bucket))
        """
    )


def _value(table: facts.Table, column: facts.Column, present: set[str]) -> str:
    """Return the SQL of one column of a fact, from a staged row."""
    kind = connections.sql_type(column)
    if column.name == "donor_id" and "person_key" in present:
        return "mapping.donor_id"
    if column.name == "payer_id" and "payer_key" in present:
        return "payers.donor_id"
    staged = f'staged."{column.name}"' if column.name in present else f"cast(null as {kind})"
    if table is facts.GIFTS and column.name == "status":
        return f"case when refunds.status_on is not null then 'refunded' else {staged} end"
    if table is facts.GIFTS and column.name == "status_on":
        return f"coalesce(refunds.status_on, {staged})"
    return staged


def _settle(
    connection: duckdb.DuckDBPyConnection,
    table: facts.Table,
    split: Path,
    store: FactStore,
    on_progress: OnProgress | None,
) -> int:
    """Sort, number, check and write each bucket of a split table; return the rows written."""
    files = tuple(sorted((split / table.name).rglob("*.parquet")))
    count = "select count(*) from "
    (total,) = connection.execute(count + connections.parquet(files)).fetchall()[0]
    numbered = 0
    if table is facts.GIFTS and (earlier := store.files("gifts")):
        (numbered,) = connection.execute(count + connections.parquet(earlier)).fetchall()[0]
    done = 0
    for bucket in (*BUCKETS, ANONYMOUS):
        parts = tuple(sorted((split / table.name / f"bucket={bucket}").glob("*.parquet")))
        if not parts:
            continue
        empty = {"donor_id": "last"}
        sort = ", ".join(f'"{name}" nulls {empty.get(name, "first")}' for name in order(table))
        reader = connection.execute(
            f"select * from {connections.parquet(parts)} order by {sort}"
        ).to_arrow_reader(_ROWS_A_BATCH)
        part = new_part(store.folder(table.name, bucket))
        with _written_whole(part, table) as writer:
            for batch in reader:
                checked = facts.check(_numbered(batch, table, numbered + done), table)
                writer.write_table(checked.to_arrow().cast(_arrow(table)))
                done += checked.height
                if on_progress:
                    on_progress(table.name, done, total)
    return done


@contextmanager
def _written_whole(file: Path, table: facts.Table) -> Iterator[pq.ParquetWriter]:
    """Yield a writer of a file that stays only if it was written to its end."""
    try:
        with pq.ParquetWriter(file, _arrow(table), compression="zstd") as writer:
            yield writer
            writer.add_key_value_metadata(order_said(table))
    except BaseException:
        file.unlink(missing_ok=True)
        raise


def _numbered(batch: pa.RecordBatch, table: facts.Table, after: int) -> pl.DataFrame:
    frame = pl.DataFrame(pa.Table.from_batches([batch])).select(list(table.schema))
    if table is not facts.GIFTS:
        return frame
    return frame.with_columns(pl.int_range(after + 1, after + 1 + frame.height).alias(_NUMBERED))


def _arrow(table: facts.Table) -> pa.Schema:
    return facts.empty(table).to_arrow().schema


def _write_donors(
    connection: duckdb.DuckDBPyConnection, store: FactStore, donors: pl.DataFrame
) -> int:
    connection.execute(
        "create temp table declared as select distinct donor_id from mapping where declared"
    )
    for number, bucket in enumerate(BUCKETS):
        part = donors.filter(pl.col("donor_id") % facts.BUCKETS == number).sort("donor_id")
        if part.is_empty():
            continue
        met = part.join(_first_facts(connection, store, bucket), on="donor_id", how="left")
        dated = met.with_columns(
            acquired_on=pl.when(
                pl.col("acquired_on").is_null() & pl.col("declared").fill_null(False)
            )
            .then(None)
            .otherwise(pl.min_horizontal("acquired_on", "first_fact_on"))
        ).drop("declared", "first_fact_on")
        facts.check(dated, facts.DONORS).write_parquet(
            new_part(store.folder("donors", bucket)), compression="zstd"
        )
    return donors.height


def _first_facts(
    connection: duckdb.DuckDBPyConnection, store: FactStore, bucket: str
) -> pl.DataFrame:
    """Return ``donor_id``, ``declared`` and ``first_fact_on`` of the donors of a bucket."""
    dated = [
        f'select donor_id, cast("{day}" as date) as day '
        f"from {connections.parquet(store.files(name, bucket=bucket))}"
        for name, day in DATED.items()
        if store.files(name, bucket=bucket)
    ]
    dated.append("select donor_id, cast(null as date) as day from declared")
    return connection.execute(
        f"""
        select donor_id, bool_or(declared.donor_id is not null) as declared,
               min(day) as first_fact_on
        from ({" union all ".join(dated)}) as dated
        left join declared using (donor_id)
        group by donor_id
        """
    ).pl()


def _refuse_unknown(
    connection: duckdb.DuckDBPyConnection, table: facts.Table, files: tuple[Path, ...]
) -> None:
    found = connection.execute(
        f"select staged.source_file, staged.source_row from {_staged(files)} as staged "
        "anti join mapping using (person_key) where staged.person_key is not null "
        "order by all limit 1"
    ).fetchone()
    if found:
        raise UnknownPerson(
            f"{table.name}: the person of row {found[1]} of {found[0]} has no donor; "
            "resolve identities again over every staged person"
        )


def _staged(files: tuple[Path, ...]) -> str:
    return connections.parquet(files, options=", union_by_name = true")
