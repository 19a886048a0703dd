"""The life of a block: month after month, people come, are written to, give, stop and die."""

import numpy as np

from mecene.simulator import (
    campaigns,
    consents,
    contacts,
    engagement,
    giving,
    recurring,
    state,
    tables,
    truth,
    words,
)
from mecene.simulator.log import Ints
from mecene.simulator.recipe import Association, World
from mecene.simulator.state import State

# Chance of coming by signing a standing commitment, by origin: assumed.
_COMMITS = np.array((0.04, 0.10, 0.93, 0.90, 0.45, 0.05, 0.12, 0.06))


def of_block(spec: Association, *, block: int) -> World:
    """Return everything that happened to one block of donors, and what is true of them."""
    lived = state.start(spec, block=block)
    urgent = campaigns.emergencies(spec)
    history: list[np.ndarray] = []
    for month in range(spec.months):
        _month(lived, month, emergency=month in urgent)
        history.append(lived.attachment.astype(np.float32))
    _legacies(lived)
    return World(
        facts=tables.of(lived, block=block),
        truth=truth.of(lived, block=block, attachment=np.array(history)),
        blocks=(block,),
    )


def _month(lived: State, month: int, *, emergency: bool) -> None:
    giving.drift(lived, month)
    put_off = np.ones(lived.people.size)
    for campaign in lived.calendar:
        if campaign.month == month:
            contacts.send(lived, campaign, put_off=put_off)
    recurring.month(lived, month)
    giving.of_own_accord(lived, month, put_off=put_off, emergency=emergency)
    recurring.on_the_site(lived, month)
    engagement.on_the_site(lived, month)
    _arrivals(lived, month)
    _collecting_boxes(lived, month)


def _arrivals(lived: State, month: int) -> None:
    """Welcome those who come this month: a commitment, a first gift, or only a signature."""
    came = np.flatnonzero(lived.people.acquired_month == month)
    lived.attachment[came] = lived.warmth[came] + 0.5
    consents.on_arrival(lived, came)
    engagement.arrive(lived, month, came)
    giving_now = came[~lived.people.never_gives[came]]
    origin = lived.people.origin[giving_now]
    organisation = lived.people.kind[giving_now] == words.ORGANISATION
    commits = (lived.rng.random(len(giving_now)) < _COMMITS[origin]) & ~organisation
    signing = giving_now[commits]
    recurring.sign(lived, signing, lived.people.acquired_day[signing], origin=origin[commits])
    lived.last_gift_day[signing] = lived.people.acquired_day[signing]
    first = giving_now[~commits]
    fund = words.EMERGENCY if month in campaigns.emergencies(lived.spec) else words.WHEREVER
    giving.give(lived, first, lived.people.acquired_day[first], fund=fund)
    signers = came[lived.people.never_gives[came]]
    lived.last_gift_day[signers] = lived.people.acquired_day[signers]  # written to as if recent


def _collecting_boxes(lived: State, month: int) -> None:
    """Add the month's gifts of nobody known: coins and notes from boxes and fairs."""
    rows = int(lived.rng.poisson(lived.people.size / 1_600))
    day = lived.starts[month] + lived.rng.integers(0, 28, rows)
    amount = lived.rng.choice(np.array((10, 20, 25, 50, 80, 120)), size=rows) * 100
    giving.log(
        lived, np.full(rows, words.NONE), day, amount=amount + lived.rng.integers(0, 999, rows),
        kind=words.ONE_OFF, method=words.CASH, payer=words.NONE, in_memory=False,
    )  # fmt: skip


def _legacies(lived: State) -> None:
    """Let a few who loved the cause and died leave something, a year or so later."""
    people: Ints = np.flatnonzero(lived.people.death_day < lived.starts[-1])
    loved = (lived.warmth[people] > 0.4) & (lived.rng.random(len(people)) < 0.12)
    heirs = people[loved & (lived.people.kind[people] != words.ORGANISATION)]
    day = lived.people.death_day[heirs] + lived.rng.integers(200, 700, len(heirs))
    heirs, day = heirs[day < lived.starts[-1]], day[day < lived.starts[-1]]
    amount = np.clip(lived.rng.lognormal(np.log(18_000), 0.9, len(heirs)), 1_000, 250_000)
    giving.log(
        lived, heirs, day, amount=amount.astype(np.int64) * 100, kind=words.LEGACY,
        method=words.TRANSFER, payer=words.NONE, in_memory=False,
    )  # fmt: skip
