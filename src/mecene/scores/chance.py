"""Chance: how likely something is within a period, learnt and tested on the file's own past.

Learners are taught on early origins and asked about the next one, origin after origin: what
they say there, unseen, decides how they are mixed, and the last origin is the test that is
shown. Then all are taught again on everything (docs/methods/scores.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import special

from mecene.scores import baselines, learners, mixture, trials
from mecene.scores.baselines import Rates
from mecene.scores.design import Design
from mecene.scores.habit import Habit
from mecene.scores.learners import Always, Learners, Sample
from mecene.scores.mixture import Mixture
from mecene.scores.trials import Test

Vector = NDArray[np.float64]

_TESTED_ORIGINS = 2
_FADING = 0.6  # of an origin's weight, each origin back
_FOLDS = 5
_SURE_OUTCOMES = 300
_LEAST_OUTCOMES = 30


@dataclass(frozen=True)
class Lesson:
    """How a chance is taught: the same for every origin.

    ``first`` is the habit, or one chance for all; ``period_days`` the length of a period, for the
    baselines; ``taught`` which learners; ``further`` the association's own columns of numbers;
    ``usual_shift``, in log-odds, what files lose from the periods taught to the next one.
    """

    first: Habit | Always
    period_days: float
    taught: tuple[str, ...] = learners.EVERY
    further: tuple[str, ...] = ()
    usual_shift: float = 0.0


@dataclass(frozen=True)
class Chance:
    """A fitted chance. ``method`` is what is used: the mixture, or a baseline that beat it.

    ``confidence`` is ``low``, ``medium`` or ``high``; ``tests`` the newest last; ``outcomes`` the
    rarer ones it learnt from.
    """

    learners: Learners
    mixture: Mixture
    rates: Mapping[str, Rates]
    method: str
    tests: tuple[Test, ...]
    outcomes: int

    @property
    def confidence(self) -> str:
        """Return how far to trust it, as a word."""
        if self.outcomes < _LEAST_OUTCOMES or not self.tests:
            return "low"
        return "high" if self.outcomes >= _SURE_OUTCOMES else "medium"

    def log_odds(self, summary: pl.DataFrame) -> Vector:
        """Return the log-odds of each donor. Shape (n,)."""
        if self.method in self.rates:
            return self.rates[self.method].log_odds(summary)
        answers = self.answers(summary)
        return answers["habit"] if self.method == "habit" else self.mixture.log_odds(answers)

    def answers(self, summary: pl.DataFrame) -> dict[str, Vector]:
        """Return the log-odds of every method of the mixture, ``habit`` first. Each (n,)."""
        found = self.learners.answers(summary)
        if "rfm" in self.rates:
            found["rfm"] = self.rates["rfm"].log_odds(summary)
        return found

    def chances(self, summary: pl.DataFrame) -> Vector:
        """Return the chance of each donor, in (0, 1). Shape (n,)."""
        return np.asarray(special.expit(self.log_odds(summary)))


@dataclass(frozen=True)
class Foretold:
    """What was said of the donors of one origin by what was taught before it; not kept.

    ``log_odds`` of each, in the order of the origin's sample; ``later``: the origin is one that
    nobody taught, rather than donors that nobody taught.
    """

    origin: date
    later: bool
    log_odds: Vector


def fit(samples: Sequence[Sample], lesson: Lesson, *, rng: np.random.Generator) -> Chance:
    """Return the chance learnt from the origins of a file.

    Args:
        samples: One an origin, oldest first; may be empty.
        lesson: How it is taught.
        rng: For what is drawn.
    """
    return learnt(samples, lesson, rng=rng)[0]


def learnt(
    samples: Sequence[Sample], lesson: Lesson, *, rng: np.random.Generator
) -> tuple[Chance, tuple[Foretold, ...]]:
    """Return the chance, and what it said of the origins it was tested on."""
    informed = [sample for sample in samples if len(sample.outcome)]
    if not informed:
        return _untaught(lesson.first), ()
    seen = _unseen_answers(informed, lesson, rng)
    everything = np.concatenate([sample.outcome for sample in informed])
    taught = learners.rarer_outcomes(everything)
    rounds = [part.rounds for part in seen if part.rounds]
    trees = round(1.15 * rounds[-1]) if rounds else None
    final = _taught(informed, lesson, rng, rounds=trees)
    said = [_said(seen, place, taught, lesson) for place in range(len(seen))]
    tests = tuple(_tested(part, odds) for part, odds in zip(seen, said, strict=True))
    mixed = _mixed(seen, taught, _names(final), lesson)
    whole = pl.concat([sample.summary for sample in informed], how="vertical_relaxed")
    rates = {
        kind: baselines.fit(kind, whole, everything, period_days=lesson.period_days)
        for kind in ("repeat", "rfm")
    }
    foretold = tuple(
        Foretold(part.origin, not part.folds, odds) for part, odds in zip(seen, said, strict=True)
    )
    return Chance(final, mixed, rates, trials.method(tests), tests, taught), foretold


@dataclass(frozen=True)
class _Unseen:
    """What methods said of donors they were not taught with."""

    origin: date
    folds: bool
    answers: dict[str, Vector]
    baselines: dict[str, Vector]
    outcome: Vector
    rounds: int | None
    taught: int


def _taught(
    samples: Sequence[Sample],
    lesson: Lesson,
    rng: np.random.Generator,
    *,
    rounds: int | None = None,
) -> Learners:
    return learners.fit(
        samples, first=lesson.first, rng=rng, further=lesson.further, rounds=rounds,
        taught=lesson.taught,
    )  # fmt: skip


def _unseen_answers(
    samples: list[Sample], lesson: Lesson, rng: np.random.Generator
) -> list[_Unseen]:
    if len(samples) == 1:
        return [_across_folds(samples[0], lesson, rng)]
    tested = range(max(1, len(samples) - _TESTED_ORIGINS), len(samples))
    found: list[_Unseen] = []
    for place in tested:
        earlier, later = samples[:place], samples[place]
        rounds = found[-1].rounds if found else None
        fitted = _taught(earlier, lesson, rng, rounds=rounds)
        found.append(_asked(fitted, earlier, later, lesson, folds=False))
    return found


def _across_folds(sample: Sample, lesson: Lesson, rng: np.random.Generator) -> _Unseen:
    fold = rng.permutation(len(sample.outcome)) % _FOLDS
    parts: list[_Unseen] = []
    places = []
    for number in range(min(_FOLDS, len(sample.outcome))):
        kept, asked = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        if not len(kept) or not len(asked):
            continue
        told, later = _rows(sample, kept), _rows(sample, asked)
        rounds = parts[0].rounds if parts else None
        fitted = _taught([told], lesson, rng, rounds=rounds)
        parts.append(_asked(fitted, [told], later, lesson, folds=True))
        places.append(asked)
    if not parts:
        fitted = _taught([sample], lesson, rng)
        return _asked(fitted, [sample], sample, lesson, folds=True)
    order = np.argsort(np.concatenate(places))
    shared = [name for name in parts[0].answers if all(name in part.answers for part in parts)]
    return replace(
        parts[0],
        answers={n: np.concatenate([p.answers[n] for p in parts])[order] for n in shared},
        baselines={
            n: np.concatenate([p.baselines[n] for p in parts])[order] for n in parts[0].baselines
        },
        outcome=sample.outcome,
    )


def _asked(
    fitted: Learners, earlier: Sequence[Sample], later: Sample, lesson: Lesson, *, folds: bool
) -> _Unseen:
    whole = pl.concat([sample.summary for sample in earlier], how="vertical_relaxed")
    outcome = np.concatenate([sample.outcome for sample in earlier])
    rates = {
        kind: baselines.fit(kind, whole, outcome, period_days=lesson.period_days).log_odds(
            later.summary
        )
        for kind in ("repeat", "rfm")
    }
    return _Unseen(
        origin=later.origin,
        folds=folds,
        answers=fitted.answers(later.summary) | {"rfm": rates["rfm"]},
        baselines={"repeat": rates["repeat"]},
        outcome=later.outcome,
        rounds=fitted.boosted.rounds if fitted.boosted else None,
        taught=learners.rarer_outcomes(outcome),
    )


def _mixed(seen: Sequence[_Unseen], taught: int, names: tuple[str, ...], lesson: Lesson) -> Mixture:
    """Return the mixture that foretold best what was not seen, newer periods counting more."""
    able = [part for part in seen if set(names) <= set(part.answers)]
    if not able:
        return mixture.start(names, taught)
    answers = {name: np.concatenate([part.answers[name] for part in able]) for name in names}
    lengths = [len(part.outcome) for part in able]
    period = np.repeat(np.arange(len(able)), lengths)
    trust = np.power(_FADING, len(able) - 1.0 - period, dtype=np.float64)
    outcome = np.concatenate([part.outcome for part in able])
    return mixture.fit(
        answers, outcome, period=period, trust=trust, taught=taught,
        usual=lesson.usual_shift, same_period=able[-1].folds,
    )  # fmt: skip


def _said(seen: Sequence[_Unseen], place: int, taught: int, lesson: Lesson) -> Vector:
    """Return the log-odds on one origin of a mixture made before it."""
    part = seen[place]
    if part.folds:
        return _half_and_half(part, taught)
    mixed = _mixed(seen[:place], part.taught, tuple(part.answers), lesson)
    return mixed.log_odds(part.answers)


def _half_and_half(part: _Unseen, taught: int) -> Vector:
    """Return the mixture's answer on each half of the donors, weighed on the other half."""
    half = np.arange(len(part.outcome)) % 2 == 0
    answer = np.empty(len(part.outcome))
    for asked in (half, ~half):
        told = {name: odds[~asked] for name, odds in part.answers.items()}
        weighed = mixture.fit(told, part.outcome[~asked], taught=taught, same_period=True)
        answer[asked] = weighed.log_odds({n: odds[asked] for n, odds in part.answers.items()})
    return answer


def _tested(part: _Unseen, mixed: Vector) -> Test:
    said = {"mixture": mixed, **part.answers, **part.baselines}
    return trials.of(said, part.outcome, origin=part.origin, folds=part.folds)


def _untaught(first: Habit | Always) -> Chance:
    alone = Learners(Design(()), first, None, None, None)
    return Chance(alone, mixture.start(("habit",), 0), {}, "mixture", (), 0)


def _names(fitted: Learners) -> tuple[str, ...]:
    present = ("habit", "regression", "boosted", "forest")
    found = [n for n in present if n == "habit" or getattr(fitted, n) is not None]
    return (*found, "rfm")


def _rows(sample: Sample, places: NDArray[np.intp]) -> Sample:
    return Sample(sample.origin, sample.summary[places], sample.outcome[places])
