"""Account: what a rehearsal comes to: load a day, cost, conflicts, and who is treated worst."""

import tomllib
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from importlib import resources
from itertools import combinations, pairwise
from zoneinfo import ZoneInfo

from mecene.journeys.rehearsal.cast import Outcome, Telling

_GONE = ("sent", "late")
_HINDERED = ("late", "expired", "waiting")


@dataclass(frozen=True)
class Account:
    """A rehearsal in figures.

    Attributes:
        entered: Journey → how many came.
        refused: (journey, why) → how many were not let in.
        load: (day, channel) → how many messages went out; sorted.
        busiest: (day, how many), or None when nothing went out.
        cost_minor: Channel → what its messages cost, in cents, rounded up.
        conflicts: (journey, rule) → how many messages a rule held back or refused.
        together: (journey, journey) → how many donors were in both at one time.
        passed: (journey, step, way) → how often it was left so (``passing``).
    """

    entered: Mapping[str, int]
    refused: Mapping[tuple[str, str], int]
    load: Mapping[tuple[date, str], int]
    busiest: tuple[date, int] | None
    cost_minor: Mapping[str, int]
    conflicts: Mapping[tuple[str, str], int]
    together: Mapping[tuple[str, str], int]
    worst: tuple["Treated", ...]
    passed: Mapping[tuple[str, str, str], int] = field(default_factory=dict)


@dataclass(frozen=True)
class Treated:
    """How one donor would be treated.

    Attributes:
        messages: That went out.
        held: Held back, refused or given up: what journeys tried on them in vain.
        shortest_gap_days: Between two messages; None with fewer than two.
    """

    donor_id: int
    messages: int
    held: int
    shortest_gap_days: int | None


def account(
    outcome: Outcome,
    *,
    clock: str = "Europe/Paris",
    costs: Mapping[str, float] | None = None,
    worst: int = 20,
) -> Account:
    """Return a rehearsal in figures.

    Args:
        outcome: Of ``replay``.
        clock: Whose days are counted.
        costs: Channel → cents a message; ``costs.toml`` by default.
        worst: How many of the worst-treated donors to name.
    """
    zone, price = ZoneInfo(clock), usual_costs() if costs is None else costs
    gone = [one for one in outcome.tellings if one.outcome in _GONE]
    load = Counter((one.settled_at.astimezone(zone).date(), one.channel or "") for one in gone)
    days = Counter(one.settled_at.astimezone(zone).date() for one in gone)
    by_channel = Counter(one.channel or "" for one in gone)
    return Account(
        entered=dict(sorted(Counter(one.journey for one in outcome.entries).items())),
        refused=outcome.refusals,
        load=dict(sorted(load.items())),
        busiest=min(days.items(), key=lambda row: (-row[1], row[0])) if days else None,
        cost_minor={
            channel: -int(-(sent * price.get(channel, 0)) // 1)
            for channel, sent in sorted(by_channel.items())
        },
        conflicts=dict(
            sorted(Counter((o.journey, o.why) for o in outcome.tellings if o.why).items())
        ),
        together=_together(outcome),
        worst=_worst(outcome.tellings, zone)[:worst],
        passed=outcome.passed,
    )


@cache
def usual_costs() -> dict[str, float]:
    """Return channel → cents a message, as ``costs.toml`` has them."""
    text = resources.files(__package__).joinpath("costs.toml").read_text(encoding="utf-8")
    return {channel: float(row["cost_minor"]) for channel, row in tomllib.loads(text).items()}


def _together(outcome: Outcome) -> dict[tuple[str, str], int]:
    inside: dict[int, list[tuple[str, datetime, datetime | None]]] = defaultdict(list)
    for one in outcome.entries:
        inside[one.donor_id].append((one.journey, one.entered_at, one.left_at))
    found: Counter[tuple[str, str]] = Counter()
    for stays in inside.values():
        pairs = {
            (min(a[0], b[0]), max(a[0], b[0]))
            for a, b in combinations(stays, 2)
            if a[0] != b[0] and (b[2] is None or a[1] < b[2]) and (a[2] is None or b[1] < a[2])
        }
        found.update(pairs)
    return dict(sorted(found.items()))


def _worst(tellings: tuple[Telling, ...], zone: ZoneInfo) -> tuple[Treated, ...]:
    by_donor: dict[int, list[Telling]] = defaultdict(list)
    for one in tellings:
        by_donor[one.donor_id].append(one)
    found = []
    for donor_id, theirs in by_donor.items():
        days = sorted(
            one.settled_at.astimezone(zone).date() for one in theirs if one.outcome in _GONE
        )
        gaps = [(later - earlier).days for earlier, later in pairwise(days)]
        held = sum(one.outcome in _HINDERED for one in theirs)
        found.append(Treated(donor_id, len(days), held, min(gaps, default=None)))
    # Most messages first, then the most held back, then the closest together.
    return tuple(
        sorted(
            found, key=lambda t: (-t.messages, -t.held, _or_far(t.shortest_gap_days), t.donor_id)
        )
    )


def _or_far(days: int | None) -> int:
    return 10_000 if days is None else days
