"""Persons: each distinct writing of a person once, with all that was said of them.

Records with the same key say the same identity; of what else they say the smallest is kept, so
that the order of rows and files does not matter. « Décédé » or « NPAI » without a date is dated
by the latest day of the rows that say it, never after the latest gift: it was known by then.
"""

import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb
import polars as pl

from mecene.sources import people, repeats

# A staging without a single gift has no latest day; what is undated then holds from always.
ALWAYS = date(1900, 1, 1)
_FLAGS = ("deceased", "undeliverable")


def records(found: pl.DataFrame) -> pl.DataFrame:
    """Return the persons of a batch once each; nobody is left out.

    Args:
        found: ``people.read`` with ``said_on``.

    Returns:
        ``people.PERSON``, ``records``, and for each flag whether it is said, and its latest day.
    """
    said = found.filter(pl.col("person_key").is_not_null())
    smallest = [pl.col(name).min() for name in people.PERSON if name != "person_key"]
    flags = [
        each
        for flag in _FLAGS
        for each in (
            pl.col(flag).any(),
            pl.col("said_on").filter(pl.col(flag)).max().alias(f"{flag}_said_on"),
        )
    ]
    return said.group_by("person_key").agg(*smallest, *flags, records=pl.len().cast(pl.Int64))


def write(into: Path, *, names: Sequence[str], latest: date | None) -> int:
    """Write ``persons/`` and date what was said without a date; return how many persons."""
    work = into / "work"
    count = 0
    with duckdb.connect(config=repeats.settings(into)) as connection:
        target = into / "persons" / "persons.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        if not (work / "people").exists():
            _nobody().write_parquet(target)
        else:
            connection.execute(_persons(into, names, latest or ALWAYS))
            found = connection.execute(
                "select count(*) from read_parquet(?)", [str(target)]
            ).fetchone()
            count = int(found[0]) if found else 0
    _date(into, "consents", "occurred_at", latest)
    _date(into, "recurring_changes", "effective_on", latest)
    shutil.rmtree(work, ignore_errors=True)
    return count


def _nobody() -> pl.DataFrame:
    """Return no person: a file of anonymous gifts names nobody."""
    further = {"declared": pl.Boolean(), "records": pl.Int64(), "first_source": pl.String()}
    return pl.DataFrame(schema=people.PERSON | further)


def _persons(into: Path, names: Sequence[str], latest: date) -> str:
    day = f"date '{latest.isoformat()}'"
    columns = []
    for name in people.PERSON:
        if name == "person_key":
            columns.append(name)
        elif name.removesuffix("_on") in _FLAGS:
            flag = name.removesuffix("_on")
            known = f"least(coalesce(max({flag}_said_on), {day}), {day})"
            columns.append(
                f"coalesce(min({name}), case when bool_or({flag}) then {known} end) as {name}"
            )
        else:
            columns.append(f"min({name}) as {name}")
    listed = ", ".join("'" + name.replace("'", "''") + "'" for name in names)
    return f"""
        copy (
            select {", ".join(columns)}, bool_or(declared) as declared,
                sum(records)::bigint as records, [{listed}][min(place) + 1] as first_source
            from read_parquet('{_quoted(into / "work" / "people")}/*.parquet')
            group by person_key order by person_key
        ) to '{_quoted(into / "persons" / "persons.parquet")}' (format parquet, compression zstd)
    """


def _date(into: Path, table: str, column: str, latest: date | None) -> None:
    """Give undated statements a day: refusals the latest one, consents the beginning of time.

    A consent older than anything dated never outweighs it; a refusal must hold today.
    """
    for path in sorted((into / table).glob("*.parquet")):
        part = pl.read_parquet(path)
        if not part[column].null_count():
            continue
        kind = part.schema[column]
        day = pl.lit(latest or ALWAYS).cast(kind)
        if table == "consents":
            day = (
                pl.when(pl.col("status") == "granted")
                .then(pl.lit(ALWAYS).cast(kind))
                .otherwise(day)
            )
        part.with_columns(pl.col(column).fill_null(day)).write_parquet(path, compression="zstd")


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
