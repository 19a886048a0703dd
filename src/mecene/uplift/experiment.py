"""Experiment: people who were contacted or not by lot, and what each did afterwards.

The table is checked once, here: enough people, arms large enough, something to explain. Whether
the lot was fair is asked by `mecene.uplift.randomness`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mecene.uplift.refusal import Refusal

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
Ints = NDArray[np.int64]

# Under it what individuals owe to a contact cannot be told from chance: Cagala et al. (arXiv
# 2103.10251) and the five trials beside it (docs/methods/uplift.md).
LEAST_CONTACTS = 10_000
LEAST_IN_AN_ARM = 500
LEAST_OUTCOMES = 30


class MissingColumn(Refusal, LookupError):
    """The table has no such column."""

    key = "missing_column"


class MissingMeasure(Refusal):
    """Somebody's arm, outcome, chance or household is blank or no number."""

    key = "missing_measure"


class UnknownArm(Refusal):
    """No row is of the arm that is called the control, or an arm's chance was not told."""

    key = "unknown_arm"


class ImpossibleShares(Refusal):
    """The chances of the arms are not between 0 and 1, or do not add up to 1."""

    key = "impossible_shares"


class TooFewContacts(Refusal):
    """Fewer people were drawn by lot than can tell individuals apart."""

    key = "too_few_contacts"


class ArmTooSmall(Refusal):
    """One of the arms holds too few people."""

    key = "arm_too_small"


class TooFewOutcomes(Refusal):
    """Hardly anybody of an arm did anything, or all did the same."""

    key = "too_few_outcomes"


@dataclass(frozen=True, eq=False)
class Experiment:
    """A random send, one row a person.

    Attributes:
        features: What was known of each before it. n rows.
        arms: Their names, the control first.
        arm: Which arm each was drawn into, 0 the control. Shape (n,).
        chance: The chance each had of each arm. Shape (n, arms).
        told: Whether those chances were told, or are only the shares found.
        outcome: What each did, in its own unit, 0 for nothing. Shape (n,).
        household: Which household each belongs to, 0 and up. Shape (n,).
    """

    features: pl.DataFrame
    arms: tuple[str, ...]
    arm: Ints
    chance: Matrix
    told: bool
    outcome: Vector
    household: Ints

    @property
    def people(self) -> int:
        """How many people there are."""
        return len(self.arm)

    @property
    def binary(self) -> bool:
        """Whether the outcome is 0 or 1."""
        return bool(np.isin(self.outcome, (0.0, 1.0)).all())

    @property
    def by_household(self) -> bool:
        """Whether every household is in one arm: the lot was drawn by household."""
        homes = int(self.household.max()) + 1
        low, high = np.full(homes, len(self.arms)), np.full(homes, -1)
        np.minimum.at(low, self.household, self.arm)
        np.maximum.at(high, self.household, self.arm)
        return bool((low == high).all())


def of(
    table: pl.DataFrame,
    *,
    arm: str,
    control: object,
    outcome: str,
    shares: Mapping[object, float | str] | None = None,
    household: str | None = None,
    features: Sequence[str] | None = None,
) -> Experiment:
    """Return a random send, checked.

    Args:
        table: One row a person, all of them, also those who did nothing.
        arm: The column that says what each received.
        control: Its value for those who received nothing, or the usual.
        outcome: The column of what each did: 0 and 1, or an amount, 0 for nothing; never
            blank. The cost of the contact is not taken off it: `mecene.uplift.policy` does.
        shares: Arm → the chance of it that was decided before the send, or the column that
            holds each one's own, where it differed from group to group. Not told: the
            shares found.
        household: The column of the household; by default each lives alone.
        features: What was known before the send; by default every other column.

    Raises:
        Refusal: one of the classes above; it says which, where and what to do.
    """
    asked = [arm, outcome, *([household] if household else []), *(features or ())]
    asked += [each for each in (shares or {}).values() if isinstance(each, str)]
    for name in asked:
        if name not in table.columns:
            raise MissingColumn(column=name, columns=", ".join(table.columns[:12]))
    named = _filled(table, arm).cast(pl.String)
    names = _arms(named, str(control))
    drawn = named.replace_strict(list(names), range(len(names)), return_dtype=pl.Int64).to_numpy()
    did = _numbers(table, outcome)
    _enough(drawn, did, names=names, outcome=outcome)
    homes = np.arange(table.height)
    if household:
        homes = _filled(table, household).rank("dense").cast(pl.Int64).to_numpy() - 1
    others = [name for name in table.columns if name not in set(asked[: 2 + bool(household)])]
    chance = _chances(table, shares, drawn, names)
    if features is None:
        drawn_by = set(asked[2 + bool(household) :])
        features = [name for name in others if name not in drawn_by]
    return Experiment(table.select(features), names, drawn, chance, shares is not None, did, homes)


def _filled(table: pl.DataFrame, name: str) -> pl.Series:
    blank = table[name].null_count()
    if blank:
        row = int(table[name].is_null().arg_max() or 0) + 1
        raise MissingMeasure(column=name, count=blank, row=row)
    return table[name]


def _numbers(table: pl.DataFrame, name: str) -> Vector:
    cast = table[name].cast(pl.Float64, strict=False)
    wrong = cast.is_null() | ~cast.is_finite().fill_null(value=False)
    if wrong.any():
        row = int(wrong.arg_max() or 0) + 1
        raise MissingMeasure(column=name, count=int(wrong.sum()), row=row)
    return cast.to_numpy()


def _arms(named: pl.Series, control: str) -> tuple[str, ...]:
    found = named.unique().sort().to_list()
    if control not in found:
        raise UnknownArm(arm=control, column=named.name, found=", ".join(found[:8]))
    return (control, *(name for name in found if name != control))


def _enough(drawn: Ints, did: Vector, *, names: tuple[str, ...], outcome: str) -> None:
    if len(drawn) < LEAST_CONTACTS:
        raise TooFewContacts(people=len(drawn), least=LEAST_CONTACTS)
    sizes = np.bincount(drawn, minlength=len(names))
    if len(names) < 2 or sizes.min() < LEAST_IN_AN_ARM:
        place = int(sizes.argmin())
        raise ArmTooSmall(
            arm=names[place], people=int(sizes[place]), least=LEAST_IN_AN_ARM, arms=len(names)
        )
    for place, name in enumerate(names):
        # Rarer than that among what an arm did, the commonest thing left out.
        values, counts = np.unique(did[drawn == place], return_counts=True)
        others = int(counts.sum() - counts.max())
        if len(values) < 2 or others < LEAST_OUTCOMES:
            raise TooFewOutcomes(arm=name, column=outcome, count=others, least=LEAST_OUTCOMES)


def _chances(
    table: pl.DataFrame,
    shares: Mapping[object, float | str] | None,
    drawn: Ints,
    names: tuple[str, ...],
) -> Matrix:
    if shares is None:
        found = np.bincount(drawn, minlength=len(names)) / len(drawn)
        return np.tile(found, (len(drawn), 1))
    told = {str(name): share for name, share in shares.items()}
    if set(told) != set(names):
        odd = sorted(set(told) ^ set(names))[0]
        raise UnknownArm(arm=odd, column="shares", found=", ".join(names))
    columns = [
        _numbers(table, share) if isinstance(share, str) else np.full(len(drawn), float(share))
        for share in (told[name] for name in names)
    ]
    chance = np.column_stack(columns)
    if (chance <= 0).any() or (chance >= 1).any() or (abs(chance.sum(axis=1) - 1) > 1e-6).any():
        row = int((abs(chance.sum(axis=1) - 1) > 1e-6).argmax())
        raise ImpossibleShares(shares=", ".join(f"{each:.4g}" for each in chance[row]))
    return chance
