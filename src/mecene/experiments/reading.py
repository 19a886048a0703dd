"""Reading: what an experiment says, in plain words: won, lost, nothing visible, too early, or void.

The verdict is read off the interval, never off the estimate alone; figures come second.
"""

from dataclasses import dataclass

from mecene import money
from mecene.experiments import measures
from mecene.experiments.departures import Departure
from mecene.experiments.difference import Difference
from mecene.experiments.measures import Measure
from mecene.words import Lexicon

VERDICTS = ("mis_randomised", "too_early", "won", "lost", "nothing_visible")
_WORDS = Lexicon("mecene.experiments")
_EARLY = ("too_early",)


@dataclass(frozen=True)
class Verdict:
    """What an experiment says.

    Attributes:
        kind: One of ``VERDICTS``.
        difference: Treated less control; None where nothing could be compared yet.
        measure: What was counted.
        departures: In what the analysis is not as declared.
        too_small: Whether what is not visible could still be as large as was worth finding.
        unit: ``household`` or ``donor``.
        currency: ISO 4217 code, for amounts.
    """

    kind: str
    difference: Difference | None
    measure: Measure
    departures: tuple[Departure, ...]
    too_small: bool
    unit: str
    currency: str

    def text(self, *, lang: str) -> str:
        """Return the verdict first, the figures second, what departs from the plan last."""
        told = [_WORDS.say(f"verdict.{self.kind}", lang=lang)]
        # An interval made for one look, looked at before its day, would only mislead.
        peeked = any(departure.code in _EARLY for departure in self.departures)
        if self.difference is not None and self.kind != "mis_randomised" and not peeked:
            told.append(self._figures(self.difference, lang))
            if self.kind == "nothing_visible":
                key = "may_be_missed" if self.too_small else "none_worth_it"
                told.append(_WORDS.say(f"verdict.{key}", lang=lang))
        if self.departures:
            told.append(_WORDS.say("verdict.exploratory", lang=lang))
            told += [departure.text(lang=lang) for departure in self.departures]
        return " ".join(told)

    def _figures(self, found: Difference, lang: str) -> str:
        levels = {"control": found.control, "treated": found.treated}
        gaps = {"estimate": found.estimate, "low": found.low, "high": found.high}
        said = {
            name: measures.written(value, self.measure, currency=self.currency, lang=lang)
            for name, value in levels.items()
        }
        if found.relative:
            said |= {
                name: money.percent(value, lang=lang, decimals=1) for name, value in gaps.items()
            }
        else:
            said |= {
                name: measures.apart(value, self.measure, currency=self.currency, lang=lang)
                for name, value in gaps.items()
            }
        label = self.measure.label(lang=lang)
        return _WORDS.say(
            "verdict.figures", lang=lang, measure=label[:1].upper() + label[1:],
            unit=_WORDS.say(f"unit.{self.unit}", lang=lang),
            confidence=money.percent(found.confidence, lang=lang), **said,
        )  # fmt: skip


def verdict(
    found: Difference | None, *, measure: Measure, minimum_effect: float,
    departures: tuple[Departure, ...] = (), mis_randomised: bool = False,
    running: bool = False, unit: str = "household",
    currency: str = "EUR",
) -> Verdict:  # fmt: skip
    """Return what an experiment says.

    Args:
        found: Treated less control; None where there is nothing to compare yet.
        measure: What was counted.
        minimum_effect: The smallest difference worth finding, as planned: same unit as ``found``.
        departures: What ``departures.of`` returned.
        mis_randomised: Whether the arms have other sizes than they were drawn with
            (``mismatch``): then nothing can be read, whatever the figures.
        running: Whether a sequential test may still go on: what is not visible may yet be.
        unit: ``household`` or ``donor``.
        currency: ISO 4217 code, for amounts.
    """
    worth = minimum_effect
    too_small = found is not None and max(abs(found.low), abs(found.high)) >= worth
    kind = _kind(found, measure, departures, mis_randomised=mis_randomised, running=running)
    return Verdict(kind, found, measure, departures, too_small, unit, currency)


def _kind(
    found: Difference | None, measure: Measure, departures: tuple[Departure, ...], *,
    mis_randomised: bool,
    running: bool,
) -> str:  # fmt: skip
    if mis_randomised:
        return "mis_randomised"
    if found is None or any(departure.code in _EARLY for departure in departures):
        return "too_early"
    if not found.excludes_zero:
        return "too_early" if running else "nothing_visible"
    return "won" if measure.sign * found.estimate > 0 else "lost"


@dataclass(frozen=True)
class Euros:
    """What came in from those treated, beside what would not have come in without it.

    Attributes:
        collected_minor: All they gave.
        caused: Of it, what was caused, minor units, with its interval: ``Difference.times``.
        cost_minor: What treating them cost, >= 0.
        currency: ISO 4217 code.
    """

    collected_minor: int
    caused: Difference
    cost_minor: int
    currency: str

    def text(self, *, lang: str) -> str:
        """Return both, in one sentence."""
        values = {
            "collected": self.collected_minor, "caused": self.caused.estimate,
            "low": self.caused.low, "high": self.caused.high, "cost": self.cost_minor,
            "net_low": self.caused.low - self.cost_minor,
            "net_high": self.caused.high - self.cost_minor,
        }  # fmt: skip
        said = {
            name: money.text(value, currency=self.currency, lang=lang, decimals=0)
            for name, value in values.items()
        }
        key = "with_cost" if self.cost_minor else "without_cost"
        return _WORDS.say(f"euros.{key}", lang=lang, **said)


def euros(
    collected_minor: int, difference: Difference, *, cost_minor: int = 0, currency: str = "EUR"
) -> Euros:
    """Return « € collectés » beside « € provoqués ».

    Args:
        collected_minor: All that the people treated gave within the days of the measure.
        difference: Of the amount a person, minor units, treated less control.
        cost_minor: Of treating them all, >= 0.
        currency: ISO 4217 code.

    Raises:
        ValueError: the difference is a share of the control's level.
    """
    return Euros(collected_minor, difference.times(difference.n_treated), cost_minor, currency)
