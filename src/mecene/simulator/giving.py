"""Giving: who gives of their own accord in a month, how much, and how.

Nobody here has a rate of giving or a chance of leaving for good. Each month attachment comes
back a little towards a person's own warmth, is shaken, sometimes takes a blow; a gift is the
meeting of that attachment, a season, and, in ``contacts``, something that was sent. Amounts
stick to a usual figure, rise by steps, and fall on the round sums people write on cheques.
"""

import numpy as np

from mecene.simulator import words
from mecene.simulator.log import Floats, Ints
from mecene.simulator.state import State

# How much likelier a gift of one's own accord is, from January to December: assumed, then
# tuned so that the year's seasons come near those France générosités publishes.
SEASON = (0.55, 0.45, 0.6, 0.65, 0.7, 0.6, 0.4, 0.35, 0.65, 0.9, 1.45, 5.0)
OWN_ACCORD = 0.011  # gifts a month at attachment 0, in an average month
STEEPNESS = 0.8

# What people write: the sums gifts fall on, in euros.
ROUND_SUMS = np.array((
    5, 10, 15, 20, 25, 30, 40, 50, 60, 70, 80, 100, 120, 150, 200, 250, 300, 400, 500, 600, 800,
    1_000, 1_500, 2_000, 2_500, 3_000, 5_000, 10_000,
))  # fmt: skip
# Half the time, what would be one of the less round sums is the rounder one beside it.
_ROUNDER = np.array((
    5, 10, 20, 20, 30, 30, 50, 50, 50, 50, 100, 100, 100, 150, 200, 200, 300, 500, 500, 500,
    1_000, 1_000, 1_500, 2_000, 2_000, 3_000, 5_000, 10_000,
))  # fmt: skip
_BETWEEN = np.log(ROUND_SUMS[:-1] * ROUND_SUMS[1:]) / 2


def drift(state: State, month: int) -> None:
    """Move every donor's attachment and means by one month."""
    size, rng = state.people.size, state.rng
    gap = state.attachment - state.warmth
    state.attachment = state.warmth + 0.92 * gap + rng.normal(0, 0.22, size)
    blow = rng.random(size) < 0.005
    state.attachment[blow] -= 1.6
    state.warmth[blow] -= 0.9
    state.blow_month[blow & (state.people.acquired_month <= month)] = month
    state.attachment[rng.random(size) < 0.004] += 1.3
    change = rng.random(size)
    state.tight = np.where(state.tight, change > 0.10, change < 0.022)
    state.fatigue *= 0.75


def rate(state: State, month: int) -> Floats:
    """Return the gifts each donor makes of their own accord in the month, expected."""
    calendar_month = (state.spec.starts_on.month - 1 + month) % 12
    pull = np.exp(STEEPNESS * np.clip(state.attachment, -6, 2.2))
    fond = OWN_ACCORD * SEASON[calendar_month] * pull * np.where(state.tight, 0.6, 1.0)
    regular = np.where(state.mandates.number >= 0, 0.4, 1.0)
    held = state.here(month) & ~state.people.never_gives
    return np.where(held, np.minimum(fond * regular, 0.6), 0.0)


def of_own_accord(state: State, month: int, *, put_off: Floats, emergency: bool) -> None:
    """Add the month's gifts that nothing we sent caused."""
    chance = rate(state, month) * put_off
    givers = np.flatnonzero(state.rng.random(state.people.size) < chance)
    give(state, givers, _days_in(state, month, givers))
    if emergency:
        pull = 0.05 * np.exp(0.5 * np.clip(state.attachment, -4, 2))
        moved = np.flatnonzero(
            (state.rng.random(state.people.size) < pull) & (rate(state, month) > 0)
        )
        give(state, moved, _days_in(state, month, moved), fund=words.EMERGENCY)
    _fees(state, month)
    _in_kind(state, month)


def give(
    state: State,
    donors: Ints,
    day: Ints,
    *,
    campaign: int = words.NONE,
    fund: int = words.WHEREVER,
    kind: int = words.ONE_OFF,
) -> Ints:
    """Add one gift for each of these donors, on these days; return who really gave.

    A gift that would come after a death or after the history ends is not made.
    """
    alive = (day < state.people.death_day[donors]) & (day < state.starts[-1])
    donors, day = donors[alive], day[alive]
    if not len(donors):
        return donors
    amount = amounts(state, donors, day) if kind == words.ONE_OFF else np.full(len(donors), 2_000)
    method = _methods(state, donors)
    organisation = state.people.kind[donors] == words.ORGANISATION
    written = np.where(organisation & (kind == words.ONE_OFF), words.CORPORATE, kind)
    designated = state.rng.choice(4, size=len(donors), p=(0.86, 0.09, 0.05, 0.0))
    log(
        state, donors, day, amount=amount, kind=written, method=method, campaign=campaign,
        fund=designated if fund == words.WHEREVER else fund,
    )  # fmt: skip
    state.gifts[donors] += 1
    state.last_gift_day[donors] = np.maximum(state.last_gift_day[donors], day)
    state.last_amount_minor[donors] = amount
    state.attachment[donors] += 0.06
    state.warmth[donors] += np.where(state.gifts[donors] < 8, 0.05, 0.0)
    return donors


def log(state: State, donors: Ints, day: Ints, **columns: object) -> None:
    """Write gifts down, some refunded later, some in memory of someone, some paid by a partner."""
    rows, rng = len(donors), state.rng
    method = np.broadcast_to(np.asarray(columns["method"]), (rows,))
    refunded = (method == words.CARD) & (rng.random(rows) < 0.004)
    back = day + rng.integers(1, 25, rows)
    refunded &= back < state.starts[-1]
    partner = np.where(donors >= 0, state.people.partner[donors], words.NONE)
    row = {
        "status": np.where(refunded, words.REFUNDED, words.RECEIVED),
        "status_day": np.where(refunded, back, words.NEVER),
        "code": words.NONE,
        "mandate": words.NONE,
        "campaign": words.NONE,
        "fund": words.WHEREVER,
        "payer": np.where(rng.random(rows) < 0.06, partner, words.NONE),
        "in_memory": rng.random(rows) < 0.006,
        "second": rng.integers(7 * 3600, 23 * 3600, rows),
    }
    state.log.add("gifts", rows, donor=donors, day=day, **(row | columns))


def amounts(state: State, donors: Ints, day: Ints) -> Ints:
    """Return what each gives, in cents, and move their usual gift a step now and then."""
    rows, rng = len(donors), state.rng
    state.level[donors] += rng.choice((0.0, 0.25, -0.2), size=rows, p=(0.86, 0.09, 0.05))
    december = ((day + 31) // 30.44 % 12).astype(int) == 0
    other = np.where(rng.random(rows) < 0.35, rng.normal(0, 0.35, rows), 0.0)
    level = state.level[donors] + other + np.where(december, 0.06, 0.0)
    place = np.searchsorted(_BETWEEN, level - np.where(state.tight[donors], 0.2, 0.0))
    euros = np.where(rng.random(rows) < 0.5, _ROUNDER[place], ROUND_SUMS[place])
    odd = rng.random(rows) < 0.03
    exact = np.maximum(np.exp(np.clip(level, 1.1, 9)) * 100, 300).astype(np.int64)
    whole = np.where(rng.random(rows) < 0.8, exact // 100 * 100, exact)
    return np.where(odd, whole, euros * 100).astype(np.int64)


def _methods(state: State, donors: Ints) -> Ints:
    rows, rng = len(donors), state.rng
    by_card = rng.choice(
        (words.CARD, words.CHEQUE, words.TRANSFER), size=rows, p=(0.93, 0.03, 0.04)
    )
    on_paper = rng.choice(
        (words.CHEQUE, words.CARD, words.TRANSFER, words.CASH), size=rows, p=(0.9, 0.03, 0.04, 0.03)
    )
    method = np.where(state.people.online[donors], by_card, on_paper)
    organisation = state.people.kind[donors] == words.ORGANISATION
    return np.where(organisation, np.where(rng.random(rows) < 0.7, words.TRANSFER, method), method)


def _days_in(state: State, month: int, donors: Ints) -> Ints:
    """Return a day of the month for each; in December the last days weigh, for the tax year."""
    first, length = state.starts[month], state.starts[month + 1] - state.starts[month]
    share = state.rng.random(len(donors))
    if (state.spec.starts_on.month - 1 + month) % 12 == 11:
        share = share**0.6
    return np.asarray(first + (share * length).astype(np.int64))


def _fees(state: State, month: int) -> None:
    calendar_month = (state.spec.starts_on.month - 1 + month) % 12
    if calendar_month > 2:
        return
    number = np.arange(state.people.size)
    recent = state.last_gift_day > state.starts[month] - 600
    due = state.people.member & recent & state.here(month) & (number % 3 == calendar_month)
    who = np.flatnonzero(due & (state.rng.random(state.people.size) < 0.8))
    give(state, who, _days_in(state, month, who), kind=words.FEE)


def _in_kind(state: State, month: int) -> None:
    chance = np.where(rate(state, month) > 0, 0.0002, 0.0)
    who = np.flatnonzero(state.rng.random(state.people.size) < chance)
    day = _days_in(state, month, who)
    alive = day < state.people.death_day[who]
    who, day = who[alive], day[alive]
    amount = state.rng.integers(2, 60, len(who)) * 1_000
    log(state, who, day, amount=amount, kind=words.IN_KIND, method=words.OTHER)
