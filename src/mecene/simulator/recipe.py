"""The recipe: how large an association is, over which years, and from which seed.

An ``Association`` is the whole recipe: the same one gives the same donors, gifts and files, to
the byte. Donors are drawn in blocks of ``BLOCK``, each from its own (seed, block), so that a
block does not depend on the others nor on the order they are made in.
"""

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import polars as pl

from mecene import period

BLOCK = 10_000
EPOCH = date(1970, 1, 1)


class InvalidAssociation(ValueError):
    """An association cannot be simulated as asked; the message says what to change."""


@dataclass(frozen=True)
class Association:
    """An invented association, over the whole months of ``[starts_on, ends_on)``.

    Attributes:
        donors: People, households and organisations on file, >= 1.
        years: Years of history, >= 1.
        ends_on: First day after the history; the first of a month.
        seed: Everything drawn comes from it.
        name: What the association is called. Nobody real is.
        names: Whether people have names and addresses, or only references.
        contact_months: How far back contacts and interactions are kept, as e-mail tools do.
        control_share: Share of the people chosen for a campaign that is held out, at random.
        motives: Whether campaigns speak to a motive, said in their name, and people have one that
            makes them answer, click and give, more or less.
    """

    donors: int = 20_000
    years: int = 8
    ends_on: date = date(2026, 1, 1)
    seed: int = 1901
    name: str = "Les Lanternes de Brumeval"
    names: bool = True
    contact_months: int = 36
    control_share: float = 0.10
    motives: bool = False

    def __post_init__(self) -> None:
        if self.donors < 1 or self.years < 1:
            raise InvalidAssociation(
                f"an association has at least 1 donor and 1 year; got {self.donors} donors, "
                f"{self.years} years"
            )
        if self.ends_on.day != 1:
            raise InvalidAssociation(f"ends_on is the first of a month; got {self.ends_on}")

    @property
    def months(self) -> int:
        """Return the number of months of history."""
        return 12 * self.years

    @property
    def starts_on(self) -> date:
        """Return the first day of the history."""
        return period.add_months(self.ends_on, -self.months)

    @property
    def blocks(self) -> int:
        """Return how many blocks of donors there are."""
        return -(-self.donors // BLOCK)

    def size(self, block: int) -> int:
        """Return how many donors a block holds."""
        return min(BLOCK, self.donors - block * BLOCK)

    def generator(self, *purpose: int) -> np.random.Generator:
        """Return the generator of one purpose: a block, the campaign calendar, the dirt."""
        return np.random.default_rng(np.random.SeedSequence([self.seed, *purpose]))


@dataclass(frozen=True)
class World:
    """What happened in an association, or in one block of it, and what is true of it.

    Attributes:
        facts: The tables of ``mecene.facts``, by name, each as its contract has it.
        truth: What no association knows: ``people``, ``effects``, ``attachment``, ``mandates``.
        blocks: Which blocks of donors are in it.
    """

    facts: dict[str, pl.DataFrame]
    truth: dict[str, pl.DataFrame]
    blocks: tuple[int, ...] = field(default=(0,))


def day_number(day: date) -> int:
    """Return a day as Polars and NumPy count it: days since 1 January 1970."""
    return (day - EPOCH).days
