"""Live: after an event, the segments of the donors it concerns, within a second.

Donors touched by new facts are taken some at a time; the same SQL as the night's is run over their
rows in the database of record, for the families of features that some condition reads. Scores stay
those of the night. The day is tomorrow, as at night, so that what came today is seen.
"""

import logging
import threading
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from django.db import close_old_connections, connection, transaction
from django.utils import timezone

from mecene.engine.store import FactStore
from mecene.features import summary
from mecene.segments.tags import SHOWN as TAGS
from mecene_web.donors import touch
from mecene_web.donors.models import Touched
from mecene_web.organisation import bulk
from mecene_web.organisation.models import Organisation
from mecene_web.scores import snapshot
from mecene_web.scores.models import Standing
from mecene_web.segments import answers, changes, columns, few, known, plan
from mecene_web.segments.changes import Change
from mecene_web.segments.few import Asked
from mecene_web.segments.known import Night
from mecene_web.segments.models import Membership, Segment
from mecene_web.segments.plan import Plan

AT_ONCE = 500
PAUSE_SECONDS = 0.25

log = logging.getLogger("mecene.segments")


def follow(over: threading.Event) -> None:
    """Keep up with events until told to end."""
    try:
        while not over.wait(PAUSE_SECONDS):
            close_old_connections()
            try:
                while advance(now=timezone.now()) and not over.is_set():
                    pass
            except Exception:  # one bad batch must not end it; the donors stay touched
                log.exception("segments after events: will try again")
                over.wait(10)
    finally:
        few.close()
        connection.close()


def advance(*, now: datetime) -> int:
    """Evaluate up to ``AT_ONCE`` touched donors; return how many there were."""
    taken = list(Touched.objects.order_by("pk").values_list("pk", "donor_id")[: 4 * AT_ONCE])
    donors = list(dict.fromkeys(number for _, number in taken))[:AT_ONCE]
    if not donors:
        return 0
    among = set(donors)
    rows = [pk for pk, number in taken if number in among]
    asked = _plan(_state())
    night = known.last()
    if asked.segments and night is not None:
        as_of = timezone.localdate(now) + timedelta(days=1)
        here = facts_of(donors, asked, night, as_of=as_of)
        _write(_changed(donors, asked, here), asked, here, night, donors, rows, now)
    else:
        touch.drained(rows)
    return len(donors)


def facts_of(donors: list[int], asked: Plan, night: Night, *, as_of: date) -> pl.DataFrame:
    """Return what a plan reads, of a few donors, from the database of record."""
    families = _families(asked.columns, night.place)
    tables = summary.tables(families) | answers.tables(asked.asks)
    rows = snapshot.of(donors, wanted=tables)
    constants = _constants(night.place, night.as_of) | _shown(rows)
    wanted = Asked(asked.columns, families or ("people",), asked.asks, as_of,
                   tuple(sorted(constants.items())))  # fmt: skip
    found, said = few.of(wanted, rows)
    found = _scored(found, sorted(asked.columns))
    return found if said is None else answers.joined(found, said, asked.asks)


def _changed(donors: list[int], asked: Plan, here: pl.DataFrame) -> list[Change]:
    answered = plan.evaluated(here, asked)
    held = Membership.objects.filter(donor_id__in=donors).values_list("segment_id", "donor_id")
    before: dict[int, list[int]] = {}
    for segment, donor in held:
        before.setdefault(segment, []).append(donor)
    return [
        changes.between(
            one,
            before=np.unique(np.array(before.get(one.number, []), np.int64)),
            now=np.sort(answered["donor_id"].filter(answered[one.code]).to_numpy()),
        )
        for one in asked.segments
    ]


def _write(
    changed: list[Change], asked: Plan, here: pl.DataFrame, night: Night,
    donors: list[int], rows: list[int], now: datetime,
) -> None:  # fmt: skip
    moved = [change for change in changed if change.entered.size or change.left.size]
    who = np.unique(np.concatenate([np.concatenate([c.entered, c.left]) for c in moved])
                    if moved else np.empty(0, np.int64))  # fmt: skip
    there = _as_of_the_night(who.tolist(), asked, night)
    settled = dict(Segment.objects.values_list("pk", "settled_version"))
    told = changes.passages(moved, settled=settled, now=here, before=there)
    with bulk.batch() as batch:
        changes.ready(batch, moved, told, now=now)
        with transaction.atomic():
            changes.leave(moved)
            batch.write()
            changes.counted({c.segment.number: c.entered.size - c.left.size for c in moved})
            _settled(donors, now)
            touch.drained(rows)


def _settled(donors: list[int], now: datetime) -> None:
    at = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into segments_settled (donor_id, at) values (%s, %s) "
            "on conflict (donor_id) do update set at = excluded.at",
            [(number, at) for number in donors],
        )


def _as_of_the_night(donors: list[int], asked: Plan, night: Night) -> pl.DataFrame:
    """Return what the night knew of a few donors: its summary alone, quickly."""
    files = sorted((night.place / "summary").glob("*.parquet"))
    if not donors or not files:
        return pl.DataFrame(schema={"donor_id": pl.Int64})
    held = pl.scan_parquet(files)
    there = [name for name in held.collect_schema().names() if name in asked.columns]
    wanted = held.filter(pl.col("donor_id").is_in(donors)).select("donor_id", *there)
    return wanted.collect()


def _scored(found: pl.DataFrame, wanted: list[str]) -> pl.DataFrame:
    """Add the columns of the night's scores, and nothing for what nobody works out."""
    types = columns.types()
    absent = [name for name in wanted if name not in found.columns]
    scores = [name for name in absent if name in columns.SCORES]
    tags = [name for name in absent if name in TAGS]
    if scores or tags:
        donors = found["donor_id"].to_list()
        rows = Standing.objects.filter(pk__in=donors).values_list("pk", "tags", *scores)
        schema: dict[str, Any] = {"donor_id": pl.Int64, "tags": pl.List(pl.String)}
        table = pl.DataFrame(
            list(rows), schema=schema | {name: types[name] for name in scores}, orient="row"
        )
        held = [pl.col("tags").list.contains(name).alias(name) for name in tags]
        found = found.join(table.with_columns(held).drop("tags"), on="donor_id", how="left")
    nulls = [pl.lit(None, types[name]).alias(name) for name in absent if name not in found.columns]
    return found.with_columns(nulls)


def _shown(rows: dict[str, pl.DataFrame]) -> dict[str, Any]:
    """Return what these rows alone show of the whole store: what is there since the night."""
    shown = {
        "has_contacts": "contacts" in rows and rows["contacts"].height > 0,
        "has_interactions": "interactions" in rows and rows["interactions"].height > 0,
        "has_instalments": "gifts" in rows and (rows["gifts"]["kind"] == "instalment").any(),
    }
    return {name: True for name, yes in shown.items() if yes}


@lru_cache(maxsize=2)
def _constants(place: Path, as_of: date) -> dict[str, Any]:
    own = Organisation.objects.get(pk=Organisation.THE_ONE)
    return summary.known_of(
        FactStore(place / "facts"),
        as_of=as_of,
        year_starts_in_month=own.fiscal_year_starts_in_month,
        limits=few.LIMITS,
    )


@lru_cache(maxsize=8)
def _families(names: frozenset[str], place: Path) -> tuple[str, ...]:
    """Return the families that columns come from, of those the night worked out."""
    files = sorted((place / "summary").glob("*.parquet"))
    held = set(pl.read_parquet_schema(files[0])) if files else set(names)
    return columns.families(names & held)


def _state() -> tuple[tuple[int, str, str, int, bool], ...]:
    told = Segment.objects.filter(archived_at=None).order_by("pk")
    return tuple(told.values_list("pk", "code", "condition", "version", "solicited"))


@lru_cache(maxsize=2)
def _plan(state: tuple[tuple[int, str, str, int, bool], ...]) -> Plan:
    """Return the plan of the segments as they are written: understood once a change."""
    return plan.able(
        Segment(pk=pk, code=code, condition=condition, version=version, solicited=solicited)
        for pk, code, condition, version, solicited in state
    )
