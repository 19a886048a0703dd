"""Compared: one measure of two groups of units, in the way a plan declared.

Shares by their own interval, amounts capped and at equal past giving, anything else as a mean; at
one look or at every look.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mecene.experiments import (
    amounts,
    cuped,
    families,
    means,
    moments,
    proportions,
    sequential,
    taken,
)
from mecene.experiments.difference import Difference
from mecene.experiments.measures import Measure
from mecene.experiments.moments import Moments
from mecene.experiments.plan import Plan, Sequential
from mecene.experiments.proportions import Answers
from mecene.experiments.tally import Group

# One by one, or counted.
Units = pl.DataFrame | Group


class NoCap(ValueError):
    """Amounts are looked at again and again, under no cap declared before the first look."""


@dataclass(frozen=True)
class Way:
    """How groups are compared; ``of`` takes it from a plan.

    Attributes:
        confidence: Of each interval, in (0, 1).
        adjusted_by: Columns of ``taken`` known before the draw; for amounts and numbers.
        cap: Amounts of a unit above it count as it, minor units; None: the 99th percentile of
            what givers of all groups gave, for one look.
        tightest_at: Units at which an interval of every look is tightest; None: one look.
    """

    confidence: float = 0.95
    adjusted_by: tuple[str, ...] = ()
    cap: float | None = None
    tightest_at: int | None = None


def of(plan: Plan, *, questions: int = 1) -> Way:
    """Return how a plan has its measures compared.

    Args:
        plan: What was declared.
        questions: How many arms are compared with the control, >= 1: where the plan counts them
            by Holm, intervals are such that all of them hold together.
    """
    people = plan.stopping.people if isinstance(plan.stopping, Sequential) else None
    whole = 1 - plan.alpha
    each = families.confidence_each(questions, confidence=whole)
    confidence = each if plan.correction == "holm" else whole
    return Way(confidence, plan.adjusted_by, plan.cap_minor, people)


def compare(control: Units, treated: Units, *, measure: Measure, way: Way) -> Difference:
    """Return what a measure differs by, treated less control.

    Args:
        control: Rows of ``taken.take`` of one group, or units of a tally.
        treated: Of the other.
        measure: What is compared; its name is a column.
        way: How.

    Raises:
        TooFewDonors: a group is too small, or too few of it gave, for an interval that is true.
        NoVariation: everybody did alike.
        NoCap: amounts are looked at many times, under a cap that would change with each look.
    """
    if way.tightest_at is not None and way.cap is None and measure.kind == "amount":
        raise NoCap(f"{measure.name}: declare a cap before the first look")
    found = _once(control, treated, measure, way)
    if way.tightest_at is None:
        return found
    return sequential.watched(found, tightest_at=way.tightest_at)


def _once(control: Units, treated: Units, measure: Measure, way: Way) -> Difference:
    if measure.kind == "share":
        return proportions.difference(
            answers(control, measure.name), answers(treated, measure.name),
            confidence=way.confidence,
        )  # fmt: skip
    if measure.kind == "amount":
        return _amount(control, treated, measure.name, way)
    groups = [_moments(rows, measure.name, way, cap=None) for rows in (control, treated)]
    before, after = _at_equal_past(groups, way)
    return means.difference(before, after, confidence=way.confidence)


def _amount(control: Units, treated: Units, name: str, way: Way) -> Difference:
    both = (control, treated)
    cap = way.cap or amounts.cap(*(_given(rows, name) for rows in both))
    amounts.enough(*(_giving(rows, name, cap) for rows in both))
    groups = [_moments(rows, name, way, cap=cap) for rows in both]
    before, after = _at_equal_past(groups, way)
    return means.difference(before, after, confidence=way.confidence)


def answers(rows: Units, name: str) -> Answers:
    """Return how many units of a group have a measure."""
    if isinstance(rows, Group):
        return rows.answers(name)
    return Answers(int(rows[name].cast(pl.Int64).sum()), rows.height)


def _given(rows: Units, name: str) -> NDArray[np.float64]:
    return rows.above_zero(name) if isinstance(rows, Group) else taken.numbers(rows, name)


def _giving(rows: Units, name: str, cap: float) -> Moments:
    if isinstance(rows, Group):
        return rows.giving(name, cap=cap)
    return amounts.of(taken.numbers(rows, name), cap=cap)


def _moments(rows: Units, name: str, way: Way, *, cap: float | None) -> Moments:
    if isinstance(rows, Group):
        return rows.moments(name, cap=cap, adjusted_by=way.adjusted_by)
    told = taken.numbers(rows, name)
    values = told if cap is None else np.minimum(told, cap)
    return moments.of(values, *(taken.numbers(rows, name) for name in way.adjusted_by))


def _at_equal_past(groups: list[Moments], way: Way) -> tuple[Moments, ...]:
    if not way.adjusted_by:
        return tuple(groups)
    return cuped.adjusted(groups, covariates=range(1, 1 + len(way.adjusted_by)))
