"""Reading: what an experiment says as of a day, worked out once and kept for the pages.

The figures are the core's; what is kept is plain JSON, with the sentences in both languages.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings

from mecene.engine.store import FactStore
from mecene.experiments import departures, outlook, tally
from mecene.experiments import reading as verdicts
from mecene.experiments.departures import Analysis
from mecene.experiments.difference import Difference
from mecene.experiments.measures import Measure
from mecene.experiments.outlook import NotYet
from mecene.experiments.plan import Plan, Sequential
from mecene.words import LANGUAGES
from mecene_web.experiments import beside, enrolled, freeze, kpis, others, sizes, spent
from mecene_web.experiments.look import Look, difference, exact, leading, plain
from mecene_web.experiments.models import Experiment
from mecene_web.organisation.models import Organisation

Told = dict[str, Any]


def read(held: Experiment, *, facts: FactStore, as_of: date) -> Told | None:
    """Return what an experiment says as of a day; None where nobody was drawn yet.

    Args:
        held: Which.
        facts: A snapshot that holds the facts of everybody drawn.
        as_of: What is dated on or after it is not seen.
    """
    own = Organisation.objects.get(pk=Organisation.THE_ONE)
    plan = freeze.plan_of(held)
    with TemporaryDirectory(prefix=".enrolled-", dir=settings.HOME) as folder:
        counted = tally.tally(
            enrolled.parts(held, into=Path(folder)), store=facts, as_of=as_of,
            within_days=plan.primary.within_days, currency=own.currency, days=_days(plan),
        )  # fmt: skip
    if not counted.height:
        return None
    look = Look(held, plan, counted, own.currency, spent.clicked(held))
    arms = sizes.told(look)
    broken = bool(arms["mis_randomised"])
    return {
        "currency": own.currency, "units": counted.height, "donors": counted.group.donors,
        "arms": arms,
        "followed_days": counted.followed_least,
        "verdicts": [_verdict(look, name, broken=broken) for name in look.treated],
        "beliefs": [] if broken else beside.believed(look),
        "euros": beside.euros(look, broken=broken),
        "guards": [] if broken else _guards(look),
        "measures": [] if broken else others.others(look),
        "groups": [] if broken else beside.groups(look),
        "factors": [] if broken else beside.factors(look),
        "costs": {} if broken else beside.costs(look),
        "kpis": [] if broken else kpis.by_group(look),
        "group_costs": [] if broken else kpis.costs(look),
    }  # fmt: skip


def _verdict(look: Look, arm: str, *, broken: bool) -> Told:
    """Return what the primary measure says of one arm."""
    primary, plan = look.plan.primary, look.plan
    found, why = difference(look, look.control, arm, primary)
    many = len(look.treated)
    way = Analysis(
        primary, (look.control, arm), plan.unit, plan.alpha,
        always_valid=isinstance(plan.stopping, Sequential), day=_day(look),
        adjusted_by=plan.adjusted_by, cap_minor=plan.cap_minor, correction=plan.correction,
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
        "exact": None if broken else plain(exact(look, arm)),
        "text": {lang: said.text(lang=lang) for lang in LANGUAGES},
    }  # fmt: skip


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
            found[guard] = NotYet(look.tally.last_day + timedelta(days=guard.within_days))
        else:
            unsure.append(_unsure(guard, why))
            found[guard] = NotYet(look.tally.as_of)
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


def _day(look: Look) -> int:
    """Return the day of the look: after the last draw at one look, after the first at many."""
    many = isinstance(look.plan.stopping, Sequential)
    return look.tally.followed_most if many else look.tally.followed_least


def _days(plan: Plan) -> set[int]:
    """Return after how many days anything is asked of those drawn."""
    declared = (plan.primary, *plan.guards, *plan.secondary)
    return {0, 1, *(measure.within_days for measure in declared)}


def sentence(told: Mapping[str, str], lang: str) -> str:
    """Return a kept sentence in a language."""
    return told.get(lang) or told.get("fr", "")
