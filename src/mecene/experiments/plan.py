"""Plan: what is declared of an experiment before its first send, so that nothing is chosen after.

Who is drawn, into which arms, what decides, what must not be harmed, when one looks, and how small
a difference is worth finding. Its fingerprint is frozen (`plan_text.freeze`); what departs from it
is named by `departures`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product

from mecene.experiments import design, measures
from mecene.experiments.design import Combination, Factor
from mecene.experiments.measures import Measure
from mecene.words import Bilingual, Lexicon

UNITS = ("household", "donor")
CORRECTIONS = ("holm", "benjamini_hochberg", "none")
_WORDS = Lexicon("mecene.experiments")


class InvalidPlan(ValueError):
    """A plan cannot be meant.

    Attributes:
        place: Which of its fields, as ``arms.2.weight``; empty for the whole.
        key: Of ``words.toml``'s ``plan``; with ``values`` the sentence is whole.
    """

    def __init__(self, place: str, key: str, **values: object) -> None:
        self.place = place
        self.key = key
        self.values = values
        super().__init__(self.text(lang="en"))

    def text(self, *, lang: str) -> str:
        """Return what is wrong and where, in one sentence."""
        values = {
            name: value.text(lang=lang) if isinstance(value, Bilingual) else value
            for name, value in self.values.items()
        }
        said = _WORDS.say(f"plan.{self.key}", lang=lang, **values)
        colon = "\u00a0: " if lang == "fr" else ": "
        return f"{self.place}{colon}{said}" if self.place else said


@dataclass(frozen=True)
class Arm:
    """What one part of the people drawn gets; ``held_out``: nothing."""

    name: str
    weight: int
    held_out: bool = False


@dataclass(frozen=True)
class FixedHorizon:
    """One look, when everybody drawn has been followed for so long.

    Attributes:
        days: After the last person was drawn; at least what the measure needs.
        people: Of all arms together, as the planner said.
    """

    days: int
    people: int


@dataclass(frozen=True)
class Sequential:
    """As many looks as one likes, by an interval that holds at all of them, until a last day.

    Attributes:
        max_days: After the first person was drawn: nothing visible by then is the answer.
        people: About how many are thought to be needed; where the interval is tightest.
    """

    max_days: int
    people: int


Stopping = FixedHorizon | Sequential


@dataclass(frozen=True)
class Plan:
    """All that is declared; the first arm is what the others are compared with.

    Attributes:
        name: What households are drawn by; another name draws anew.
        question: What one wants to know, in a sentence.
        population: Who may be drawn, in a sentence that anybody can check.
        arms: Two or more.
        primary: What decides.
        minimum_effect: The smallest difference worth finding, in the measure's own unit (minor
            units; 0.01 for a point of a share); > 0.
        stopping: When one looks.
        guards: What must not be harmed.
        alpha: Chance of seeing a difference where there is none; in (0, 0.5).
        unit: ``household`` (two people of one house are on one side) or ``donor``.
        correction: How several arms, or several guards, are counted.
        adjusted_by: What was known of each before, used to narrow the interval (CUPED).
        cap_minor: Amounts above it (minor units) count as it; None: as they are.
        factors: Of a factorial test, what is varied; its arms are then combinations (``crossed``),
            all of them or some.
        secondary: Read beside what decides, and declared too: they are counted together
            (``correction``) apart from all that nobody declared.

    Raises:
        InvalidPlan: something is missing or cannot be meant.
    """

    name: str
    question: str
    population: str
    arms: tuple[Arm, ...]
    primary: Measure
    minimum_effect: float
    stopping: Stopping
    guards: tuple[Measure, ...] = field(default=measures.GUARDS)
    alpha: float = 0.05
    unit: str = "household"
    correction: str = "holm"
    adjusted_by: tuple[str, ...] = ()
    cap_minor: int | None = None
    factors: tuple[Factor, ...] = ()
    secondary: tuple[Measure, ...] = ()

    def __post_init__(self) -> None:
        for place in ("name", "question", "population"):
            if not getattr(self, place).strip():
                raise InvalidPlan(place, "empty")
        _check_arms(self.arms)
        _check_factors(self.arms, self.factors)
        _among("unit", self.unit, UNITS)
        _among("correction", self.correction, CORRECTIONS)
        if not 0 < self.alpha < 0.5:
            raise InvalidPlan("alpha", "alpha")
        if not self.minimum_effect > 0:
            raise InvalidPlan("minimum_effect", "positive")
        if self.cap_minor is not None and self.cap_minor < 1:
            raise InvalidPlan("cap_minor", "positive")
        _check_guards(self.primary, self.guards)
        _check_secondary(self.primary, self.secondary)
        _check_stopping(self.stopping, self.primary)

    def share(self, arm: str) -> float:
        """Return the share of people that an arm is meant to have.

        Raises:
            InvalidPlan: there is no such arm.
        """
        for each in self.arms:
            if each.name == arm:
                return each.weight / sum(one.weight for one in self.arms)
        names = ", ".join(each.name for each in self.arms)
        raise InvalidPlan("arms", "no_such_arm", name=arm, known=names)

    @property
    def control(self) -> Arm:
        """Return the arm that the others are compared with."""
        return self.arms[0]


def crossed(factors: Sequence[Factor]) -> dict[Combination, Arm]:
    """Return every combination of levels → its arm, all of one weight."""
    every = product(*(factor.levels for factor in factors))
    return {levels: Arm(" × ".join(levels), 1) for levels in every}


def _check_factors(arms: tuple[Arm, ...], factors: tuple[Factor, ...]) -> None:
    if not factors:
        return
    try:
        design.check((), factors=factors)
    except design.InvalidFactors as wrong:
        raise InvalidPlan("factors", "factors", why=str(wrong)) from None
    known = [arm.name for arm in crossed(factors).values()]
    for number, arm in enumerate(arms, start=1):
        if arm.name not in known:
            place, names = f"arms.{number}.name", ", ".join(known)
            raise InvalidPlan(place, "one_of", found=arm.name, known=names)


def _check_arms(arms: tuple[Arm, ...]) -> None:
    if len(arms) < 2:
        raise InvalidPlan("arms", "two_arms")
    for number, arm in enumerate(arms, start=1):
        if not arm.name.strip():
            raise InvalidPlan(f"arms.{number}.name", "empty")
        if arm.weight < 1:
            raise InvalidPlan(f"arms.{number}.weight", "positive")
    name, times = Counter(arm.name for arm in arms).most_common(1)[0]
    if times > 1:
        raise InvalidPlan("arms", "same_arm", name=name)
    if all(arm.held_out for arm in arms):
        raise InvalidPlan("arms", "all_held_out")


def _check_guards(primary: Measure, guards: tuple[Measure, ...]) -> None:
    watched = {primary.name, *(guard.name for guard in guards)}
    for usual in measures.GUARDS:
        if usual.name not in watched:
            raise InvalidPlan("guards", "guard_missing", name=usual.name)
    if len(watched) < len(guards) + 1:
        raise InvalidPlan("guards", "same_measure")


def _check_secondary(primary: Measure, secondary: tuple[Measure, ...]) -> None:
    names = [primary.name, *(measure.name for measure in secondary)]
    if len(set(names)) < len(names):
        raise InvalidPlan("secondary", "same_measure")


def _check_stopping(stopping: Stopping, primary: Measure) -> None:
    days = stopping.days if isinstance(stopping, FixedHorizon) else stopping.max_days
    if days < primary.within_days:
        raise InvalidPlan("stopping", "too_short", days=days, needed=primary.within_days)
    if stopping.people < 2:
        raise InvalidPlan("stopping.people", "positive")


def _among(place: str, found: str, known: tuple[str, ...]) -> None:
    if found not in known:
        raise InvalidPlan(place, "one_of", found=found, known=", ".join(known))
