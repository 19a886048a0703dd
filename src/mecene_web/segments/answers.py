"""Answers: what conditions ask of the log and of the ledger, one row a donor.

The same SQL over the snapshot of the night and over the rows of a few donors. What a policy says is
read from the files that the night leaves (``policies``).
"""

from collections.abc import Sequence

import duckdb
import polars as pl

from mecene.conditions.asked import NIGHTLY, SIGNATURES, Ask
from mecene.engine import connection as connections
from mecene_web.segments import policies

_FILTERS = {"interactions": ("kind", "channel"), "contacts": ("purpose", "channel")}
_AGAINST = "status in ('refused', 'withdrawn', 'objected')"


def of(connection: duckdb.DuckDBPyConnection, asks: Sequence[Ask]) -> pl.DataFrame:
    """Return ``donor_id`` and a column ``ask.column`` for each; donors of no such fact are absent.

    Args:
        connection: Whose views are the facts seen on a day (``mecene.engine.duck``).
        asks: Of interactions, contacts and consent.
    """
    found = pl.DataFrame(schema={"donor_id": pl.Int64})
    for table in ("interactions", "contacts", "consent"):
        wanted = [ask for ask in asks if ask.name == table]
        if wanted:
            part = connection.execute(_query(table, wanted)).pl()
            part = part.rename({f"a{n}": ask.column for n, ask in enumerate(wanted)})
            found = found.join(part, on="donor_id", how="full", coalesce=True)
    return found


def joined(known: pl.DataFrame, answers: pl.DataFrame, asks: Sequence[Ask]) -> pl.DataFrame:
    """Return what is known of donors, with what was asked; nothing counted is 0."""
    zeros = [
        pl.col(ask.column).fill_null(0) for ask in asks if SIGNATURES[ask.name].type.is_integer()
    ]
    told = known.join(answers, on="donor_id", how="left").with_columns(zeros)
    return policies.joined(told, [ask for ask in asks if ask.name in NIGHTLY])


def tables(asks: Sequence[Ask]) -> set[str]:
    """Return the tables of facts that are asked."""
    there = (ask.name for ask in asks if ask.name not in NIGHTLY)
    return {"consents" if name == "consent" else name for name in there}


def _query(table: str, asks: Sequence[Ask]) -> str:
    if table == "consent":
        said = ", ".join(
            f"arg_max(status, (occurred_at, {_AGAINST})) filter (where {_covers(ask)}) as a{n}"
            for n, ask in enumerate(asks)
        )
        return f"select donor_id, {said} from consents where status <> 'unknown' group by donor_id"
    counts = ", ".join(
        f"count(*) filter (where {_counted(table, ask)}) as a{n}" for n, ask in enumerate(asks)
    )
    longest = max(int(ask.get("days") or 0) for ask in asks)
    return (
        f"select donor_id, {counts} from {table} where donor_id is not null "
        f'and "at" >= {_since(longest)} group by donor_id'
    )


def _counted(table: str, ask: Ask) -> str:
    said = [
        f"{name} = {connections.literal(value)}"
        for name in _FILTERS[table]
        if (value := ask.get(name)) is not None
    ]
    return " and ".join([f'"at" >= {_since(int(ask.get("days") or 0))}', *said])


def _since(days: int) -> str:
    return f"cast(as_of() - {days} as timestamp)"


def _covers(ask: Ask) -> str:
    purpose = connections.literal(str(ask.get("purpose")))
    channel = ask.get("channel")
    covers = "channel is null"
    if channel is not None:
        covers += f" or channel = {connections.literal(channel)}"
    return f"(purpose is null or purpose = {purpose}) and ({covers})"
