"""Factorial: which factors of a test changed the outcome, and does one change what another does?

Several things are varied at once (text × colour × zone; number of reminders × order of channels);
each combination is a cell, kept as moments. Every cell counts as much, however many people it has.

An effect is a difference between a level and the first level of its factor, the others averaged; an
interaction is a difference between two such differences. (A textbook's interaction of ``r`` factors
at two levels is this one over 2^(r-1).)

Source: least squares on the means of cells, with each cell's own variance (White's covariance; on a
full factorial it is HC2 of MacKinnon & White, J. Econometrics 29, 1985) and Satterthwaite's degrees
of freedom; Box, Hunter & Hunter, *Statistics for Experimenters* (1978), ch. 10 to 13.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from mecene.experiments import difference, families
from mecene.experiments.difference import NoVariation, TooFewDonors
from mecene.experiments.moments import Moments

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


@dataclass(frozen=True)
class Effect:
    """What a level changed, or how far a level changes what another does.

    Attributes:
        parts: One factor: a main effect; two or more: an interaction.
        estimate: In the unit of the metric a person.
        low: Of its interval, taken alone.
        high: Of its interval, taken alone.
        p: Two-sided, taken alone.
        p_adjusted: By Holm's method over all effects asked for; in [p, 1].
        std_error: Of the estimate.
        aliases: What it cannot be told from; empty in a full factorial.
    """

    parts: tuple[Part, ...]
    estimate: float
    low: float
    high: float
    p: float
    p_adjusted: float
    std_error: float
    aliases: tuple[Alias, ...]

    @property
    def order(self) -> int:
        """Return 1 for a main effect, 2 for an interaction of two factors, and so on."""
        return len(self.parts)


@dataclass(frozen=True)
class Reading:
    """What a factorial test found.

    Attributes:
        effects: Every effect asked for that the cells allow, main effects first.
        untold: Effects asked for that the cells cannot tell from those above.
        people: In all cells.
        cells: Combinations that had people.
        missing: Combinations that had none.
        confidence: Of each interval.
    """

    effects: tuple[Effect, ...]
    untold: tuple[tuple[Part, ...], ...]
    people: int
    cells: int
    missing: tuple[Combination, ...]
    confidence: float

    def of(self, *factors: str) -> tuple[Effect, ...]:
        """Return the effects of one factor, or the interactions of several."""
        return tuple(
            each for each in self.effects if {part.factor for part in each.parts} == set(factors)
        )


def read(
    cells: Mapping[Combination, Moments],
    *,
    factors: Sequence[Factor],
    up_to: int = 2,
    quantity: int = 0,
    confidence: float = difference.CONFIDENCE,
) -> Reading:
    """Return the effects of every factor, and the interactions of up to ``up_to`` of them.

    Args:
        cells: A level of each factor, in their order → the people who got that combination. Absent
            ones, or empty, are a design's missing cells.
        factors: In the order of the combinations.
        up_to: 1 for main effects only.
        quantity: Which one of the moments' is the outcome.
        confidence: Of each interval, in (0, 1).

    Raises:
        InvalidFactors: a factor has one level, or a cell is of none of the combinations.
        TooFewDonors: a cell has one person, or there are fewer than two cells.
        NoVariation: nobody differs from anybody.
    """
    _check(cells, factors)
    every = list(product(*(factor.levels for factor in factors)))
    kept = [cell for cell in every if cell in cells and cells[cell].n > 0]
    if len(kept) < 2:
        raise TooFewDonors(f"a factorial test needs two cells with people; there are {len(kept)}")
    means, variances, people = _figures([cells[cell] for cell in kept], kept, quantity)
    columns = _columns(factors, kept)
    asked, beyond = _told_apart(columns, up_to)
    design = np.stack([np.ones(len(kept)), *(columns[parts] for parts in asked)], axis=1)
    weights = np.linalg.pinv(design)
    found = _estimates(asked, weights, means, variances, people, confidence)
    corrected = families.holm([p for *_, p in found]).tolist()
    effects = tuple(
        Effect(parts, estimate, low, high, p, adjusted, std_error,
               _aliases(row, columns, besides=asked))
        for parts, row, (estimate, std_error, low, high, p), adjusted
        in zip(asked, weights[1:], found, corrected, strict=True)
    )  # fmt: skip
    return Reading(
        effects, tuple(beyond), int(people.sum()), len(kept),
        tuple(cell for cell in every if cell not in kept), confidence,
    )  # fmt: skip


def _check(cells: Mapping[Combination, Moments], factors: Sequence[Factor]) -> None:
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


def _figures(
    groups: list[Moments], names: list[Combination], quantity: int
) -> tuple[Floats, Floats, Floats]:
    """Return the means of cells, the variances of these means, and how many people each has."""
    for name, group in zip(names, groups, strict=True):
        if group.n < 2:
            raise TooFewDonors(f"{' × '.join(name)}: one person; two are needed to know how far "
                               f"people differ")  # fmt: skip
    people = np.array([group.n for group in groups], dtype=np.float64)
    means = np.array([group.means[quantity] for group in groups])
    spread = np.array([group.covariance[quantity, quantity] for group in groups])
    if not spread.any():
        raise NoVariation("nobody differs from anybody within a cell")
    return means, spread / people, people


def _columns(factors: Sequence[Factor], kept: list[Combination]) -> dict[tuple[Part, ...], Floats]:
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


def _told_apart(
    columns: Mapping[tuple[Part, ...], Floats], up_to: int
) -> tuple[list[tuple[Part, ...]], list[tuple[Part, ...]]]:
    """Return the effects asked for that the cells tell apart, in order, and those they do not."""
    told: list[tuple[Part, ...]] = []
    untold: list[tuple[Part, ...]] = []
    cells = len(next(iter(columns.values())))
    basis = [np.full(cells, 1 / np.sqrt(cells))]
    for parts, column in columns.items():
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


def _estimates(
    asked: list[tuple[Part, ...]], weights: Floats, means: Floats, variances: Floats,
    people: Floats, confidence: float,
) -> list[tuple[float, float, float, float, float]]:  # fmt: skip
    found = []
    for row in weights[1:]:
        shares = row**2 * variances
        variance = float(shares.sum())
        if variance <= 0:
            raise NoVariation("nobody differs from anybody in the cells that an effect is read in")
        freedom = variance**2 / float((shares**2 / (people - 1)).sum())
        estimate, std_error = float(row @ means), float(np.sqrt(variance))
        low, high, p = difference.student(
            estimate, std_error=std_error, freedom=freedom, confidence=confidence
        )
        found.append((estimate, std_error, low, high, p))
    assert len(found) == len(asked)
    return found


def _aliases(
    row: Floats, columns: Mapping[tuple[Part, ...], Floats], *, besides: list[tuple[Part, ...]]
) -> tuple[Alias, ...]:
    """Return what else is in an estimate: Box & Wilson's alias matrix, one row of it."""
    within = ((parts, float(row @ column)) for parts, column in columns.items()
              if parts not in besides)  # fmt: skip
    return tuple(Alias(parts, weight) for parts, weight in within if abs(weight) > _NOTHING)
