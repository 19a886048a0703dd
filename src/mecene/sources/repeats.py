"""Repeats: which gifts a file, or an earlier one, already said.

Rows with a reference of their own are the same gift when reference, person, moment, amount and
currency agree: the first file has it, unless a later one says it was given back. Without reference,
equal rows of two files overlap: people do give twice the same, so they are counted, and kept
unless asked otherwise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from mecene.sources import gifts

MEMORY = "1GB"
_REPORTED = 10_000


@dataclass(frozen=True)
class Repeats:
    """Counts by file (its place in the order given), and the rows themselves.

    ``already``: ``place, source_row, fact, first_place, first_row`` of gifts with a reference that
    an earlier file holds; ``overlap``: the same of gifts without.
    """

    identical: Mapping[int, int]
    overlapping: Mapping[int, int]
    already: pl.DataFrame
    overlap: pl.DataFrame


_EMPTY = pl.DataFrame(
    schema={"place": pl.Int64, "source_row": pl.Int64, "fact": pl.UInt64,
            "first_place": pl.Int64, "first_row": pl.Int64}
)  # fmt: skip


def find(into: Path, *, names: Sequence[str]) -> Repeats:
    """Return the gifts that are said more than once; writes ``identical.csv`` beside them."""
    marks = into / "work" / "marks"
    if not marks.exists():
        return Repeats({}, {}, _EMPTY, _EMPTY)
    with duckdb.connect(config=settings(into)) as connection:
        connection.execute(f"create view marks as from read_parquet('{_quoted(marks)}/*.parquet')")
        identical = _identical(connection, into, names)
        already = _EMPTY
        overlap = _EMPTY
        if len(names) > 1:
            already = connection.execute(_ALREADY).pl()
            overlap = connection.execute(_OVERLAP).pl()
    counts = overlap.group_by("place").len()
    return Repeats(identical, dict(counts.iter_rows()), already, overlap)


def refuse(
    into: Path, found: Repeats, *, skip_overlap: bool, names: Sequence[str]
) -> dict[tuple[int, str], pl.DataFrame]:
    """Take repeated gifts out of the staged facts; return (place, problem) → rejects."""
    gone = [("already_read", found.already)]
    if skip_overlap:
        gone.append(("overlap_skipped", found.overlap))
    rejects: dict[tuple[int, str], pl.DataFrame] = {}
    for problem, which in gone:
        for (place,), part in which.group_by("place", maintain_order=True):
            number = int(str(place))
            _drop(into, number, part)
            rejects[number, problem] = _told(part.sort("source_row"), problem, names)
    return rejects


def settings(into: Path) -> dict[str, str | bool | int | float | list[str]]:
    """Return how DuckDB may work: little memory, spilling beside the facts."""
    return {"memory_limit": MEMORY, "temp_directory": str(into / "work" / "spill"), "threads": 2}


# A refund is the last word on a gift; else, when files disagree, the one given last has it.
_ALREADY = """
    with firsts as (
        select reference, fact,
            case
                when bool_or(status = 'refunded') then min(place) filter (status = 'refunded')
                when count(distinct status) > 1 then max(place)
                else min(place)
            end as first_place
        from marks where reference is not null
        group by reference, fact having min(place) < max(place)
    ),
    kept as (
        select reference, fact, first_place, min(source_row) as first_row
        from marks join firsts using (reference, fact)
        where marks.place = first_place group by all
    )
    select marks.place::bigint as place, source_row, fact,
        first_place::bigint as first_place, first_row
    from marks join kept using (reference, fact)
    where marks.place <> first_place
    order by all
"""
# The second « 20 € on that day » of a file overlaps only if an earlier file holds two as well.
_OVERLAP = """
    with many as (
        select fact from marks where reference is null
        group by fact having min(place) < max(place)
    ),
    numbered as (
        select fact, place, source_row,
            row_number() over (partition by fact, place order by source_row) as nth
        from marks semi join many using (fact) where reference is null
    ),
    firsts as (
        select fact, nth, min(place) as first_place,
            arg_min(source_row, place) as first_row
        from numbered group by fact, nth
    )
    select numbered.place::bigint as place, source_row, fact,
        first_place::bigint as first_place, first_row
    from numbered join firsts using (fact, nth)
    where numbered.place > first_place
    order by all
"""
_IDENTICAL = """
    select place::bigint as place, raw, count(*) as times, min(source_row) as first_row
    from marks group by place, raw having count(*) > 1
"""


def _identical(
    connection: duckdb.DuckDBPyConnection, into: Path, names: Sequence[str]
) -> dict[int, int]:
    connection.execute(f"create temp table same as {_IDENTICAL}")
    rows = connection.execute(
        "select marks.place::bigint as place, source_row as row, first_row as same_as_row "
        "from marks join same using (place, raw) where source_row > first_row "
        f"order by all limit {_REPORTED}"
    ).pl()
    named = rows.with_columns(
        pl.col("place").replace_strict(dict(enumerate(names)), return_dtype=pl.String).alias("file")
    )
    named.select("file", "row", "same_as_row").write_csv(into / "identical.csv", include_bom=True)
    counted = connection.execute("select place, sum(times - 1)::bigint from same group by place")
    return {int(place): int(count) for place, count in counted.fetchall()}


def _drop(into: Path, place: int, gone: pl.DataFrame) -> None:
    for path in sorted((into / "gifts").glob(f"{place:03}-*.parquet")):
        part = pl.read_parquet(path)
        marked = part.with_columns(fact=gifts.content_hash())
        kept = marked.join(gone, on=["source_row", "fact"], how="anti", maintain_order="left")
        if kept.height < part.height:
            kept.drop("fact").write_parquet(path, compression="zstd", compression_level=1)


def _told(part: pl.DataFrame, problem: str, names: Sequence[str]) -> pl.DataFrame:
    first = pl.col("first_place").replace_strict(dict(enumerate(names)), return_dtype=pl.String)
    return part.select(
        "source_row",
        column=pl.lit(None, pl.String),
        value=pl.concat_str(first, pl.lit(", "), "first_row"),
        problem=pl.lit(problem),
    )


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
