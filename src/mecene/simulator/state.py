"""The state of a block of donors: what changes for each of them from a month to the next."""

from dataclasses import dataclass

import numpy as np

from mecene.simulator import campaigns, people, words
from mecene.simulator.log import Flags, Floats, Ints, Log
from mecene.simulator.people import People
from mecene.simulator.recipe import Association

_MOTIVES = 2**29  # the generator's purpose
_MOTIVE_SHARES = (0.45, 0.25, 0.30)  # assumed


@dataclass
class Mandates:
    """The standing commitment of each donor; ``number`` is -1 where there is none."""

    number: Ints
    signed_day: Ints
    collected: Ints  # debits that succeeded
    amount_minor: Ints
    months_between: Ints
    origin: Ints  # through which channel it was signed, among CAME_BY
    by_card: Flags
    expiry_month: Ints
    due_month: Ints
    failures: Ints  # in a row
    paused_until: Ints
    no_show: Flags
    signed: int = 0  # how many have been signed in this block


@dataclass
class State:
    """Everything the next month depends on. One is made for a block and lives its months."""

    spec: Association
    rng: np.random.Generator
    people: People
    calendar: tuple[campaigns.Campaign, ...]
    starts: Ints  # day number of each month's first day
    log: Log
    mandates: Mandates
    attachment: Floats
    warmth: Floats
    tight: Flags  # short of money
    fatigue: Floats
    level: Floats
    gifts: Ints
    last_gift_day: Ints
    last_amount_minor: Ints
    reachable: Flags  # donors x channels
    objected: Flags
    blow_month: Ints  # month of the last blow to their attachment, -1
    motive: Ints  # what moves each, among words.MOTIVES; -1 where nobody has one

    def here(self, month: int) -> Flags:
        """Return who is on file before the month, and alive at its start."""
        came = self.people.acquired_month < month
        alive = self.people.death_day > self.starts[month]
        return np.asarray(came & alive)


def start(spec: Association, *, block: int) -> State:
    """Return a block of donors on the eve of its history."""
    rng = spec.generator(block)
    size = spec.size(block)
    drawn = people.draw(spec, size=size, rng=rng)
    reachable = np.ones((size, len(words.CHANNELS)), dtype=bool)
    reachable[:, words.BY_EMAIL] = drawn.has_email
    reachable[:, words.BY_PHONE] = drawn.has_phone
    return State(
        spec=spec,
        rng=rng,
        people=drawn,
        calendar=campaigns.calendar(spec),
        starts=campaigns.month_starts(spec),
        log=Log(),
        mandates=_none(size),
        attachment=drawn.warmth + 0.5,
        warmth=drawn.warmth.copy(),
        tight=rng.random(size) < 0.18,
        fatigue=np.zeros(size),
        level=drawn.level.copy(),
        gifts=np.zeros(size, dtype=np.int64),
        last_gift_day=np.full(size, -words.NEVER, dtype=np.int64),
        last_amount_minor=np.zeros(size, dtype=np.int64),
        reachable=reachable,
        objected=np.zeros(size, dtype=bool),
        blow_month=np.full(size, words.NONE, dtype=np.int64),
        motive=_motives(spec, block=block, size=size),
    )


def _motives(spec: Association, *, block: int, size: int) -> Ints:
    if not spec.motives:
        return np.full(size, words.NONE, dtype=np.int64)
    # From a generator of their own: everything else stays as it was.
    rng = spec.generator(block, _MOTIVES)
    return rng.choice(len(words.MOTIVES), size=size, p=_MOTIVE_SHARES).astype(np.int64)


def _none(size: int) -> Mandates:
    return Mandates(
        number=_zeros(size) + words.NONE,
        signed_day=_zeros(size),
        collected=_zeros(size),
        amount_minor=_zeros(size),
        months_between=_zeros(size) + 1,
        origin=_zeros(size),
        by_card=np.zeros(size, dtype=bool),
        expiry_month=_zeros(size) + words.NEVER,
        due_month=_zeros(size),
        failures=_zeros(size),
        paused_until=_zeros(size),
        no_show=np.zeros(size, dtype=bool),
    )


def _zeros(size: int) -> Ints:
    return np.zeros(size, dtype=np.int64)
