"""Design: which effects can the cells of a factorial test tell apart, and which hide in others?

In a full factorial all can be told apart. In a fraction of it, or where combinations were never
sent, some share what they would be seen by: they are aliases.

Source: Box, Hunter & Hunter, *Statistics for Experimenters* (1978), ch. 12 and 13.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Combination = tuple[str, ...]
_NOTHING = 1e-9


class InvalidFactors(ValueError):
    """Factors or cells cannot be meant; the message says which."""


@dataclass(frozen=True)
class Factor:
    """One thing that is varied, and the forms it takes; the first is what others are compared with.

    Attributes:
        name: As the fundraiser says it: ``nombre de relances``.
        levels: Two or more: ``une``, ``deux``, ``trois``.
    """

    name: str
    levels: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """One factor of an effect: the level reached, and the one it is compared with."""

    factor: str
    level: str
    base: str


@dataclass(frozen=True)
class Alias:
    """What this design cannot tell from an effect: ``weight`` times it is in the estimate."""

    parts: tuple[Part, ...]
    weight: float


def check(cells: Iterable[Combination], *, factors: Sequence[Factor]) -> None:
    """Refuse factors of one level, and cells that are none of their combinations.

    Raises:
        InvalidFactors: which.
    """
    names = [factor.name for factor in factors]
    if not names or len(set(names)) < len(names):
        raise InvalidFactors(f"factors: {', '.join(names) or 'none'}; each has a name of its own")
    for factor in factors:
        if len(set(factor.levels)) < max(2, len(factor.levels)):
            raise InvalidFactors(f"{factor.name}: two levels or more, each with its own name")
    known = set(product(*(factor.levels for factor in factors)))
    for cell in cells:
        if cell not in known:
            raise InvalidFactors(f"{cell} is no level of each of {', '.join(names)}, in this order")


def columns(
    factors: Sequence[Factor], kept: Sequence[Combination]
) -> dict[tuple[Part, ...], Floats]:
    """Return every effect there could be → its column over the cells, main effects first.

    Levels are coded 1 - 1/L where they are and -1/L where not: a coefficient is then the difference
    to the first level, all other factors averaged, and a product's is a difference of differences.
    """
    alone = [
        {
            Part(factor.name, level, factor.levels[0]): np.array(
                [(cell[place] == level) - 1 / len(factor.levels) for cell in kept]
            )
            for level in factor.levels[1:]
        }
        for place, factor in enumerate(factors)
    ]
    return {
        parts: reduce(np.multiply, (alone[place][part] for place, part in zip(which, parts,
                                                                               strict=True)))
        for order in range(1, len(factors) + 1)
        for which in combinations(range(len(factors)), order)
        for parts in product(*(alone[place] for place in which))
    }  # fmt: skip


def told_apart(
    effects: Mapping[tuple[Part, ...], Floats], *, up_to: int
) -> tuple[list[tuple[Part, ...]], list[tuple[Part, ...]]]:
    """Return the effects asked for that the cells tell apart, in order, and those they do not."""
    told: list[tuple[Part, ...]] = []
    untold: list[tuple[Part, ...]] = []
    cells = len(next(iter(effects.values())))
    basis = [np.full(cells, 1 / np.sqrt(cells))]
    for parts, column in effects.items():
        if len(parts) > up_to:
            continue
        rest = column.copy()
        for _ in range(2):  # twice: the second pass takes away what rounding left
            for each in basis:
                rest = rest - each * (each @ rest)
        size = float(np.linalg.norm(rest))
        if size > _NOTHING * max(1.0, float(np.linalg.norm(column))):
            basis.append(rest / size)
            told.append(parts)
        else:
            untold.append(parts)
    return told, untold


def aliases(
    row: Floats, effects: Mapping[tuple[Part, ...], Floats], *, besides: list[tuple[Part, ...]]
) -> tuple[Alias, ...]:
    """Return what else is in an estimate: Box & Wilson's alias matrix, one row of it."""
    within = ((parts, float(row @ column)) for parts, column in effects.items()
              if parts not in besides)  # fmt: skip
    return tuple(Alias(parts, weight) for parts, weight in within if abs(weight) > _NOTHING)
