"""Recurring giving: commitments signed, debited, failed, paused, raised and ended.

People recruited in the street or at the door leave early, those who came by themselves
seldom (UK attrition, DOMAIN.md B2); on top of the wish to stop there are banks, cards that
expire, and deaths.
"""

import numpy as np

from mecene.simulator import giving, words
from mecene.simulator.log import Flags, Floats, Ints
from mecene.simulator.state import State

# Chance of stopping by choice, each month: the first three, the rest of the first year, later.
_STREET = (0.092, 0.042, 0.018)
_DOOR = (0.101, 0.024, 0.013)
_OWN = (0.020, 0.010, 0.006)
LEAVING = np.array((_OWN, _OWN, _STREET, _DOOR, _OWN, _OWN, _OWN, _OWN))
_NO_SHOW = np.array((0.02, 0.03, 0.11, 0.09, 0.08, 0.04, 0.03, 0.04))
FAILS = 0.024  # share of debits that fail with nothing before it: assumed
_FAILS_AGAIN = 0.30

_EUROS = np.array((5, 8, 10, 12, 15, 20, 25, 30, 50, 100))
_SHARES = (0.15, 0.08, 0.39, 0.06, 0.14, 0.11, 0.03, 0.025, 0.012, 0.003)


def sign(
    state: State, donors: Ints, day: Ints, *, origin: Ints | int, campaign: int = words.NONE
) -> None:
    """Give each of these donors, who have none, a commitment signed that day."""
    alive = (
        (day < state.people.death_day[donors])
        & (day < state.starts[-1])
        & (state.mandates.number[donors] < 0)
    )
    came = np.broadcast_to(np.asarray(origin), donors.shape)[alive]
    donors, day = donors[alive], day[alive]
    rows, rng, mandates = len(donors), state.rng, state.mandates
    number = mandates.signed + np.arange(rows)
    mandates.signed += rows
    amount = rng.choice(_EUROS, size=rows, p=_SHARES) * 100
    every = rng.choice((1, 3, 12), size=rows, p=(0.93, 0.055, 0.015))
    card = rng.random(rows) < np.where(came == words.WEB, 0.45, 0.02)
    month = np.searchsorted(state.starts, day, side="right") - 1
    mandates.number[donors] = number
    mandates.signed_day[donors] = day
    mandates.collected[donors] = 0
    mandates.amount_minor[donors] = amount * every
    mandates.months_between[donors] = every
    mandates.origin[donors] = came
    mandates.by_card[donors] = card
    mandates.expiry_month[donors] = np.where(card, month + rng.integers(3, 48, rows), words.NEVER)
    mandates.due_month[donors] = month + 1 + (rng.random(rows) < 0.4)
    mandates.failures[donors] = 0
    mandates.paused_until[donors] = 0
    mandates.no_show[donors] = rng.random(rows) < _NO_SHOW[came]
    state.log.add(
        "mandates", rows, number=number, donor=donors, day=day, amount=amount * every,
        every=every, origin=came, card=card, campaign=campaign,
    )  # fmt: skip


def on_the_site(state: State, month: int) -> None:
    """Let a few donors who are fond of the cause commit by themselves."""
    fond = np.exp(0.6 * np.clip(state.attachment, -6, 2))
    chance = np.where(state.people.online, 0.0022, 0.0010) * fond * (giving.rate(state, month) > 0)
    who = np.flatnonzero(
        (state.rng.random(state.people.size) < chance) & (state.mandates.number < 0)
    )
    day = state.starts[month] + state.rng.integers(0, 28, len(who))
    sign(state, who, day, origin=np.where(state.people.online[who], words.WEB, words.MAIL))


def month(state: State, number: int) -> None:
    """Live one month of every commitment: deaths, goodbyes, pauses, then the debit of the 10th."""
    debit_day = int(state.starts[number]) + 9
    mandates, rng = state.mandates, state.rng
    active = (mandates.number >= 0) & (mandates.signed_day < state.starts[number])
    dead = active & (state.people.death_day <= debit_day)
    _dead(state, dead, debit_day)
    active &= ~dead
    # Who has not been debited yet has not settled in yet: their hazard is that of a first month.
    leaving = active & ~mandates.no_show & (rng.random(len(active)) < _leaving(state))
    end(state, leaving, debit_day - 1 - rng.integers(0, 9, len(active)), words.VOLUNTARY)
    active &= ~leaving
    _pauses(state, active, number, debit_day)
    due = active & (mandates.due_month <= number) & (mandates.paused_until <= number)
    _debit(state, due, number, debit_day)


def end(state: State, who: Flags, day: Ints | int, reason: int) -> None:
    """End these donors' commitments, none before the day after it was signed."""
    donors = np.flatnonzero(who)
    when = np.broadcast_to(np.asarray(day), who.shape)[donors]
    when = np.maximum(when, state.mandates.signed_day[donors] + 1)
    state.log.add(
        "ends", len(donors), number=state.mandates.number[donors], day=when, reason=reason
    )
    state.mandates.number[donors] = words.NONE
    if reason == words.VOLUNTARY:
        state.attachment[donors] -= 0.5


def upgrade(state: State, donors: Ints, day: Ints) -> None:
    """Raise these donors' instalments by a step, from that day on."""
    held = (state.mandates.number[donors] >= 0) & (day < state.people.death_day[donors])
    donors, day = donors[held], day[held]
    every = state.mandates.months_between[donors]
    monthly = state.mandates.amount_minor[donors] // every
    step = np.where(monthly < 1_500, 300, 500)
    state.mandates.amount_minor[donors] = (monthly + step) * every
    _change(state, donors, day, kind=0, amount=state.mandates.amount_minor[donors])


def _leaving(state: State) -> Floats:
    age = np.maximum(state.mandates.collected * state.mandates.months_between, 1)
    stage = np.where(age <= 3, 0, np.where(age <= 12, 1, 2))
    fond = np.clip(np.exp(-0.25 * (state.attachment + 1.2)), 0.5, 2.0)
    chance = LEAVING[state.mandates.origin, stage] * fond * np.where(state.tight, 1.4, 0.92)
    return np.asarray(np.where(state.mandates.collected == 0, 0.0, chance))


def _dead(state: State, dead: Flags, debit_day: int) -> None:
    """End the commitments of the dead; most banks say so when the debit comes back."""
    tried = dead & (state.rng.random(len(dead)) < 0.7) & (state.mandates.paused_until == 0)
    _failed(state, np.flatnonzero(tried), debit_day, words.DECEASED_CODE)
    end(state, dead, debit_day + 3, words.DECEASED)


def _pauses(state: State, active: Flags, number: int, debit_day: int) -> None:
    back = np.flatnonzero(active & (state.mandates.paused_until == number) & (number > 0))
    _change(state, back, np.full(len(back), debit_day), kind=2, amount=0)
    state.mandates.paused_until[back] = 0
    chance = np.where(state.tight, 0.008, 0.002)
    free = active & (state.mandates.collected > 1) & (state.mandates.paused_until == 0)
    pausing = np.flatnonzero(free & (state.rng.random(len(active)) < chance))
    state.mandates.paused_until[pausing] = number + state.rng.integers(2, 5, len(pausing))
    _change(state, pausing, np.full(len(pausing), debit_day - 1), kind=1, amount=0)


def _debit(state: State, due: Flags, number: int, day: int) -> None:
    mandates, size = state.mandates, len(due)
    chance = np.where(mandates.failures > 0, _FAILS_AGAIN, FAILS)
    chance = np.where(mandates.by_card, 0.008, chance * np.where(state.tight, 1.8, 0.85))
    lapsed_card = due & (mandates.expiry_month <= number)
    renewed = lapsed_card & (state.rng.random(size) < 0.72)
    mandates.expiry_month[renewed] = number + 36
    lapsed_card &= ~renewed
    fails = due & (mandates.no_show | lapsed_card | (state.rng.random(size) < chance))
    _collected(state, np.flatnonzero(due & ~fails), day, number)
    code = state.rng.choice(len(words.CODES), size=size, p=words.CODE_SHARES)
    code = np.where(mandates.no_show, np.take((3, 6, 8), code % 3), code)
    plastic = np.where(lapsed_card, 0, 1 + code % 2) + len(words.CODES)
    _failed(state, np.flatnonzero(fails), day, np.where(mandates.by_card, plastic, code)[fails])
    _after_failure(state, fails, code, lapsed_card=lapsed_card, day=day)


def _after_failure(state: State, fails: Flags, code: Ints, *, lapsed_card: Flags, day: int) -> None:
    """Try again next month, lose the commitment, or hear that it is over."""
    mandates = state.mandates
    mandates.failures[fails] += 1
    by_bank = fails & ~mandates.by_card
    refused = by_bank & np.isin(code, words.REFUSAL_CODES)
    account = by_bank & np.isin(code, words.ACCOUNT_CODES)
    wrong_from_the_start = account & mandates.no_show
    lost = account & ~mandates.no_show & (state.rng.random(len(fails)) < 0.45)
    lost |= fails & (lapsed_card | (mandates.failures >= 3))
    lost |= fails & mandates.by_card & mandates.no_show
    end(state, wrong_from_the_start, day + 4, words.TECHNICAL)
    end(state, refused & ~wrong_from_the_start, day + 2, words.VOLUNTARY)
    end(state, lost & ~refused & ~wrong_from_the_start, day + 5, words.INVOLUNTARY)


def _collected(state: State, donors: Ints, day: int, number: int) -> None:
    mandates = state.mandates
    giving.log(
        state, donors, np.full(len(donors), day), amount=mandates.amount_minor[donors],
        kind=words.INSTALMENT, mandate=mandates.number[donors], payer=words.NONE,
        in_memory=False, method=np.where(mandates.by_card[donors], words.CARD, words.DEBIT),
        status=words.RECEIVED, status_day=words.NEVER,
    )  # fmt: skip
    mandates.collected[donors] += 1
    mandates.failures[donors] = 0
    mandates.due_month[donors] = number + mandates.months_between[donors]
    state.last_gift_day[donors] = np.maximum(state.last_gift_day[donors], day)


def _failed(state: State, donors: Ints, day: int, code: Ints | int) -> None:
    mandates = state.mandates
    giving.log(
        state, donors, np.full(len(donors), day), amount=mandates.amount_minor[donors],
        kind=words.INSTALMENT, mandate=mandates.number[donors], payer=words.NONE,
        in_memory=False, method=np.where(mandates.by_card[donors], words.CARD, words.DEBIT),
        status=words.FAILED, status_day=day + 3, code=code,
    )  # fmt: skip


def _change(state: State, donors: Ints, day: Ints, *, kind: int, amount: Ints | int) -> None:
    state.log.add(
        "changes", len(donors), donor=donors, number=state.mandates.number[donors], day=day,
        kind=kind, amount=amount,
    )  # fmt: skip
