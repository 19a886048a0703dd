"""Card: what a score is worth, for whom, and what it must not be used for.

All figures are of the last origin, unseen by the model that is tested there (`unseen`); they
are what may be expected of today's scores, by a model of the same making. No donor is in it, and
of a group of fewer than fifty not even the number. In words: `card_words`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mecene.scores import drift, fairness, gaps, goodness
from mecene.scores.backtest import Backtest
from mecene.scores.goodness import Goodness
from mecene.scores.history import History
from mecene.scores.model import ScoreModel
from mecene.scores.trials import BASELINES
from mecene.scores.typical import running
from mecene.scores.unseen import Unseen

Vector = NDArray[np.float64]

DEPTHS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
FIFTH = 0.2
_PARTS = 10
_SURE = 2.0  # standard errors from which a difference is not put down to chance
# A mean gap, beyond what chance makes, from which chances are an order first.
_CALIBRATED = 0.01


@dataclass(frozen=True)
class Card:
    """What a page about a score needs. Rates are in [0, 1], money in minor units of ``currency``.

    Attributes:
        as_of: Day the shown scores are made on.
        origins: Days the shown score was learnt from.
        period_months: What a chance is about: a free gift within so many months.
        currency: Of the amounts.
        learnt_from: Donors learnt from, over all origins.
        method: ``mixture``, or the simple rule that beat it and is used.
        confidence: ``low``, ``medium`` or ``high``.
        backtest: Of the origin tested, each method: ``score``, ``rfm``, ``repeat``, ``habit``…
        best_baseline: The simple rule of least log loss.
        better_by: Its mean log loss less the score's, over the same donors.
        better_se: One standard error of it.
        curve: Up to ten groups of equal size: ``foretold``, ``seen``, its 95 % interval.
        lift: The same parts, likeliest first: ``rate``, ``lift``, ``reached`` (share of givers).
        depths: Net money by share of donors written to (see ``net_by_depth``).
        groups: Gaps by ``dimension``: ``segment`` where it was given, ``gifts``, ``regular``,
            ``kind``.
        years: By tested origin: ``drift.of_answers`` and the AUC; the last is that of the card.
        fairness: See ``fairness.of``.
        columns: See ``drift.of_columns``; None where too few are known, or nobody asked.
        contact_minor: What writing to one donor costs.
    """

    as_of: date
    origins: tuple[date, ...]
    period_months: int
    currency: str
    learnt_from: int
    method: str
    confidence: str
    backtest: Backtest
    best_baseline: str
    better_by: float
    better_se: float
    curve: pl.DataFrame
    lift: pl.DataFrame
    depths: pl.DataFrame
    groups: pl.DataFrame
    years: pl.DataFrame
    fairness: pl.DataFrame
    columns: pl.DataFrame | None
    contact_minor: int

    @property
    def goodness(self) -> Goodness:
        """Return how good the chances that are used were."""
        return self.backtest.goodness["score"]

    @property
    def verdict(self) -> str:
        """Return ``better``, ``alike`` or ``worse`` than the best simple rule, beyond chance."""
        if abs(self.better_by) <= _SURE * self.better_se:
            return "alike"
        return "better" if self.better_by > 0 else "worse"

    @property
    def level(self) -> str:
        """Return whether the chances are ``right``, or were ``too_high`` or ``too_low``."""
        told = self.goodness
        if told.calibration_error - told.calibration_noise <= _CALIBRATED:
            return "right"
        return "too_high" if told.mean_chance > told.outcomes / told.donors else "too_low"

    @property
    def fifth(self) -> dict[str, float]:
        """Return the row of ``depths`` for the first fifth of the file."""
        return self.depths.row(by_predicate=pl.col("depth") == FIFTH, named=True)

    @property
    def behind_from(self) -> float:
        """Return the share of the file from which RFM is never behind, and ahead; 1: nowhere."""
        inside = self.depths.filter(pl.col("depth") < 1)
        more = pl.col("net_minor") - pl.col("net_rfm_minor")
        last = max(inside.filter(more > 0)["depth"].to_list(), default=0.0)
        behind = inside.filter((more < 0) & (pl.col("depth") > last))
        return min(behind["depth"].to_list(), default=1.0)


def of(
    model: ScoreModel,
    unseen: Unseen,
    *,
    contact_minor: int,
    known: History | None = None,
    further: Mapping[str, pl.Series] | None = None,
) -> Card:
    """Return the card of a model.

    Args:
        model: The one whose scores are shown.
        unseen: What one of the same making foretold of the last origin.
        contact_minor: What writing to one donor costs, >= 0.
        known: What the model was learnt from; without it, drift is not told.
        further: Dimension → group of each donor of ``unseen``; shown before the others.
    """
    best, better_by, se = _against(unseen)
    parts = max(2, min(_PARTS, len(unseen.gave) // gaps.LEAST_DONORS))
    return Card(
        as_of=model.as_of,
        origins=model.origins,
        period_months=unseen.period_months,
        currency=model.currency,
        learnt_from=model.donors,
        method=model.giving.method,
        confidence=model.giving.confidence,
        backtest=unseen.backtest,
        best_baseline=best,
        better_by=better_by,
        better_se=se,
        curve=curve(unseen.chance, unseen.gave, parts=parts),
        lift=lift(unseen.chance, unseen.gave, parts=parts),
        depths=net_by_depth(unseen, contact_minor=contact_minor),
        groups=_untold(_groups(unseen, further or {})),
        years=_years(model, unseen),
        fairness=_untold(fairness.of(unseen)),
        columns=_columns(known) if known else None,
        contact_minor=contact_minor,
    )


def curve(chance: Vector, outcome: Vector, *, parts: int = _PARTS) -> pl.DataFrame:
    """Return groups of equal size, least likely first: foretold, seen and its interval."""
    rows = []
    found = goodness.by_group(chance, outcome, groups=parts)
    for place, (told, did) in enumerate(found, start=1):
        low, high = gaps.wilson(int(did.sum()), len(did))
        rows.append({
            "group": place, "donors": len(did), "foretold": float(told.mean()),
            "seen": float(did.mean()), "low": low, "high": high,
        })  # fmt: skip
    return pl.DataFrame(rows)


def lift(chance: Vector, outcome: Vector, *, parts: int = _PARTS) -> pl.DataFrame:
    """Return parts of equal size, likeliest first: tenths, or fewer.

    Columns: ``part`` from 1, ``depth``: share of donors in this one and those before, ``donors``,
    ``rate``, ``lift`` (rate over that of all; NaN where nobody gave), ``reached``: share of all
    givers in this part and those before.
    """
    whole, reached, donors, rows = outcome.mean(), 0.0, 0, []
    found = goodness.by_group(-chance, outcome, groups=parts)
    for part, (_, did) in enumerate(found, start=1):
        reached += float(did.sum())
        donors += len(did)
        rate = float(did.mean())
        rows.append({
            "part": part, "depth": donors / len(outcome), "donors": len(did), "rate": rate,
            "lift": rate / whole if whole else float("nan"),
            "reached": reached / outcome.sum() if whole else float("nan"),
        })  # fmt: skip
    return pl.DataFrame(rows)


def net_by_depth(unseen: Unseen, *, contact_minor: int) -> pl.DataFrame:
    """Return what writing to the best donors brings, net, by share of the file.

    Columns: ``depth``, a share; ``donors``; ``givers``, the share of all who gave among them;
    ``net_minor``: free gifts of the period less the cost of writing, to those of highest expected
    value; ``net_rfm_minor``: to those first by recency, frequency and amount;
    ``net_all_even_minor``: to as many taken at random. Gifts are those really made, asked for or
    not: an upper bound of what writing brings.
    """
    value = unseen.gave_minor
    likeliest = np.cumsum(unseen.gave[np.argsort(-unseen.chance, kind="stable")])
    by_model = np.cumsum(value[np.argsort(-unseen.worth_minor, kind="stable")])
    by_rfm = np.cumsum(value[np.argsort(-unseen.rfm, kind="stable")])
    rows = []
    for depth in DEPTHS:
        donors = max(1, round(depth * len(value)))
        cost = donors * contact_minor
        rows.append({
            "depth": depth, "donors": donors,
            "givers": float(likeliest[donors - 1] / max(likeliest[-1], 1.0)),
            "net_minor": round(float(by_model[donors - 1])) - cost,
            "net_rfm_minor": round(float(by_rfm[donors - 1])) - cost,
            "net_all_even_minor": round(float(value.sum()) * donors / len(value)) - cost,
        })  # fmt: skip
    return pl.DataFrame(rows)


def _against(unseen: Unseen) -> tuple[str, float, float]:
    """Return the best simple rule, how much less log loss than it, and one standard error."""
    known = {name: unseen.said[name] for name in BASELINES if name in unseen.said}
    losses = {name: goodness.log_losses(said, unseen.gave) for name, said in known.items()}
    best = min(losses, key=lambda name: float(losses[name].mean()))
    gain = losses[best] - goodness.log_losses(unseen.chance, unseen.gave)
    return best, float(gain.mean()), float(gain.std() / np.sqrt(len(gain)))


def _groups(unseen: Unseen, further: Mapping[str, pl.Series]) -> pl.DataFrame:
    gifts = pl.col("gifts")
    labels = unseen.summary.select(
        gifts=pl.when(gifts == 1).then(pl.lit("1"))
        .when(gifts == 2).then(pl.lit("2"))
        .when(gifts <= 5).then(pl.lit("3-5"))
        .when(gifts <= 10).then(pl.lit("6-10"))
        .otherwise(pl.lit("11+")),
        regular=pl.when(running()).then(pl.lit("yes")).otherwise(pl.lit("no")),
        kind=pl.col("kind").fill_null("unknown"),
    )  # fmt: skip
    columns = {**further, **labels.to_dict()}
    parts: Sequence[pl.DataFrame] = [
        gaps.by(column, unseen.chance, unseen.gave, alarmed=unseen.alarmed).select(
            pl.lit(name).alias("dimension"), pl.all()
        )
        for name, column in columns.items()
    ]
    return gaps.set_apart(pl.concat(parts), unseen.chance, unseen.gave)


def _untold(table: pl.DataFrame) -> pl.DataFrame:
    """Return gaps without the size of the groups too small to tell."""
    return table.with_columns(donors=pl.when(~pl.col("too_few")).then("donors"))


def _years(model: ScoreModel, unseen: Unseen) -> pl.DataFrame:
    earlier = [test for test in model.giving.tests if test.origin < unseen.origin]
    tests = [(test.origin, test.goodness["mixture"]) for test in earlier]
    told = [*tests, (unseen.origin, unseen.backtest.goodness["score"])]
    return drift.of_answers(told)


def _columns(known: History) -> pl.DataFrame | None:
    try:
        return drift.of_columns(known.rows, known.today)
    except drift.TooFewDonors:
        return None
