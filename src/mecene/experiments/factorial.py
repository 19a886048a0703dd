"""Factorial: which factors of a test changed the outcome, and does one change what another does?

Several things are varied at once (text × colour × zone; number of reminders × order of channels);
each combination is a cell, kept as moments. Every cell counts as much, however many people it has.

An effect is a difference between a level and the first level of its factor, the others averaged; an
interaction is a difference between two such differences. (A textbook's interaction of ``r`` factors
at two levels is this one over 2^(r-1).)

Source: least squares on the means of cells, with each cell's own variance (White's covariance; on a
full factorial it is HC2 of MacKinnon & White, J. Econometrics 29, 1985) and Satterthwaite's degrees
of freedom; Box, Hunter & Hunter, *Statistics for Experimenters* (1978), ch. 10. The interval is
never narrower than by the pooled variance of all cells (`means`): gifts are why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from mecene.experiments import design, difference, families, means
from mecene.experiments.design import Alias, Combination, Factor, Part
from mecene.experiments.difference import NoVariation, TooFewDonors
from mecene.experiments.moments import Moments

Floats = NDArray[np.float64]


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
        TooFewDonors: a cell has fewer than ``means.MIN_DONORS``, or there are fewer than two cells.
        NoVariation: nobody differs from anybody.
    """
    asked = _Asked(up_to, quantity, confidence, means.MIN_DONORS, wider=True)
    return _reading(cells, factors, asked)


def robust(
    cells: Mapping[Combination, Moments],
    *,
    factors: Sequence[Factor],
    up_to: int = 2,
    quantity: int = 0,
    confidence: float = difference.CONFIDENCE,
) -> Reading:
    """Return the same by each cell's own variance alone, for measures without rare large values.

    Args:
        cells: As ``read``.
        factors: As ``read``.
        up_to: As ``read``.
        quantity: As ``read``.
        confidence: As ``read``.

    Raises:
        InvalidFactors: a factor has one level, or a cell is of none of the combinations.
        TooFewDonors: a cell has one person, or there are fewer than two cells.
        NoVariation: nobody differs from anybody.
    """
    return _reading(cells, factors, _Asked(up_to, quantity, confidence, 2, wider=False))


@dataclass(frozen=True)
class _Asked:
    up_to: int
    quantity: int
    confidence: float
    least: int
    wider: bool


def _reading(
    cells: Mapping[Combination, Moments], factors: Sequence[Factor], asked: _Asked
) -> Reading:
    design.check(cells, factors=factors)
    every = list(product(*(factor.levels for factor in factors)))
    kept = [cell for cell in every if cell in cells and cells[cell].n > 0]
    if len(kept) < 2:
        raise TooFewDonors(f"a factorial test needs two cells with people; there are {len(kept)}")
    figures = _figures([cells[cell] for cell in kept], kept, asked)
    columns = design.columns(factors, kept)
    told, untold = design.told_apart(columns, up_to=asked.up_to)
    matrix = np.stack([np.ones(len(kept)), *(columns[parts] for parts in told)], axis=1)
    rows = np.linalg.pinv(matrix)[1:]
    found = [_estimate(row, figures, asked) for row in rows]
    corrected = families.holm([p for *_, p in found]).tolist()
    effects = tuple(
        Effect(parts, estimate, low, high, p, adjusted, std_error,
               design.aliases(row, columns, besides=told))
        for parts, row, (estimate, std_error, low, high, p), adjusted
        in zip(told, rows, found, corrected, strict=True)
    )  # fmt: skip
    return Reading(
        effects, tuple(untold), int(figures.people.sum()), len(kept),
        tuple(cell for cell in every if cell not in kept), asked.confidence,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Figures:
    """Of each cell: its mean, the variance of its people, how many they are."""

    means: Floats
    variances: Floats
    people: Floats


def _figures(groups: list[Moments], names: list[Combination], asked: _Asked) -> _Figures:
    for name, group in zip(names, groups, strict=True):
        if group.n < asked.least:
            raise TooFewDonors(
                f"{' × '.join(name)}: {group.n} people; {asked.least} are needed to know how far "
                f"people differ"
            )
    place = asked.quantity
    variances = np.array([group.covariance[place, place] for group in groups])
    if not variances.any():
        raise NoVariation("nobody differs from anybody within a cell")
    means = np.array([group.means[place] for group in groups])
    return _Figures(means, variances, np.array([group.n for group in groups], dtype=np.float64))


def _estimate(
    row: Floats, figures: _Figures, asked: _Asked
) -> tuple[float, float, float, float, float]:
    """Return an effect, its standard error, its interval and its p."""
    people = figures.people
    parts = row**2 * figures.variances / people
    variance = float(parts.sum())
    if variance <= 0:
        raise NoVariation("nobody differs from anybody in the cells that an effect is read in")
    freedom = variance**2 / float((parts**2 / (people - 1)).sum())
    if asked.wider:
        # A small cell without the rare large gift has a low mean and a low variance together.
        within = float(((people - 1) * figures.variances).sum() / (people - 1).sum())
        pooled = within * float((row**2 / people).sum())
        if pooled > variance:
            variance, freedom = pooled, float((people - 1).sum())
    estimate, std_error = float(row @ figures.means), float(np.sqrt(variance))
    low, high, p = difference.student(
        estimate, std_error=std_error, freedom=freedom, confidence=asked.confidence
    )
    return estimate, std_error, low, high, p
