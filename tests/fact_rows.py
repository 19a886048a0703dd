"""Invented facts and rows of the summary, for tests of signals and channels."""

from datetime import date, datetime, time, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from mecene import facts
from mecene.engine import store
from mecene.engine.store import FactStore
from mecene.features import dictionary

AS_OF = date(2026, 1, 1)


def gift(donor_id, day, amount_minor=5_000, **more):
    return {
        "gift_id": 1, "donor_id": donor_id, "given_on": day, "amount_minor": amount_minor,
        "currency": "EUR", "kind": "one_off", "status": "received", "source_ref": "g",
    } | more  # fmt: skip


def act(donor_id, day, kind="click", **more):
    at = datetime.combine(day, time(12))
    return {"donor_id": donor_id, "at": at, "kind": kind, "source_ref": "i"} | more


def sent(donor_id, day, channel="email", **more):
    at = datetime.combine(day, time(9))
    return {"donor_id": donor_id, "at": at, "channel": channel, "source_ref": "c"} | more


def said(donor_id, day, purpose, status="granted", **more):
    at = datetime.combine(day, time(8))
    return {
        "donor_id": donor_id, "purpose": purpose, "status": status, "occurred_at": at,
        "source_ref": "s",
    } | more  # fmt: skip


def commitment(donor_id, day, **more):
    return {
        "recurring_gift_id": f"P{donor_id}", "donor_id": donor_id, "months_between": 1,
        "amount_minor": 1_000, "currency": "EUR", "started_on": day, "source_ref": "p",
    } | more  # fmt: skip


def changed(donor_id, day, kind, amount_minor=None):
    return {
        "recurring_gift_id": f"P{donor_id}", "donor_id": donor_id, "effective_on": day,
        "kind": kind, "amount_minor": amount_minor, "source_ref": "a",
    }  # fmt: skip


def ago(days):
    return AS_OF - timedelta(days=days)


def written(folder: Path, **tables) -> FactStore:
    """Write rows by table; every donor mentioned exists."""
    known = {row["donor_id"] for rows in tables.values() for row in rows}
    mentioned = sorted(known - {None})
    given = {row["donor_id"]: row for row in tables.pop("donors", [])}
    donors = [{"donor_id": n, "kind": "person"} | given.get(n, {}) for n in mentioned]
    frames = {}
    for name, rows in ({"donors": donors} | tables).items():
        if not rows:
            continue
        table = facts.TABLES[name]
        names = {column for row in rows for column in row}
        schema = {column: kind for column, kind in table.schema.items() if column in names}
        full = [{column: row.get(column) for column in schema} for row in rows]
        frames[name] = pl.DataFrame(full, schema=schema)
    return store.write_facts(frames, folder / "facts")


def summary(*rows) -> pl.DataFrame:
    """Return rows of the summary; what a row does not say is empty."""
    numbered = [{"donor_id": place} | row for place, row in enumerate(rows, start=1)]
    schema = {column.name: column.type for column in dictionary.columns()}
    return pl.DataFrame(
        {name: [row.get(name) for row in numbered] for name in schema}, schema=schema
    )


def faithful(
    folder: Path, *, donors: int, years: int, seed: int, leave_share=0.0, known_until=AS_OF
) -> FactStore:
    """Write an association where each gives at a steady pace of their own.

    Gaps are gamma with shape 4 around a mean of 60 to 300 days; each clicks a share of the
    monthly e-mails that never changes. Some stop both on a day of their own; nobody by default.
    """
    ends = AS_OF
    rng = np.random.default_rng(seed)
    start = ends - timedelta(days=round(365.25 * years))
    days = (ends - start).days
    pace = np.exp(rng.uniform(np.log(60), np.log(300), donors))
    stops = np.where(rng.random(donors) < leave_share, rng.uniform(200, days, donors), 10 * days)
    gifts, contacts, clicks = [], [], []
    for who in range(donors):
        at = rng.uniform(0, pace[who]) - 3 * 365  # long before the file: stationary at its start
        while at < days:
            if 0 <= at < stops[who]:
                gifts.append((who + 1, int(at)))
            at += max(rng.gamma(4, pace[who] / 4), 1)
        months = np.arange(0, days, 30)
        contacts += [(who + 1, int(day)) for day in months]
        clicked = months[rng.random(len(months)) < rng.beta(2, 8)]
        clicks += [(who + 1, int(day)) for day in clicked if day < stops[who]]
    last = (known_until - start).days
    known = [[row for row in part if row[1] < last] for part in (gifts, contacts, clicks)]
    return _wrote(folder, start, *known)


def _wrote(folder, start, gifts, contacts, clicks):
    def days(rows):
        return [start + timedelta(days=day) for _, day in rows]

    def moments(rows):
        return [datetime.combine(day, time(10)) for day in days(rows)]

    who = [[row[0] for row in rows] for rows in (gifts, contacts, clicks)]
    known = sorted(set(who[0]))
    frames = {
        "donors": pl.DataFrame({"donor_id": known, "kind": ["person"] * len(known)}),
        "gifts": pl.DataFrame({"donor_id": who[0], "given_on": days(gifts)}).with_columns(
            gift_id=pl.lit(1, pl.Int64), amount_minor=pl.lit(3_000, pl.Int64),
            currency=pl.lit("EUR"), kind=pl.lit("one_off"), status=pl.lit("received"),
            source_ref=pl.lit("g"),
        ),
        "contacts": pl.DataFrame({"donor_id": who[1], "at": moments(contacts)}).with_columns(
            channel=pl.lit("email"), source_ref=pl.lit("c")
        ),
        "interactions": pl.DataFrame({"donor_id": who[2], "at": moments(clicks)}).with_columns(
            kind=pl.lit("click"), source_ref=pl.lit("i")
        ),
    }  # fmt: skip
    return store.write_facts(frames, folder / "facts")
