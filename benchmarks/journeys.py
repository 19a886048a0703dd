"""How many travellers advance in a second, and what does a million who wait cost?

    python -m benchmarks.journeys [--quick]

The pure part, in one process and on one thread: reading and saving states is the platform's.
"""

import argparse
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import islice

import polars as pl

from mecene.journeys import batch, entering, publishing, ready
from mecene.journeys.assignment import HoldOut
from mecene.journeys.rehearsal.cast import Day, Person
from mecene.journeys.rehearsal.replay import replay
from mecene.journeys.traveller import Event, Known, Traveller
from mecene.period import Period
from mecene.pressure import rules, verdict
from mecene.pressure.verdict import Happened, History, Proposal, Sent
from mecene.pressure.zones import Zone

NOW = datetime(2026, 3, 20, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    people, waiting = (10_000, 1_000_000) if quick else (200_000, 1_000_000)
    print("| What | Measured |")
    print("| --- | --- |")
    for name, said in (
        ("a message sent, then a wait (`welcome`)", _advanced("welcome", "who_we_are", people)),
        ("a branch of three conditions, then a message (`thanks`)",
         _advanced("thanks", "which", people)),
        ("a wait that ends, a branch, a call (`monthly`)", _advanced("monthly", "answer", people)),
        ("an event, audience and hold-out asked (`thanks`)", _entered(people)),
        ("contact pressure, twenty messages in the past", _judged(people // 4)),
        (f"a poll that finds nobody due among {waiting:,} who wait", _polled(waiting, found=0)),
        (f"a poll that finds 1,000 due among {waiting:,}", _polled(waiting, found=1_000)),
        ("a year rehearsed, four journeys, what is known given", _rehearsed(people // 40)),
    ):  # fmt: skip
        print(f"| {name} | {said} |")


def _rate(work: Callable[[], int], noun: str) -> str:
    wall, cpu = time.perf_counter(), time.process_time()
    done = work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return f"{done / cpu:,.0f} {noun} a CPU second ({done / wall:,.0f} a second of wall)"


def _values(published: publishing.Published) -> dict[str, object]:
    usual = {"Int64": 3, "Float64": 1.0, "Boolean": True, "String": "x", "Date": date(2020, 3, 20)}
    return {name: usual[str(published.types[name])] for name in published.columns}


def _advanced(code: str, step: str, people: int) -> str:
    published = publishing.publish(ready.graph(code), version=1)
    came = Event("gift_received", "g", NOW, NOW, {"event_amount_minor": 5_000})
    crowd = [
        (
            Traveller(code, 1, donor, 1, f"donor:{donor}", came, NOW - 30 * DAY, step,
                      NOW - 30 * DAY, NOW - DAY),
            Known(_values(published)),
        )
        for donor in range(people)
    ]  # fmt: skip
    return _rate(
        lambda: sum(
            isinstance(each, batch.Decision) and each.traveller != before
            for each, (before, _) in zip(
                batch.advance_all(published, crowd, now=NOW), crowd, strict=True
            )
        ),
        "travellers",
    )


def _entered(people: int) -> str:
    published = publishing.publish(ready.graph("thanks"), version=1)
    known, hold_out = Known(_values(published)), HoldOut("2026", 0.1)

    def work() -> int:
        for donor in range(people):
            came = Event("gift_received", f"g{donor}", NOW, NOW, {"event_amount_minor": 5_000})
            entering.enter(published, came, donor_id=donor, household_id=None, past=(),
                           known=known, hold_out=hold_out, now=NOW)  # fmt: skip
        return people

    return _rate(work, "events")


def _judged(people: int) -> str:
    usual, zone = rules.usual(on=NOW.date()), Zone()
    sent = tuple(Sent(1, NOW - 9 * n * DAY, "email", ("ask", "news")[n % 2]) for n in range(1, 21))
    history = History(sent, (Happened("gift", NOW - 30 * DAY, True),))

    def work() -> int:
        for donor in range(people):
            verdict.judge(Proposal(donor, "email", "news"), history=history, rules=usual,
                          zone=zone, now=NOW)  # fmt: skip
        return people

    return _rate(work, "messages")


def _polled(waiting: int, *, found: int) -> str:
    due_at = [NOW + DAY] * (waiting - found)
    frame = pl.DataFrame(
        {"due_at": [NOW] * found + due_at, "traveller": range(waiting)},
        schema={"due_at": pl.Datetime("us", "UTC"), "traveller": pl.Int64},
    ).sort("due_at")
    best = float("inf")
    for _ in islice(range(100), 20):
        start = time.perf_counter()
        assert batch.due(frame, now=NOW).height == found
        best = min(best, time.perf_counter() - start)
    return f"{1e6 * best:,.0f} µs"


def _rehearsed(people: int) -> str:
    codes = ("welcome", "thanks", "second_gift", "questionnaire")
    published = [publishing.publish(ready.graph(code), version=1) for code in codes]
    values = {name: 1 for one in published for name in one.columns}
    values |= {"surveys_12m": 0, "recurring_gifts": 0, "has_phone": True, "objects_phone": False}
    day = Day(dict.fromkeys(range(people), values), {})
    events = {
        donor: tuple(
            Event("gift_received", f"{donor}-{n}", at, at, {"event_amount_minor": 3_000,
                                                            "event_kind": "one_off"})
            for n in range(3)
            for at in [datetime(2025, 1, 1, 10, tzinfo=UTC) + (donor % 90 + 100 * n) * DAY]
        )
        for donor in range(people)
    }  # fmt: skip

    def work() -> int:
        replay(published, people=[Person(donor) for donor in range(people)], events=events,
               known_on=lambda _: day, over=Period(date(2025, 1, 1), date(2026, 1, 1)),
               rules=rules.usual(on=date(2025, 1, 1)))  # fmt: skip
        return people

    return _rate(work, "donors")


if __name__ == "__main__":
    main()
