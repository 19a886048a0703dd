"""Departures: in what is an analysis not the one declared, so that it is called by its name?

An analysis as declared is *confirmatory*. One departure, and it is *exploratory*: worth reading,
worth a new experiment, no proof.
"""

from dataclasses import dataclass

from mecene.experiments.measures import Measure
from mecene.experiments.plan import FixedHorizon, Plan
from mecene.words import Lexicon

_WORDS = Lexicon("mecene.experiments")


@dataclass(frozen=True)
class Analysis:
    """What was done with the figures.

    Attributes:
        measure: What was compared.
        arms: The arms that were, the one compared with first.
        unit: ``household`` or ``donor``.
        alpha: Of its interval.
        always_valid: Whether its interval holds at every look.
        day: Of the look: for a fixed horizon after the last person drawn, else after the first.
        within: The segment looked at alone; None: everybody drawn.
        adjusted_by: What was known of each before, and used.
        cap_minor: Amounts above it counted as it; None: as they were.
        correction: How several comparisons were counted.
    """

    measure: Measure
    arms: tuple[str, ...]
    unit: str
    alpha: float
    always_valid: bool
    day: int
    within: str | None = None
    adjusted_by: tuple[str, ...] = ()
    cap_minor: int | None = None
    correction: str = "holm"


@dataclass(frozen=True)
class Departure:
    """One thing that was not done as declared; ``code`` is of ``words.toml``'s ``departure``."""

    code: str
    declared: str
    done: str

    def text(self, *, lang: str) -> str:
        """Return it as a sentence."""
        declared, done = (each or _WORDS.say("departure.nothing", lang=lang)
                          for each in (self.declared, self.done))  # fmt: skip
        return _WORDS.say(f"departure.{self.code}", lang=lang, declared=declared, done=done)


def of(analysis: Analysis, *, plan: Plan) -> tuple[Departure, ...]:
    """Return everything in which an analysis departs from the plan; empty: it is as declared."""
    declared = {measure.name: measure for measure in _declared(plan)}
    known = [arm.name for arm in plan.arms]
    found = []
    if analysis.measure != declared.get(analysis.measure.name):
        names = ", ".join(f"{each.name} ({each.within_days})" for each in declared.values())
        done = f"{analysis.measure.name} ({analysis.measure.within_days})"
        found.append(Departure("measure", names, done))
    if analysis.arms[0] != plan.control.name or set(analysis.arms) - set(known):
        found.append(Departure("arms", ", ".join(known), ", ".join(analysis.arms)))
    if analysis.within is not None:
        found.append(Departure("within", plan.population, analysis.within))
    for code, wanted, done in (
        ("unit", plan.unit, analysis.unit),
        ("alpha", f"{plan.alpha:g}", f"{analysis.alpha:g}"),
        ("adjusted_by", ", ".join(sorted(plan.adjusted_by)),
         ", ".join(sorted(analysis.adjusted_by))),
        ("cap_minor", _number(plan.cap_minor), _number(analysis.cap_minor)),
        ("correction", plan.correction, analysis.correction),
    ):  # fmt: skip
        if wanted != done:
            found.append(Departure(code, wanted, done))
    return (*found, *_of_the_look(analysis, plan))


def _declared(plan: Plan) -> tuple[Measure, ...]:
    return (plan.primary, *plan.secondary, *plan.guards)


def standing(departures: tuple[Departure, ...]) -> str:
    """Return ``confirmatory`` where nothing departs, else ``exploratory``."""
    return "exploratory" if departures else "confirmatory"


def _of_the_look(analysis: Analysis, plan: Plan) -> tuple[Departure, ...]:
    stopping = plan.stopping
    # A guard has a time of its own, often longer (12 months): it is ripe when that has passed.
    needed = analysis.measure.within_days
    if isinstance(stopping, FixedHorizon):
        if analysis.measure.name == plan.primary.name:
            needed = stopping.days
        early = analysis.day < needed
        return (Departure("too_early", str(needed), str(analysis.day)),) if early else ()
    last = max(stopping.max_days, needed)
    found = []
    if not analysis.always_valid:
        found.append(Departure("not_always_valid", "", ""))
    if analysis.day > last:
        found.append(Departure("too_late", str(last), str(analysis.day)))
    return tuple(found)


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
