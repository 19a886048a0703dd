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
    ``answer``, where there is a hurdle, blends what learners say of the chance to do anything:
    times the gift, it is what the others' weights and level are added to.
    """

    level: float
    weights: tuple[float, ...]
    middle: tuple[float, ...]
    trust: float
    answer: "Blend | None" = None

    def of(self, told: list[Vector], answers: list[Vector], gift: Vector | None) -> Vector:
        """Return the effect of each person. Shape (n,).

        Args:
            told: What each learner says of the sum. Each of shape (n,).
            answers: What each says of the chance; empty without a hurdle.
            gift: What is given by those who give; None without a hurdle.
        """
        base = np.zeros(len(told[0]))
        if self.answer is not None and gift is not None:
            base = self.answer.of(answers, [], None) * gift
        found = base + self.level
        for weight, middle, each in zip(self.weights, self.middle, told, strict=True):
            found += weight * (each - base - middle)
        return np.asarray(found)


@dataclass(frozen=True)
class Fits:
    """What one kind of base learner fitted.

    Attributes:
        outcomes: For each pair of parts left out, what is done in each arm.
        answers: For each pair, the chance to do anything in each arm; empty where that
            hurdle was not fitted apart.
        gifts: For each pair, what is done by those who do anything, whatever their arm.
        effects: For each turn, what each arm changes (doubly robust).
        answer_effects: For each turn, what each arm changes in the chance to do anything.
    """

    outcomes: tuple[tuple[Linear | Trees, ...], ...]
    answers: tuple[tuple[Linear | Trees, ...], ...]
    gifts: tuple[Linear | Trees, ...]
    effects: tuple[tuple[Linear | Trees, ...], ...]
    answer_effects: tuple[tuple[Linear | Trees, ...], ...]

    def said(self, pair: int, rows: NDArray[np.float32]) -> "Said":
        """Return what is said of people by the fits without a pair of parts."""
        done = _columns(self.outcomes[pair], rows)
        if not self.gifts:
            return Said(done, None, None)
        return Said(
            done, _columns(self.answers[pair], rows), self.gifts[pair].of(rows).clip(0)
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Said:
    """What one fit says of people: done in each arm, (n, arms); and the hurdle's two halves.

    Whether somebody gives is told far more surely than how much, and a contact changes the first
    more than the second: chance times gift is a steadier voice than the sum itself.
    """

    done: Matrix
    answered: Matrix | None
    gift: Vector | None

    def outcome(self) -> Matrix:
        """Return what each would do in each arm. Shape (n, arms)."""
        if self.answered is None or self.gift is None:
            return self.done
        return (self.done + self.answered * self.gift[:, None]) / 2

    def change(self, kind: str) -> Matrix:
        """Return what each arm changes: ``t`` of the sum, ``ht`` of the chance to do anything."""
        of = self.done if kind == "t" or self.answered is None else self.answered
        return np.asarray(of[:, 1:] - of[:, :1])


def _columns(fits: tuple[Linear | Trees, ...], rows: NDArray[np.float32]) -> Matrix:
    return np.column_stack([each.of(rows) for each in fits])


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
        said = {
            name: [fits.said(place, rows[name]) for place in range(len(PAIRS))]
            for name, fits in bases.items()
        }
        found = np.zeros((len(rows["boosted"]), len(self.arms) - 1))
        for aside in range(PARTS):
            told = [
                self._learner(name, aside, said, bases[name.split("_")[1]], rows)
                for name in self.learners
            ]
            gift = mean_gift([said[base][pair] for base in bases for pair in pairs_with(aside)])
            for contrast in range(found.shape[1]):
                each = [said_of[:, contrast] for said_of in told]
                direct, answers = halves(self.learners, each)
                blend = self.blends[aside][contrast]
                found[:, contrast] += blend.of(direct, answers, gift) / PARTS
        every = [each.outcome() for fits in said.values() for each in fits]
        return np.mean(every, axis=0), found

    def _learner(
        self,
        name: str,
        aside: int,
        said: dict[str, list[Said]],
        fits: Fits,
        rows: dict[str, NDArray[np.float32]],
    ) -> Matrix:
        """Return what a learner says each arm changes, by its fits without a part."""
        kind, base = name.split("_")
        if kind in ("t", "ht"):
            changes = [said[base][pair].change(kind) for pair in pairs_with(aside)]
            return np.asarray(np.mean(changes, axis=0))
        grown = fits.effects if kind == "dr" else fits.answer_effects
        turns = [place for place, (one, _) in enumerate(TURNS) if one == aside]
        return np.asarray(np.mean([_columns(grown[turn], rows[base]) for turn in turns], axis=0))


def halves(learners: tuple[str, ...], told: list[Vector]) -> tuple[list[Vector], list[Vector]]:
    """Return what learners of the sum say, and what those of the chance say."""
    both: tuple[list[Vector], list[Vector]] = ([], [])
    for name, each in zip(learners, told, strict=True):
        both[name.startswith("h")].append(each)
    return both


def pairs_with(part: int) -> list[int]:
    """Return the places in ``PAIRS`` of those that a part is in."""
    return [place for place, pair in enumerate(PAIRS) if part in pair]


def mean_gift(said: list[Said]) -> Vector | None:
    """Return what is given by those who give, the mean of what fits say; None without a hurdle."""
    told = [each.gift for each in said if each.gift is not None]
    return np.asarray(np.mean(told, axis=0)) if told else None
