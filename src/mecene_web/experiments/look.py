"""Look: one look at one experiment, and what differs between the groups it shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mecene.experiments import anytime, compared, proportions, sequential
from mecene.experiments.difference import Difference, NoVariation, TooFewDonors
from mecene.experiments.measures import Measure
from mecene.experiments.plan import Plan
from mecene.experiments.proportions import Answers
from mecene.experiments.tally import Group, Tally
from mecene_web.experiments.models import Experiment

Told = dict[str, Any]


@dataclass(frozen=True)
class Look:
    """One look at one experiment: what every part of a reading starts from.

    Attributes:
        held: Which experiment.
        plan: As it was frozen.
        tally: Everybody drawn, counted.
        currency: Of the association.
        clicks: ``spent.clicked``.
    """

    held: Experiment
    plan: Plan
    tally: Tally
    currency: str
    clicks: Mapping[str, int]

    @property
    def control(self) -> str:
        """Return the name of the arm that the others are compared with."""
        return self.plan.control.name

    @property
    def treated(self) -> list[str]:
        """Return the arms compared with the control; the hold-out of several texts is none."""
        return [arm.name for arm in self.plan.arms[1:] if not arm.held_out]

    def by_marks(self, measure: Measure) -> bool:
        """Return whether a measure is counted by marks that lead to nobody."""
        return measure.name == "clicks" and bool(self.clicks)

    def of(self, *arms: str, days: int) -> Group:
        """Return the units of some arms that were followed for so many days."""
        return self.tally.of(arms, days=days)


def difference(
    look: Look, control: str, treated: str, measure: Measure
) -> tuple[Difference | None, str]:
    """Return what a measure differs by between two arms; or None, and in a word why not."""
    if look.by_marks(measure):
        return of_clicks(look, control, treated)
    rows = [look.of(arm, days=measure.within_days) for arm in (control, treated)]
    return between(look, rows[0], rows[1], measure)


def between(
    look: Look, control: Group, treated: Group, measure: Measure
) -> tuple[Difference | None, str]:
    """Return what a measure differs by between two groups of units; or None, and why not."""
    if not control.height or not treated.height:
        return None, "too_early"
    try:
        way = compared.of(look.plan, questions=len(look.treated))
        return compared.compare(control, treated, measure=measure, way=way), ""
    except compared.NoCap:
        return None, "no_cap"
    except TooFewDonors:
        return None, "too_few"
    except NoVariation:
        return None, "no_variation"


def of_clicks(look: Look, control: str, treated: str) -> tuple[Difference | None, str]:
    """Return what clicks differ by, counted by marks that lead to nobody."""
    if control not in look.clicks or treated not in look.clicks:
        return None, "no_message"
    way = compared.of(look.plan, questions=len(look.treated))
    groups = [
        Answers(min(look.clicks[name], rows.height), rows.height)
        for name in (control, treated)
        if (rows := look.of(name, days=0)).height
    ]
    if len(groups) < 2:
        return None, "too_early"
    try:
        found = proportions.difference(*groups, confidence=way.confidence)
        if way.tightest_at is not None:
            found = sequential.watched(found, tightest_at=way.tightest_at)
    except TooFewDonors:
        return None, "too_few"
    except NoVariation:
        return None, "no_variation"
    return found, ""


def exact(look: Look, arm: str) -> Difference | None:
    """Return the difference of the share that decides, exact at every look; None of one look."""
    primary = look.plan.primary
    way = compared.of(look.plan, questions=len(look.treated))
    if way.tightest_at is None or primary.kind != "share" or look.by_marks(primary):
        return None
    both = [look.of(name, days=primary.within_days) for name in (look.control, arm)]
    try:
        return anytime.difference(*(compared.answers(one, primary.name) for one in both),
                                  confidence=way.confidence)  # fmt: skip
    except (TooFewDonors, NoVariation):
        return None


def leading(look: Look) -> tuple[str, Difference] | None:
    """Return the arm that does best by what decides, and its difference; None before any."""
    primary = look.plan.primary
    found = [(name, told) for name in look.treated
             if (told := difference(look, look.control, name, primary)[0]) is not None]  # fmt: skip
    return max(found, key=lambda one: primary.sign * one[1].estimate, default=None)


def plain(found: Difference | None) -> Told | None:
    """Return a difference as JSON says it."""
    if found is None:
        return None
    return {
        "estimate": found.estimate, "low": found.low, "high": found.high, "p": found.p,
        "control": found.control, "treated": found.treated, "n_control": found.n_control,
        "n_treated": found.n_treated, "method": found.method, "confidence": found.confidence,
    }  # fmt: skip
