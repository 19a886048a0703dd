"""People: who is on file, how they came, and what they are like before they ever give.

Every array has one value a donor of the block. What is drawn here never depends on what is
given later: deaths, moves and households are the world's, not the association's.
"""

from dataclasses import dataclass

import numpy as np

from mecene.simulator import campaigns, words
from mecene.simulator.log import Flags, Floats, Ints
from mecene.simulator.recipe import Association

# Shares of the file by origin: assumed.
_ORIGINS = (0.25, 0.27, 0.145, 0.065, 0.04, 0.08, 0.06, 0.09)
# Share of each origin who are warm to the cause, and middle year of birth: assumed.
_WARM = (0.23, 0.13, 0.10, 0.12, 0.24, 0.20, 0.34, 0.14)
_BORN = (1948, 1971, 1979, 1966, 1955, 1965, 1960, 1982)
_ACQUIRED_IN = (0.07, 0.05, 0.07, 0.07, 0.07, 0.07, 0.05, 0.04, 0.08, 0.10, 0.14, 0.19)
_CANVASSED_IN = (0.02, 0.03, 0.08, 0.11, 0.13, 0.13, 0.12, 0.10, 0.13, 0.10, 0.04, 0.01)


@dataclass(frozen=True)
class People:
    """The donors of a block, from the first to the last."""

    kind: Ints
    gender: Ints
    birth_day: Ints
    partner: Ints  # position of who shares their home, -1
    origin: Ints
    acquired_month: Ints
    acquired_day: Ints
    online: Flags  # pays by card on the site rather than by cheque
    has_email: Flags
    has_phone: Flags
    measured: Flags  # accepts that visits to the site be measured
    member: Flags  # pays a membership fee each winter
    never_gives: Flags  # signed or came, never gave
    warmth: Floats  # where attachment comes back to
    sensitivity: Floats  # donors x channels; 0: unmoved, < 0: put off
    level: Floats  # log of the usual gift, in euros
    death_day: Ints
    move_day: Ints

    @property
    def size(self) -> int:
        """Return how many donors there are."""
        return len(self.kind)


def draw(spec: Association, *, size: int, rng: np.random.Generator) -> People:
    """Return the donors of a block."""
    origin = rng.choice(len(_ORIGINS), size=size, p=_ORIGINS).astype(np.int64)
    kind = rng.choice(3, size=size, p=(0.91, 0.065, 0.025)).astype(np.int64)
    kind[np.isin(origin, (words.STREET, words.DOOR))] = words.PERSON
    month, day = _acquisition(spec, origin, rng)
    born = np.take(_BORN, origin) + np.clip(rng.normal(0, 12, size), -32, 24)
    born = np.minimum(born, spec.ends_on.year - spec.years - 19)
    birth_day = ((born - 1970) * 365.25).astype(np.int64)
    online = rng.random(size) < np.where(
        origin == words.MAIL, 0.08, np.clip((born - 1930) / 60, 0.05, 0.92)
    )
    online |= (origin == words.WEB) | (origin == words.PETITION)
    has_email = online | (rng.random(size) < 0.35)
    return People(
        kind=kind,
        gender=(rng.random(size) < 0.42).astype(np.int64),
        birth_day=birth_day,
        partner=_partners(kind, rng),
        origin=origin,
        acquired_month=month,
        acquired_day=day,
        online=online,
        has_email=has_email,
        has_phone=rng.random(size) < np.where(origin == words.MAIL, 0.35, 0.62),
        measured=online & (rng.random(size) < 0.45),
        member=(rng.random(size) < 0.05) & (kind != words.ORGANISATION),
        never_gives=_never(origin, rng),
        warmth=_warmth(origin, rng) - 0.5 * np.isin(month, list(campaigns.emergencies(spec))),
        sensitivity=_sensitivity(size, rng),
        level=_level(online, kind, rng),
        death_day=_death(spec, day, birth_day, kind, rng),
        move_day=_after(day, rng.exponential(1 / 0.035, size)),
    )


def _acquisition(spec: Association, origin: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return the month and day each came, nearly as many each year; an emergency brings more."""
    size = len(origin)
    canvassed = np.isin(origin, (words.STREET, words.DOOR))
    yearly = np.linspace(1.05, 1.0, spec.years)
    first = spec.starts_on.month - 1
    chance = []
    for profile in (_ACQUIRED_IN, _CANVASSED_IN):
        by_month = np.tile(np.roll(profile, -first), spec.years) * np.repeat(yearly, 12)
        chance.append(by_month / by_month.sum())
    surge = chance[0].copy()
    for urgent, share in campaigns.emergencies(spec).items():
        surge[urgent] += share * 3
    surge /= surge.sum()
    month = rng.choice(spec.months, size=size, p=chance[0])
    month = np.where(canvassed, rng.choice(spec.months, size=size, p=chance[1]), month)
    web = np.isin(origin, (words.WEB, words.PETITION))
    month = np.where(web, rng.choice(spec.months, size=size, p=surge), month).astype(np.int64)
    starts = campaigns.month_starts(spec)
    length = starts[month + 1] - starts[month]
    return month, starts[month] + (rng.random(size) * length).astype(np.int64)


def _partners(kind: Ints, rng: np.random.Generator) -> Ints:
    """Return who shares whose home: some neighbours in the list are couples, each a donor."""
    size = len(kind)
    partner = np.full(size, words.NONE, dtype=np.int64)
    first = np.arange(0, size - 1, 2)
    both = (kind[first] == words.PERSON) & (kind[first + 1] == words.PERSON)
    first = first[both & (rng.random(len(first)) < 0.05)]
    partner[first], partner[first + 1] = first + 1, first
    return partner


def _never(origin: Ints, rng: np.random.Generator) -> Flags:
    chance = np.where(origin == words.PETITION, 0.45, np.where(origin == words.EVENT, 0.20, 0.0))
    return rng.random(len(origin)) < chance


def _warmth(origin: Ints, rng: np.random.Generator) -> Floats:
    size = len(origin)
    warm = rng.random(size) < np.take(_WARM, origin)
    return np.where(warm, rng.normal(0.95, 0.55, size), rng.normal(-1.9, 0.65, size))


def _sensitivity(size: int, rng: np.random.Generator) -> Floats:
    """Return how each channel moves each donor: most are moved, some not, a few put off."""
    moved = rng.lognormal(-0.32, 0.8, (size, len(words.CHANNELS)))
    group = rng.random((size, len(words.CHANNELS)))
    unmoved = np.array((0.20, 0.25, 0.30, 0.30))
    put_off = np.array((0.03, 0.06, 0.10, 0.05))
    moved[group < unmoved] = 0.0
    away = (group >= unmoved) & (group < unmoved + put_off)
    moved[away] = -rng.uniform(0.2, 0.8, int(away.sum()))
    return np.minimum(moved, 6.0)


def _level(online: Flags, kind: Ints, rng: np.random.Generator) -> Floats:
    size = len(online)
    level = np.where(online, rng.normal(np.log(61), 1.17, size), rng.normal(np.log(49), 0.87, size))
    wealthy = rng.random(size) < 0.004
    return level + np.where(kind == words.ORGANISATION, 1.6, 0.0) + np.where(wealthy, 1.8, 0.0)


def _death(
    spec: Association, came: Ints, birth_day: Ints, kind: Ints, rng: np.random.Generator
) -> Ints:
    """Return the day of death: Gompertz from the age they came at, doubling every 7.5 years."""
    age = (came - birth_day) / 365.25
    rate = np.log(2) / 7.5
    hazard = 0.0105 * np.exp(rate * (age - 70))  # 1.05 % a year at 70, near French tables
    years = np.log1p(rng.exponential(1, len(age)) * rate / hazard) / rate
    days = _after(came, years)
    end = campaigns.month_starts(spec)[-1]
    return np.where((kind == words.ORGANISATION) | (days >= end), words.NEVER, days)


def _after(day: Ints, years: Floats) -> Ints:
    return day + np.minimum(years * 365.25, words.NEVER).astype(np.int64) + 1
