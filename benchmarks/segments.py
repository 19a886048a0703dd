"""How soon are donors found, and segments brought up to date, in a base of a million donors?

    python -m benchmarks.segments [--donors 1_000_000] [--gifts 300_000] [--keep]
    python -m benchmarks.segments --quick     a tenth of the donors and gifts

A home of its own is made under ``benchmarks/made``, in the database that ``DATABASE_URL`` names or
SQLite: donors and their records written in bulk, gifts of a tenth of them, and the summary that a
night would leave, drawn at random. Then: searching as one types (95th percentile of 200 texts), a
hundred segments recomputed twice, and from 500 events a second to membership. Prints a Markdown
table.
"""

import argparse
import os
import shutil
import subprocess
import sys
import threading
import time
import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import psutil
from benchmarks import measuring

WORK = Path(__file__).parent / "made"
AS_OF = date(2026, 1, 1)
NOW = datetime(2025, 12, 31, 12, tzinfo=UTC)
EVENTS_A_SECOND = 500
LIVELY = 100_000  # donors whose gifts lie in the database
SECONDS = 12
NAMES = measuring.ROOT / "src" / "mecene" / "simulator" / "names.toml"


def main():
    """Make the base, measure, print, remove."""
    asked = _arguments()
    home = WORK / f"segments-{asked.donors}"
    if not asked.keep or not home.exists():
        shutil.rmtree(home, ignore_errors=True)
    os.environ["MECENE_HOME"] = str(home)
    from mecene_web import opening

    opening.ready()
    from mecene_web.scores.models import Run

    lines = ["| What | How much | How long |", "|---|---|---|"]
    try:
        if not (asked.keep and _made() and Run.objects.exists()):
            lines += _base(asked.donors, asked.gifts)
        if not asked.live:
            lines += _search(asked.donors)
            lines += _recompute(asked.donors)
        lines += _live(asked.donors)
    finally:
        if not asked.keep:
            shutil.rmtree(home, ignore_errors=True)
    print("\n".join(lines))


def _made():
    from django.db import connection

    return "donors_donor" in connection.introspection.table_names()


def _base(donors, gifts):
    """Fill the database by its own bulk writing, and work out the night's tables."""
    from benchmarks import features as made
    from django.core.management import call_command
    from django.db import transaction

    from mecene_web.donors.models import Donor, Record
    from mecene_web.giving.models import Gift
    from mecene_web.organisation import bulk
    from mecene_web.organisation.models import Organisation
    from mecene_web.scores import kept
    from mecene_web.scores.models import Run

    call_command("migrate", verbosity=0)
    Organisation.objects.get_or_create(pk=1)
    began = time.perf_counter()
    people = _people(0 if Donor.objects.exists() else donors)
    with bulk.batch() as batch:
        batch.add(Donor, people)
        told = ["last_name", "first_name", "email", "postcode", "city"]
        batch.add(Record, people.select("id", *told, key="id", donor_id="id").with_columns(
            declared=pl.lit(value=True), by_hand=pl.lit(value=False),
            external_id=pl.format("REF-{}", "id")))  # fmt: skip
        with transaction.atomic():
            batch.write()
    loaded = time.perf_counter() - began
    run = Run.objects.create(as_of=AS_OF, began_at=NOW, ended_at=NOW)
    place = kept.folder_of(run)
    # Live reads gifts of the database; the snapshot only tells it of their currency.
    store = made.generate(place / "facts", gifts=gifts, donors=min(donors, LIVELY))
    _gifts(store, Gift, bulk)
    (place / "summary").mkdir()
    _summary(donors).write_parquet(place / "summary" / "all.parquet")
    return [f"| Donors written, found at once by any word | {donors:,} | {loaded:.0f} s |"]


def _summary(donors):
    """Return what conditions read of donors, drawn: recomputing asks nothing else of a summary."""
    drawn = np.random.default_rng(4)
    gifts = drawn.poisson(drawn.gamma(0.7, 3.0, donors))
    gave = gifts > 0
    last = drawn.integers(1, 2_000, donors)
    rate = np.where(last < 730, gifts, 0)
    amount = drawn.choice(np.array([1_000, 2_000, 3_000, 5_000, 10_000, 50_000]), donors)
    columns = {
        "last_gift_age_days": last, "first_gift_age_days": last + 200 * gifts,
        "largest_gift_minor": amount, "mean_gift_minor": amount * 0.8,
        "median_gap_days": drawn.integers(20, 700, donors) * 1.0,
        "last_one_off_age_days": last + 5,
    }  # fmt: skip
    counts = {
        "gifts": gifts, "gifts_24m": rate, "gifts_12m": np.where(last < 365, rate // 2 + 1, 0),
        "one_off_gifts_12m": np.where(last < 365, rate // 2, 0), "gift_days": gifts,
        "instalments_12m": np.where(drawn.random(donors) < 0.1, drawn.integers(1, 13, donors), 0),
        "amount_12m_minor": np.where(last < 365, amount * (rate // 2 + 1), 0),
    }  # fmt: skip
    known = {name: pl.Series(name, values).set(pl.Series(~gave), None)
             for name, values in columns.items()}  # fmt: skip
    told = pl.DataFrame({"donor_id": np.arange(1, donors + 1), **known, **counts})
    return told.with_columns(deceased=pl.lit(value=False), objects_profiling=pl.lit(value=False))


def _gifts(store, model, bulk):
    from django.db import transaction

    from mecene_web.organisation import numbers

    for file in store.files("gifts"):
        rows = pl.read_parquet(file)
        ids = pl.Series("id", list(numbers.block(model, size=rows.height)), dtype=pl.Int64)
        named = {"campaign_id": "campaign_code", "recurring_gift_id": "commitment_ref"}
        rows = rows.drop("gift_id").rename(named).with_columns(ids)
        with bulk.batch() as batch:
            batch.add(model, rows)
            with transaction.atomic():
                batch.write()


def _people(donors):
    from mecene_web.donors import searching

    drawn = np.random.default_rng(1)
    held = tomllib.loads(NAMES.read_text(encoding="utf-8"))
    last = np.array([name for name, _ in held["family"]])
    first = np.array([row[0] for row in (*held["f"], *held["m"])])
    ids = np.arange(1, donors + 1)
    # A name in four is of few people, so that rare words are sought too.
    rare = drawn.integers(0, 200_000, donors).astype(str)
    common = drawn.choice(last, donors)
    family = np.where(drawn.random(donors) < 0.25, np.char.add("Ker", rare), common)
    frame = pl.DataFrame(
        {"id": ids, "last_name": family, "first_name": drawn.choice(first, donors),
         "postcode": np.char.zfill(drawn.integers(1_000, 95_999, donors).astype(str), 5),
         "city": drawn.choice(np.array(["Paris", "Lyon", "Nantes", "Saint-Étienne"]), donors)}
    )  # fmt: skip
    mail = pl.format("{}.{}{}@example.org", pl.col("first_name").str.to_lowercase(),
                     pl.col("last_name").str.to_lowercase(), pl.col("id") % 97)  # fmt: skip
    frame = frame.with_columns(email=mail, kind=pl.lit("person"),
                               organisation_name=pl.lit(None, pl.String),
                               phone=pl.lit(None, pl.String))  # fmt: skip
    return frame.with_columns(searching.folded(number="id").alias("sought"))


def _search(donors):
    from mecene_web.donors import search
    from mecene_web.donors.models import Donor

    drawn = np.random.default_rng(2)
    some = list(Donor.objects.filter(pk__in=[int(n) for n in drawn.integers(1, donors, 40)]))
    texts = []
    for one in some:
        texts += [one.last_name[:2], one.last_name[:4], f"{one.first_name[:2]} {one.last_name[:3]}",
                  one.email, f"{one.postcode[:2]} {one.last_name}"]  # fmt: skip
    times = []
    for text in texts:
        began = time.perf_counter()
        search.search(text)
        times.append(1_000 * (time.perf_counter() - began))
    p50, p95 = np.percentile(times, [50, 95])
    return [f"| Searching, {len(texts)} texts from two letters to an address | p50, p95, longest | "
            f"{p50:.0f}, {p95:.0f}, {max(times):.0f} ms |"]  # fmt: skip


def _conditions():
    """Return a hundred conditions of all kinds, from a few donors to most of them."""
    days = [90, 180, 270, 365, 540, 730, 900, 1_095, 1_460, 1_825]
    texts = [f"last_gift_age_days < {day}" for day in days[:4]]
    texts += [f"last_gift_age_days between {day} and {day + 180}" for day in days]
    texts += [f"gifts_24m >= {n} and last_gift_age_days < 400" for n in range(1, 11)]
    texts += [f"gifts >= {n} or largest_gift_minor >= {n * 5_000}" for n in range(4, 14)]
    texts += [f"amount_12m_minor between {n * 5_000} and {n * 5_000 + 9_999}" for n in range(1, 21)]
    texts += [f"first_gift_age_days < {day} and not gifts_12m = 0" for day in days]
    texts += [f"mean_gift_minor > {n * 2_000} and one_off_gifts_12m >= 1" for n in range(1, 11)]
    texts += [f"median_gap_days < {30 * n} and gift_days >= 3" for n in range(1, 11)]
    texts += [f"instalments_12m >= {n} and last_one_off_age_days > 365" for n in range(1, 7)]
    texts += [f"in_segment('s{n}') and not in_segment('s{n + 20}')" for n in range(10)]
    return texts[:100]


def _recompute(donors):
    from mecene_web.segments import known, plan, recompute
    from mecene_web.segments.models import Membership, Passage, Segment

    if not Segment.objects.exists():
        Segment.objects.bulk_create(
            Segment(code=f"s{n}", name=f"S{n}", condition=text, made_at=NOW)
            for n, text in enumerate(_conditions())
        )
    asked = plan.active()
    told = []
    for name in ("first", "again", "a day later"):
        before = _a_day_later(known.last()) if name == "a day later" else None
        passed = Passage.objects.count()
        began, cpu = time.perf_counter(), time.process_time()
        recompute.recompute(asked, known.last(), before=before, began_at=NOW, now=NOW)
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
        told.append((name, Passage.objects.count() - passed, wall, cpu))
    held = Membership.objects.count()
    return [f"| {len(asked.segments)} segments over {donors:,} donors, {name} | "
            f"{held:,} memberships, {passed:,} passages | {wall:.1f} s ({cpu:.1f} s of CPU) |"
            for name, passed, wall, cpu in told]  # fmt: skip


def _a_day_later(night):
    """Make everything that a night knows a day older; return the night before, as it was."""
    from mecene_web.segments.known import Night

    before = night.place / "before"
    shutil.rmtree(before, ignore_errors=True)
    before.mkdir()
    (night.place / "summary").rename(before / "summary")
    (night.place / "summary").mkdir()
    held = pl.read_parquet(before / "summary" / "all.parquet")
    older = held.with_columns(pl.col("^.*_age_days$") + 1)
    older.write_parquet(night.place / "summary" / "all.parquet")
    return Night(before, night.as_of)


_FOLLOWER = """
import os, threading
from mecene_web import opening
opening.ready()
from benchmarks import segments
segments.follow(threading.Event())
"""


def follow(over):
    """Follow events as the worker does, but on the day the base was made for."""
    from django.utils import timezone

    from mecene_web.segments import live

    timezone.now = lambda: NOW
    live.follow(over)


def _live(donors):
    """Write events at a steady pace; the follower is a process of its own, as the worker is."""
    from django.db import connection, transaction

    from mecene_web.donors import touch
    from mecene_web.donors.models import Touched
    from mecene_web.giving.models import Gift
    from mecene_web.segments.models import Segment, Settled

    Segment.objects.exclude(code__in=[f"s{n}" for n in range(20)]).update(archived_at=NOW)
    Settled.objects.all().delete()
    drawn = np.random.default_rng(time.time_ns())
    among = min(donors, LIVELY)
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join((str(measuring.ROOT / "src"), str(measuring.ROOT)))
    }
    follower = subprocess.Popen([sys.executable, "-c", _FOLLOWER], env=environment)
    of_it, held, over, waits = psutil.Process(follower.pid), {}, threading.Event(), []

    def happen(count):
        part = [int(n) for n in drawn.integers(1, among, count)]
        at = time.perf_counter()
        with transaction.atomic():
            Gift.objects.bulk_create(
                Gift(donor_id=one, given_on=AS_OF - timedelta(days=1), amount_minor=4_200,
                     currency="EUR", kind="one_off", source_ref=f"live-{at}-{n}")
                for n, one in enumerate(part)
            )  # fmt: skip
            touch.touch(part, now=NOW)
            first = Touched.objects.latest("pk").pk
        held[first] = (at, count)

    def watch():
        while held or not over.is_set():
            left = Touched.objects.order_by("pk").values_list("pk", flat=True).first()
            seen = time.perf_counter()
            # Of a tick, the last donor tells: those before are at most as late.
            for last in [pk for pk in list(held) if left is None or left > pk]:
                at, count = held.pop(last)
                waits.extend([seen - at] * count)
            time.sleep(0.01)
        connection.close()

    try:
        happen(EVENTS_A_SECOND)  # what is understood once, before the clock runs
        while Touched.objects.exists():
            time.sleep(0.05)
        held.clear()
        before = sum(of_it.cpu_times()[:2])
        watching = threading.Thread(target=watch)
        watching.start()
        began = time.perf_counter()
        for tick in range(SECONDS * 5):
            happen(EVENTS_A_SECOND // 5)
            time.sleep(max(0.0, began + (tick + 1) / 5 - time.perf_counter()))
        over.set()
        watching.join(timeout=60)
        cpu = sum(of_it.cpu_times()[:2]) - before
    finally:
        follower.kill()
        follower.wait()
    p50, p95 = np.percentile(waits, [50, 95])
    return [f"| From event to membership, {EVENTS_A_SECOND} events/s for {SECONDS} s, "
            f"20 conditions, load {os.getloadavg()[0]:.0f} | p50, p95, longest | "
            f"{p50:.2f}, {p95:.2f}, {max(waits):.2f} s ({cpu:.1f} s of the worker's CPU) |"
            ]  # fmt: skip


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--donors", type=lambda text: int(text.replace("_", "")), default=1_000_000)
    parser.add_argument("--gifts", type=lambda text: int(text.replace("_", "")), default=300_000)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--keep", action="store_true", help="keep the base for another run")
    parser.add_argument("--live", action="store_true", help="only from event to membership")
    asked = parser.parse_args()
    if asked.quick:
        asked.donors, asked.gifts = asked.donors // 10, asked.gifts // 10
    return asked


if __name__ == "__main__":
    main()
