"""Habits: what the donors of each group prefer, and how much they differ from one another.

Over donors of a group, the shares of a donor's acts are Dirichlet(strength x shares). The
strength is that which makes two acts of one donor agree as often as they do (method of moments):
low where each has habits of their own, high where all act alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mecene.channels import traits
from mecene.channels.evidence import Evidence

Vector = NDArray[np.float64]

LEAST_STRENGTH, MOST_STRENGTH = 0.5, 1_000.0
_USUAL_STRENGTH = 5.0  # where few donors have acted twice: assumed
_LEANS_ON = 20.0  # acts that the assumption, and the whole file for a group, weigh


class NothingKnown(ValueError):
    """The evidence is of another version of the traits, or of no donor at all."""


@dataclass(frozen=True)
class Shares:
    """What a group prefers: the shares of its acts by choice, and their strength in acts.

    ``acts`` is how many the group made; none: nothing is known, and no choice is the best.
    """

    shares: tuple[float, ...]
    strength: float
    acts: int


@dataclass(frozen=True)
class Habits:
    """The habits of each trait and group; nothing in it is about one donor."""

    of: Mapping[tuple[str, str], Shares]


def fit(learnt: Evidence) -> Habits:
    """Return the habits that the evidence shows; a group of few acts leans on the whole file.

    Raises:
        NothingKnown: the evidence holds no trait.
    """
    if not learnt.sums:
        raise NothingKnown("no summary was learnt from; add `evidence.of` of each batch first")
    found = {}
    for trait in traits.TRAITS:
        sums = {group: np.array(learnt.sums[trait.name, group]) for group in traits.GROUPS}
        whole = np.asarray(sum(sums.values()))
        everyone = _shares(whole, towards=np.full(len(trait.choices), 1 / len(trait.choices)))
        for group, mine in sums.items():
            towards = np.array(everyone.shares) if everyone.acts else None
            found[trait.name, group] = _shares(
                mine, towards=towards, usual=everyone.strength, acts=everyone.acts
            )
    return Habits(found)


def _shares(
    sums: Vector,
    *,
    towards: Vector | None,
    usual: float = _USUAL_STRENGTH,
    acts: int | None = None,
) -> Shares:
    counts, of_several, agreement = sums[:-2], sums[-2], sums[-1]
    if towards is None:
        return Shares((0.0,) * len(counts), usual, 0)
    shares = (counts + _LEANS_ON * towards) / (counts.sum() + _LEANS_ON)
    by_chance = float((shares**2).sum())
    together = by_chance + (1 - by_chance) / (1 + usual)
    seen = (agreement + _LEANS_ON * together) / (of_several + _LEANS_ON)
    alike = np.clip((seen - by_chance) / (1 - by_chance), 1e-6, 1.0)
    strength = float(np.clip(1 / alike - 1, LEAST_STRENGTH, MOST_STRENGTH))
    known = int(counts.sum()) if acts is None else acts
    return Shares(tuple(shares.tolist()), strength, known)
