"""Reading: what an experiment says as of a day, worked out once and kept for the pages.

The figures are the core's; what is kept is plain JSON, with the sentences in both languages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from mecene.engine.store import FactStore
from mecene.experiments import compared, departures, outlook, taken
from mecene.experiments import reading as verdicts
from mecene.experiments.departures import Analysis
from mecene.experiments.difference import Difference, NoVariation, TooFewDonors
from mecene.experiments.measures import Measure
from mecene.experiments.outlook import NotYet
from mecene.experiments.plan import Plan, Sequential
from mecene.words import LANGUAGES
from mecene_web.experiments import beside, enrolled, freeze, sizes
from mecene_web.experiments.models import Experiment
from mecene_web.organisation.models import Organisation

Told = dict[str, Any]


@dataclass(frozen=True)
class Look:
    """One look at one experiment: what every part of a reading starts from.

    Attributes:
        held: Which experiment.
        plan: As it was frozen.
        rows: ``taken.take``: a row a unit.
        as_of: The day of the look.
        currency: Of the association.
    """

    held: Experiment
    plan: Plan
    rows: pl.DataFrame
    as_of: date
    currency: str

    @property
    def control(self) -> str:
        """Return the name of the arm that the others are compared with."""
        return self.plan.control.name

    @property
    def treated(self) -> list[str]:
        """Return the arms compared with the control; the hold-out of several texts is none."""
        return [arm.name for arm in self.plan.arms[1:] if not arm.held_out]

    def of(self, *arms: str, days: int) -> pl.DataFrame:
        """Return the rows of some arms that were followed for so many days."""
        return taken.ripe(self.rows, days=days).filter(pl.col("arm").is_in(arms))


def read(held: Experiment, *, facts: FactStore, as_of: date) -> Told | None:
    """Return what an experiment says as of a day; None where nobody was drawn yet.

    Args:
        held: Which.
        facts: A snapshot that holds the facts of everybody drawn.
        as_of: What is dated on or after it is not seen.
    """
    drawn = enrolled.of(held)
    if not drawn.height:
        return None
    own = Organisation.objects.get(pk=Organisation.THE_ONE)
    plan = freeze.plan_of(held)
    rows = taken.take(drawn, store=facts, as_of=as_of, within_days=plan.primary.within_days,
                      currency=own.currency)  # fmt: skip
    rows = beside.with_life_value(rows, drawn)
    look = Look(held, plan, rows, as_of, own.currency)
    arms = sizes.told(look)
    broken = bool(arms["mis_randomised"])
    return {
        "currency": own.currency, "units": rows.height, "donors": drawn.height, "arms": arms,
        "followed_days": int(rows["days_followed"].min() or 0),  # type: ignore[arg-type]
        "verdicts": [_verdict(look, name, broken=broken) for name in look.treated],
        "euros": beside.euros(look, broken=broken),
        "guards": [] if broken else _guards(look),
        "measures": [] if broken else beside.measures(look),
        "groups": [] if broken else beside.groups(look),
        "factors": [] if broken else beside.factors(look),
        "costs": {} if broken else beside.costs(look),
    }  # fmt: skip


def _verdict(look: Look, arm: str, *, broken: bool) -> Told:
    """Return what the primary measure says of one arm."""
    primary, plan = look.plan.primary, look.plan
    found, why = difference(look, look.control, arm, primary)
    many = len(look.treated)
    way = Analysis(
        primary, (look.control, arm), plan.unit, plan.alpha,
        always_valid=isinstance(plan.stopping, Sequential), day=_day(look),
        adjusted_by=plan.adjusted_by, winsorised_at=plan.winsorised_at, correction=plan.correction,
    )  # fmt: skip
    departed = departures.of(way, plan=plan)
    running = isinstance(plan.stopping, Sequential) and _day(look) < plan.stopping.max_days
    said = verdicts.verdict(
        found, measure=primary, minimum_effect=plan.minimum_effect, departures=departed,
        mis_randomised=broken, running=running, unit=plan.unit, currency=look.currency,
    )  # fmt: skip
    return {
        "arm": arm, "against": look.control, "kind": said.kind, "why": why, "of": many,
        "standing": departures.standing(departed),
        "difference": None if broken else plain(found),
        "text": {lang: said.text(lang=lang) for lang in LANGUAGES},
    }  # fmt: skip


def difference(
    look: Look, control: str, treated: str, measure: Measure
) -> tuple[Difference | None, str]:
    """Return what a measure differs by between two arms; or None, and in a word why not."""
    rows = [look.of(arm, days=measure.within_days) for arm in (control, treated)]
    return between(look, rows[0], rows[1], measure)


def between(
    look: Look, control: pl.DataFrame, treated: pl.DataFrame, measure: Measure
) -> tuple[Difference | None, str]:
    """Return what a measure differs by between two groups of rows; or None, and why not."""
    if not control.height or not treated.height:
        return None, "too_early"
    try:
        way = compared.of(look.plan)
        return compared.compare(control, treated, measure=measure, way=way), ""
    except TooFewDonors:
        return None, "too_few"
    except NoVariation:
        return None, "no_variation"


def _guards(look: Look) -> list[Told]:
    """Return what stands beside the result of the best arm: unsubscribes, complaints, fidelity."""
    best = leading(look)
    if best is None:
        return []
    arm, early = best
    found: dict[Measure, Difference | NotYet] = {}
    unsure: list[Told] = []
    for guard in look.plan.guards:
        told, why = difference(look, look.control, arm, guard)
        if told is not None:
            found[guard] = told
        elif why == "too_early":
            last: date = look.rows["day"].max()  # type: ignore[assignment]
            found[guard] = NotYet(last + timedelta(days=guard.within_days))
        else:
            unsure.append(_unsure(guard, why))
            found[guard] = NotYet(look.as_of)
    seen = outlook.beside(early, measure=look.plan.primary, guards=found)
    silent = {one["name"] for one in unsure}
    return [
        {"name": one.measure.name, "state": one.state, "why": "", "warned": seen.warned,
         "text": {lang: one.text(lang=lang) for lang in LANGUAGES}}
        for one in seen.guarded if one.measure.name not in silent
    ] + unsure  # fmt: skip


def _unsure(guard: Measure, why: str) -> Told:
    return {"name": guard.name, "state": "unsure", "why": why, "warned": False,
            "text": {lang: guard.label(lang=lang) for lang in LANGUAGES}}  # fmt: skip


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


def _day(look: Look) -> int:
    """Return the day of the look: after the last draw at one look, after the first at many."""
    many = isinstance(look.plan.stopping, Sequential)
    days = look.rows["days_followed"]
    return int((days.max() if many else days.min()) or 0)  # type: ignore[arg-type]


def sentence(told: Mapping[str, str], lang: str) -> str:
    """Return a kept sentence in a language."""
    return told.get(lang) or told.get("fr", "")


