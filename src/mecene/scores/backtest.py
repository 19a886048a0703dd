"""Backtest: what the scores would have said on a day of the past, and what then happened.

The whole of it is learnt as of that day, from what was known before it; nothing is tuned on what
followed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import special

from mecene import period
from mecene.engine.store import FactStore
from mecene.features import summary
from mecene.scores import goodness, model, outcomes, prediction, totals, training
from mecene.scores.distribution import Distribution
from mecene.scores.goodness import Goodness
from mecene.scores.history import Progress, silent
from mecene.scores.model import ScoreModel
from mecene.scores.totals import Total

Vector = NDArray[np.float64]

GROUPS = 40
_LEAST_IN_GROUP = 200


class NothingToTest(ValueError):
    """No donor was known on that day, or the period after it is not over."""


@dataclass(frozen=True)
class Backtest:
    """What was foretold on ``origin`` for the ``months`` after it, against what happened.

    Attributes:
        origin: The day looked from.
        months: Length of the period.
        used: Which method the model of that day chose.
        goodness: Of each method, ``mixture`` and ``score`` (the one used) among them.
        pit: Randomised place of each giver-or-not's total in its foretold law: uniform when the
            law is right. Counts over ten equal parts.
        expected_minor: Sum foretold of all donors' free gifts.
        seen_minor: What they gave.
        covered: Share of groups drawn at random whose 80 % interval held their total; NaN
            without groups.
        groups: How many groups of 200 donors or more.
        by_depth: Share of euros reached at each tenth of donors, ranked by expected value.
        by_depth_rfm: The same, ranked by RFM.
        covered_alike: As ``covered``, of as many groups of donors who are alike, by what is
            expected of them.
        whole: The total of all, with its 80 % interval.
    """

    origin: date
    months: int
    used: str
    goodness: dict[str, Goodness]
    pit: tuple[int, ...]
    expected_minor: float
    seen_minor: float
    covered: float
    groups: int
    by_depth: tuple[float, ...]
    by_depth_rfm: tuple[float, ...]
    covered_alike: float
    whole: Total


def run(
    store: FactStore,
    *,
    origin: date,
    months: int,
    as_of: date,
    seed: int = 0,
    most_rows: int = training.ROWS_PER_ORIGIN,
    on_progress: Progress = silent,
) -> Backtest:
    """Return how the scores of a past day did.

    Args:
        store: The facts.
        origin: The day; the model sees nothing dated on or after it.
        months: How long after it is compared, 1 to 24; sums are compared over 12 or 24.
        as_of: Nothing dated on or after it is known of what happened.
        seed: Of what is drawn.
        most_rows: Donors learnt from on one origin, about.
        on_progress: Told ``(stage, done, total)``.

    Raises:
        NothingToTest: nobody was known, or the period is not over.
    """
    if period.add_months(origin, months) > as_of:
        raise NothingToTest(f"the {months} months after {origin} are not over on {as_of}")
    fitted = model.fit(store, as_of=origin, seed=seed, most_rows=most_rows, on_progress=on_progress)
    known = training.seen(summary.of(store, as_of=origin)).filter(pl.col("gifts") > 0)
    if not known.height:
        raise NothingToTest(f"no donor had given before {origin}")
    gave = outcomes.of(
        store, origin=origin, as_of=as_of, period_months=months, currency=fitted.currency
    )
    counts = ["period_gifts", "period_amounts", "period_minor"]
    donors = known.join(gave, on="donor_id", how="left", maintain_order="left").with_columns(
        pl.col(counts).fill_null(0)
    )
    return of(fitted, donors, origin=origin, months=months, rng=np.random.default_rng(seed))


def of(
    fitted: ScoreModel,
    donors: pl.DataFrame,
    *,
    origin: date,
    months: int,
    rng: np.random.Generator,
) -> Backtest:
    """Return how a model did on donors whose outcome is known.

    Args:
        fitted: Learnt before ``origin``.
        donors: One row a donor as of ``origin``, with ``period_gifts`` and ``period_minor``.
        origin: The day looked from.
        months: Length of the period.
        rng: Draws the groups, and the place of those whose total is among many equal.
    """
    law = prediction.free_gifts(fitted, donors, months=months)
    said = chances(fitted, donors, law, months=months)
    return held(fitted, donors, law, said, origin=origin, months=months, rng=rng)


def held(
    fitted: ScoreModel,
    donors: pl.DataFrame,
    law: Distribution,
    said: Mapping[str, Vector],
    *,
    origin: date,
    months: int,
    rng: np.random.Generator,
) -> Backtest:
    """Return what was foretold of donors, held against what they did: ``of``, its answers given.

    Args:
        fitted: Learnt before ``origin``.
        donors: One row a donor as of ``origin``, with ``period_gifts`` and ``period_minor``.
        law: Of their free gifts.
        said: What ``chances`` returns.
        origin: The day looked from.
        months: Length of the period.
        rng: Draws the groups, and the place of those whose total is among many equal.
    """
    outcome = (donors["period_gifts"] > 0).to_numpy().astype(np.float64)
    seen = donors["period_minor"].to_numpy().astype(np.float64)
    whole = 12 if months <= 12 else 24
    expected, variance = law.expected_minor(whole), law.variance_minor(whole)
    drawn, ranked = _groups(expected, rng)
    year = fitted.year_effect
    inside = _covered(
        seen, drawn, lambda part: totals.of(expected[part], variance[part], year_effect=year)
    )
    alike = _covered_alike(fitted, (expected, variance, law.p_gives(months)), seen, ranked)
    rank = rfm_rank(donors)
    return Backtest(
        origin=origin,
        months=months,
        used=fitted.giving.method,
        goodness={name: goodness.of(chance, outcome) for name, chance in said.items()},
        pit=_pit(law, seen, whole, rng),
        expected_minor=float(expected.sum()),
        seen_minor=float(seen.sum()),
        covered=inside,
        groups=len(drawn),
        by_depth=shares(expected, seen),
        by_depth_rfm=shares(rank, seen),
        covered_alike=alike,
        whole=totals.of(expected, variance, year_effect=year),
    )


def chances(
    fitted: ScoreModel, donors: pl.DataFrame, law: Distribution, *, months: int
) -> dict[str, Vector]:
    """Return what each method says of a free gift within some months, by name. Each (n,).

    ``score`` is what ``law``, that of free gifts, says.
    """
    found = {"score": law.first[:, :months].sum(axis=1)}
    if months == fitted.period_months:
        giving = fitted.giving
        answers = giving.answers(donors)
        found["mixture"] = special.expit(giving.mixture.log_odds(answers))
        found |= {name: special.expit(odds) for name, odds in answers.items()}
        found |= {
            name: special.expit(rates.log_odds(donors)) for name, rates in giving.rates.items()
        }
    return found


def _groups(
    expected: Vector, rng: np.random.Generator
) -> tuple[list[NDArray[np.intp]], list[NDArray[np.intp]]]:
    """Return groups drawn at random, and as many of donors alike; none of fewer than 200."""
    count = min(GROUPS, len(expected) // _LEAST_IN_GROUP)
    if count < 5:
        return [], []
    drawn, ranked = rng.permutation(len(expected)), np.argsort(expected, kind="stable")
    return np.array_split(drawn, count), np.array_split(ranked, count)


def _covered_alike(
    fitted: ScoreModel,
    told: tuple[Vector, Vector, Vector],
    seen: Vector,
    groups: list[NDArray[np.intp]],
) -> float:
    """Return the share held of groups of donors alike; ``told``: mean, variance, chance."""
    return _covered(
        seen,
        groups,
        lambda part: totals.of_alike(
            *(numbers[part] for numbers in told),
            year_effect=fitted.year_effect,
            group_effect=fitted.group_effect,
        ),
    )


def _covered(
    seen: Vector, groups: list[NDArray[np.intp]], told: Callable[[NDArray[np.intp]], Total]
) -> float:
    """Return the share of groups whose 80 % interval held what they gave."""
    held = []
    for part in groups:
        total = told(part)
        held.append(total.low_minor <= seen[part].sum() <= total.high_minor)
    return float(np.mean(held)) if held else float("nan")


def _pit(law: Distribution, seen: Vector, months: int, rng: np.random.Generator) -> tuple[int, ...]:
    over = law.p_totals_over(seen, months)
    at_least = np.where(seen > 0, law.p_totals_over(seen - 0.5, months), 1.0)
    place = 1 - (over + rng.random(len(seen)) * np.maximum(at_least - over, 0.0))
    counted, _ = np.histogram(place, bins=10, range=(0, 1))
    return tuple(int(number) for number in counted)


def shares(rank: Vector, seen: Vector) -> tuple[float, ...]:
    """Return the share of euros in the first tenth of donors by rank, the first two, and so on."""
    order = np.argsort(-rank, kind="stable")
    reached = np.cumsum(seen[order])
    if not len(reached) or reached[-1] <= 0:
        return ()
    ends = np.ceil(len(seen) * np.arange(1, 11) / 10).astype(int) - 1
    return tuple((reached[ends] / reached[-1]).tolist())


def rfm_rank(donors: pl.DataFrame) -> Vector:
    """Return the order fundraisers use: fifths of recency, frequency and amount, summed."""
    fifths = [
        (donors[name].rank("average", descending=down) / donors.height * 5).ceil().fill_null(0)
        for name, down in (("last_gift_age_days", True), ("gifts", False), ("amount_minor", False))
    ]
    return (fifths[0] + fifths[1] + fifths[2]).to_numpy().astype(np.float64)
