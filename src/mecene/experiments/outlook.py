"""Outlook: does what wins early cost donors later?

Twelve-month retention, unsubscribes and complaints stand beside the early result, always; where
they are not known yet, that is said. An early winner that harms them is not rolled out unwarned.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from mecene import period
from mecene.experiments import measures
from mecene.experiments.difference import Difference
from mecene.experiments.measures import Measure
from mecene.words import Lexicon

_WORDS = Lexicon("mecene.experiments")
# The harm beyond which an interval is too wide to reassure: in points of a share. A setting.
TOLERATED = {"unsubscribes": 0.002, "complaints": 0.0005, "retention_12m": 0.01}


class GuardMissing(ValueError):
    """Nothing was said of a measure that an early result must stand beside."""


@dataclass(frozen=True)
class NotYet:
    """A measure that is not known yet, and the first day that it will be."""

    known_on: date


@dataclass(frozen=True)
class Guarded:
    """What became of one measure that must not be harmed.

    Attributes:
        measure: Which.
        found: The difference, treated less control; or from when it can be known.
        state: ``harmed``: the whole interval is on the wrong side; ``not_excluded``: it reaches
            beyond the harm that is tolerated; ``spared``: it leaves such a harm out; ``not_yet``.
    """

    measure: Measure
    found: Difference | NotYet
    state: str

    def text(self, *, lang: str) -> str:
        """Return it as a sentence."""
        label = self.measure.label(lang=lang)
        label = label[:1].upper() + label[1:]
        if isinstance(self.found, NotYet):
            day = period.written(self.found.known_on, lang=lang)
            return _WORDS.say("outlook.not_yet", lang=lang, measure=label, day=day)
        said = {
            name: measures.written(value, self.measure, currency="EUR", lang=lang)
            for name, value in (("control", self.found.control), ("treated", self.found.treated))
        } | {
            name: measures.apart(value, self.measure, currency="EUR", lang=lang)
            for name, value in (("low", self.found.low), ("high", self.found.high))
        }
        return _WORDS.say(f"outlook.{self.state}", lang=lang, measure=label, **said)


@dataclass(frozen=True)
class Outlook:
    """An early result, and what it may cost later.

    Attributes:
        early: The difference that decides.
        wins: Whether its whole interval is on the right side.
        guarded: Each guard of the plan, in its order.
    """

    early: Difference
    wins: bool
    guarded: tuple[Guarded, ...]

    @property
    def warned(self) -> bool:
        """Return whether an early winner harms what must not be harmed."""
        return self.wins and any(each.state == "harmed" for each in self.guarded)

    def text(self, *, lang: str) -> str:
        """Return the warning, if there is cause for one, then every guard, in sentences."""
        told = [each.text(lang=lang) for each in self.guarded]
        if self.warned:
            told.insert(0, _WORDS.say("outlook.warning", lang=lang))
        elif self.wins and any(each.state == "not_excluded" for each in self.guarded):
            told.insert(0, _WORDS.say("outlook.caution", lang=lang))
        return " ".join(told)


def beside(
    early: Difference, *, measure: Measure, guards: Mapping[Measure, Difference | NotYet],
    tolerated: Mapping[str, float] | None = None,
) -> Outlook:  # fmt: skip
    """Return an early result with what it may cost.

    Args:
        early: Treated less control, of the measure that decides.
        measure: That measure.
        guards: Each guard → its difference, treated less control, or from when it is known.
        tolerated: Name of a guard → the harm that may stay possible, in its unit, >= 0;
            ``TOLERATED`` by default, 0 for others.

    Raises:
        GuardMissing: unsubscribes, complaints or 12-month retention are neither known nor said
            to be not known yet.
        ValueError: the difference of a guard is a share of the control's level.
    """
    named = {guard.name for guard in (*guards, measure)}
    for usual in measures.GUARDS:
        if usual.name not in named:
            raise GuardMissing(
                f"{usual.name} stands beside every early result: give its difference, or NotYet "
                f"with the day it will be known"
            )
    for guard, found in guards.items():
        if isinstance(found, Difference) and found.relative:
            raise ValueError(f"{guard.name}: give the difference itself, not a share of the level")
    limits = TOLERATED if tolerated is None else tolerated
    return Outlook(
        early,
        wins=_worst(early, measure) > 0,
        guarded=tuple(
            Guarded(guard, found, _state(found, guard, limits.get(guard.name, 0.0)))
            for guard, found in guards.items()
        ),
    )


def _state(found: Difference | NotYet, guard: Measure, limit: float) -> str:
    if isinstance(found, NotYet):
        return "not_yet"
    worst, best = _worst(found, guard), _best(found, guard)
    if best < 0:
        return "harmed"
    return "not_excluded" if worst < -limit else "spared"


def _worst(found: Difference, measure: Measure) -> float:
    """Return the end of the interval that the association would like least, above 0 for good."""
    return min(measure.sign * found.low, measure.sign * found.high)


def _best(found: Difference, measure: Measure) -> float:
    return max(measure.sign * found.low, measure.sign * found.high)
