"""Targets: what else than a gift may be foretold, each declared in ``targets.toml``.

A target is a population, an outcome twelve months later, and the published rate where the file
teaches nothing. All are taught, tested and mixed as a gift is.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from importlib import resources

import numpy as np
import polars as pl

from mecene.conditions import language
from mecene.conditions.language import Condition
from mecene.features import dictionary
from mecene.scores import chance
from mecene.scores.chance import Chance, Lesson
from mecene.scores.learners import Always, Sample

HORIZON_MONTHS = 12
_AFTER = "after_"
_PUBLISHED_DONORS = 50.0
_MOST_ROWS = 25_000  # an origin; eight targets share the time of one


@dataclass(frozen=True)
class Target:
    """A declared target; ``published`` is its yearly rate elsewhere, ``mark`` how sure that is."""

    name: str
    label_fr: str
    label_en: str
    population: str
    outcome: str
    published: float
    mark: str

    @cached_property
    def among(self) -> Condition:
        """Return who may do it.

        Raises:
            InvalidCondition: the population is not a condition over the summary.
        """
        return language.compile(self.population)

    @cached_property
    def did(self) -> Condition:
        """Return who did it, over the summary and the one of a year later.

        Raises:
            InvalidCondition: the outcome is not a condition.
        """
        known = {column.name: column.type for column in dictionary.columns()}
        later = {_AFTER + name: kind for name, kind in known.items()}
        return language.compile(self.outcome, columns=known | later)


@cache
def declared() -> tuple[Target, ...]:
    """Return the targets of ``targets.toml``, in order."""
    text = resources.files("mecene.scores").joinpath("targets.toml").read_text(encoding="utf-8")
    return tuple(Target(name=name, **told) for name, told in tomllib.loads(text).items())


def samples(
    target: Target, looked: Sequence[tuple[date, pl.DataFrame, pl.DataFrame]]
) -> list[Sample]:
    """Return who was in the population on each origin, and whether they did it.

    Args:
        target: What is foretold.
        looked: Origin, summary as of it, and summary twelve months later, of the same donors.
    """
    found = []
    for origin, before, after in looked:
        later = after.rename({name: _AFTER + name for name in after.columns if name != "donor_id"})
        both = before.filter(target.among.expr).join(
            later, on="donor_id", how="inner", maintain_order="left"
        )
        outcome = both.select(target.did.expr.alias("did"))["did"].to_numpy().astype(np.float64)
        found.append(Sample(origin, both.select(before.columns), outcome))
    return [sample for sample in found if len(sample.outcome)]


def fit(
    target: Target,
    looked: Sequence[tuple[date, pl.DataFrame, pl.DataFrame]],
    *,
    rng: np.random.Generator,
) -> Chance:
    """Return the chance of a target, learnt from the file and drawn to the published rate."""
    told = samples(target, looked)
    happened = sum(float(sample.outcome.sum()) for sample in told)
    donors = sum(len(sample.outcome) for sample in told)
    rate = (happened + _PUBLISHED_DONORS * target.published) / (donors + _PUBLISHED_DONORS)
    lesson = Lesson(Always(rate), period_days=365.25, taught=("regression", "boosted"))
    return chance.fit([_few(sample, rng) for sample in told], lesson, rng=rng)


def _few(sample: Sample, rng: np.random.Generator) -> Sample:
    if len(sample.outcome) <= _MOST_ROWS:
        return sample
    chosen = np.sort(rng.choice(len(sample.outcome), _MOST_ROWS, replace=False))
    return Sample(sample.origin, sample.summary[chosen], sample.outcome[chosen])
