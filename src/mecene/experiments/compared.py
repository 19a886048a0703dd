"""Compared: one measure of two groups of units, in the way a plan declared.

Shares by their own interval, amounts capped and at equal past giving, anything else as a mean; at
one look or at every look.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

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


def compare(
    control: pl.DataFrame, treated: pl.DataFrame, *, measure: Measure, way: Way
) -> Difference:
    """Return what a measure differs by, treated less control.

    Args:
        control: Rows of ``taken.take`` of one group.
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


def _once(control: pl.DataFrame, treated: pl.DataFrame, measure: Measure, way: Way) -> Difference:
    if measure.kind == "share":
        return proportions.difference(
            answers(control, measure.name), answers(treated, measure.name),
            confidence=way.confidence,
        )  # fmt: skip
    if measure.kind == "amount":
        return _amount(control, treated, measure.name, way)
    groups = [_moments(rows, taken.numbers(rows, measure.name), way) for rows in (control, treated)]
    before, after = _at_equal_past(groups, way)
    return means.difference(before, after, confidence=way.confidence)


def _amount(control: pl.DataFrame, treated: pl.DataFrame, name: str, way: Way) -> Difference:
    given = [taken.numbers(rows, name) for rows in (control, treated)]
    cap = way.cap or amounts.cap(*given)
    amounts.enough(*(amounts.of(one, cap=cap) for one in given))
    capped = [np.minimum(one, cap) for one in given]
    groups = [_moments(rows, one, way) for rows, one in zip((control, treated), capped, strict=True)]  # fmt: skip # noqa: E501
    before, after = _at_equal_past(groups, way)
    return means.difference(before, after, confidence=way.confidence)


def answers(rows: pl.DataFrame, name: str) -> Answers:
    """Return how many units of a group have a measure."""
    return Answers(int(rows[name].cast(pl.Int64).sum()), rows.height)


def _moments(rows: pl.DataFrame, values: np.ndarray, way: Way) -> Moments:
    return moments.of(values, *(taken.numbers(rows, name) for name in way.adjusted_by))


def _at_equal_past(groups: list[Moments], way: Way) -> tuple[Moments, ...]:
    if not way.adjusted_by:
        return tuple(groups)
    return cuped.adjusted(groups, covariates=range(1, 1 + len(way.adjusted_by)))
