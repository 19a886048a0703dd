"""Model: what a contact changes in each person, in the unit of the outcome.

Fitted, frozen, and without anybody in it: weights, trees and cut points. It speaks for several
fits, each learnt without one quarter of the people (`mecene.uplift.learning`), and is their mean.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mecene.uplift.design import Design
from mecene.uplift.linear import Linear
from mecene.uplift.trees import Trees

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

PARTS = 4
PAIRS = tuple((left, right) for left in range(PARTS) for right in range(left + 1, PARTS))
# A part put aside, and another: the two quarters that a fit has not seen, in order.
TURNS = tuple((aside, other) for aside in range(PARTS) for other in range(PARTS) if other != aside)
_AT_A_TIME = 200_000


@dataclass(frozen=True)
class Blend:
    """How one part's effects are made of the learners': a level, and a weight each (>= 0).

    ``trust`` in [0, 1] is how far their differences between people stand above chance; the
    weights hold it already. ``middle`` is the mean of each learner where weights were learnt.
    """

    level: float
    weights: tuple[float, ...]
    middle: tuple[float, ...]
    trust: float

    def of(self, told: list[Vector]) -> Vector:
        """Return the effect of each person from what each learner says. Shape (n,)."""
        found = np.full(len(told[0]), self.level)
        for weight, middle, each in zip(self.weights, self.middle, told, strict=True):
            found += weight * (each - middle)
        return found


@dataclass(frozen=True)
class Fits:
    """What one kind of base learner fitted.

    Attributes:
        outcomes: For each pair of parts left out, what is done in each arm.
        effects: For each turn, what each arm changes (doubly robust).
    """

    outcomes: tuple[tuple[Linear | Trees, ...], ...]
    effects: tuple[tuple[Linear | Trees, ...], ...]


@dataclass(frozen=True)
class UpliftModel:
    """What contacts change in people, learnt from a random send.

    Attributes:
        design: What is read of a person.
        arms: Names, the control first.
        learners: In the order of the weights of the blends, such as ``dr_boosted``.
        linear: Fits on ``design.expanded``.
        boosted: Fits on ``design.matrix``; None where LightGBM could not be loaded or was
            not asked for.
        blends: For each part, for each arm but the control.
    """

    design: Design
    arms: tuple[str, ...]
    learners: tuple[str, ...]
    linear: Fits | None
    boosted: Fits | None
    blends: tuple[tuple[Blend, ...], ...]

    def effects(self, features: pl.DataFrame) -> Matrix:
        """Return what each arm changes in each person. Shape (n, arms - 1).

        Args:
            features: The columns it was taught with; others are not looked at.

        Raises:
            IncompleteFeatures: a column is missing.
        """
        return self.told(features)[1]

    def told(self, features: pl.DataFrame) -> tuple[Matrix, Matrix]:
        """Return what each would do in each arm, (n, arms), and the effects, (n, arms - 1)."""
        parts = [self._part(rows) for rows in self._batches(features)]
        done, changed = zip(*parts, strict=True)
        return np.vstack(done), np.vstack(changed)

    def _batches(self, features: pl.DataFrame) -> Iterator[dict[str, NDArray[np.float32]]]:
        for start in range(0, max(features.height, 1), _AT_A_TIME):
            matrix = self.design.matrix(features[start : start + _AT_A_TIME])
            rows = {"boosted": matrix}
            if self.linear:
                rows["linear"] = self.design.expanded(matrix)
            yield rows

    def _part(self, rows: dict[str, NDArray[np.float32]]) -> tuple[Matrix, Matrix]:
        bases = {
            name: fits
            for name, fits in (("linear", self.linear), ("boosted", self.boosted))
            if fits
        }
        done = {
            name: np.stack(
                [np.column_stack([arm.of(rows[name]) for arm in pair]) for pair in fits.outcomes]
            )
            for name, fits in bases.items()
        }
        contrasts = len(self.arms) - 1
        found = np.zeros((len(rows["boosted"]), contrasts))
        for aside in range(PARTS):
            turns = [place for place, turn in enumerate(TURNS) if turn[0] == aside]
            pairs = [place for place, pair in enumerate(PAIRS) if aside in pair]
            for contrast in range(contrasts):
                told = []
                for learner in self.learners:
                    kind, base = learner.split("_")
                    if kind == "t":
                        both = done[base][pairs].mean(axis=0)
                        told.append(both[:, 1 + contrast] - both[:, 0])
                    else:
                        grown = [bases[base].effects[place][contrast] for place in turns]
                        told.append(np.mean([each.of(rows[base]) for each in grown], axis=0))
                found[:, contrast] += self.blends[aside][contrast].of(told) / PARTS
        every = [each.mean(axis=0) for each in done.values()]
        return np.mean(every, axis=0), found
