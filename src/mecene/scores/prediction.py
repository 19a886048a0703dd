"""Prediction: today's donors held against the model, each with a whole distribution.

Pure and donor by donor, so that ten million go through in batches of the summary. Donors who
object to profiling, and the dead, are absent.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mecene.scores import commitment, economy, monthly, targets, training
from mecene.scores.distribution import MONTHS, Distribution
from mecene.scores.model import ScoreModel

Vector = NDArray[np.float64]

DONORS_AT_A_TIME = 32_768
_AT_ONCE = 2  # slices: trees and sums leave the interpreter to one another
SHOWN_MONTHS = (1, 3, 6, 12, 24)
_WHEN = {"next_gift_from": 0.1, "next_gift_on": 0.5, "next_gift_until": 0.9}
ALARM = 0.20  # « taux de fidélisation » under which the source documents ask for another message
_LAPSED_DAYS = 730
_OF_THE_LAW = (
    "starts_recurring", "raises_recurring", "stops_voluntarily", "stops_involuntarily",
)  # fmt: skip


def distribution(
    model: ScoreModel, summary: pl.DataFrame, *, told: Mapping[str, Vector] | None = None
) -> Distribution:
    """Return the law of what each donor of a summary may do, in its order.

    Args:
        model: Learnt from this association.
        summary: One row a donor, as of the day to foretell from.
        told: Chances of the targets, NaN outside their population, where they are known already.
    """
    does = {
        name: np.nan_to_num(chance)
        for name, chance in (told or _told(model, summary, _OF_THE_LAW)).items()
    }
    odds = _log_odds(model, summary)
    months = model.period_months
    first, giving = model.continuation.chances(odds, periods=MONTHS // months)
    within_year = giving
    if months < MONTHS:
        within_year = model.continuation.chances(odds, periods=max(12 // months, 1))[1]
    further = model.frequency.further(summary)
    return Distribution(
        first=_by_month(model, summary, first),
        counts_12m=model.frequency.at_least(further, within_year),
        counts_24m=model.frequency.at_least(further, giving),
        amounts=model.amounts.values(summary),
        ending=commitment.ahead(
            model.lasting,
            summary,
            will=does["stops_voluntarily"],
            failure=does["stops_involuntarily"],
        ),
        monthly_minor=summary["recurring_monthly_minor"].fill_null(0).to_numpy() * 1.0,
        starts=does["starts_recurring"],
        raises=does["raises_recurring"],
        shares=model.amounts.shares,
    )


def p_within_a_year(model: ScoreModel, summary: pl.DataFrame) -> Vector:
    """Return the chance of a gift within twelve months alone, without the rest of the law. (n,).

    The same number as ``distribution(…).p_gives(12)``, at a fraction of its time.
    """
    periods = max(12 // model.period_months, 1)
    first, _ = model.continuation.chances(_log_odds(model, summary), periods=periods)
    does = _told(model, summary, ("stops_voluntarily", "stops_involuntarily"))
    ending = commitment.ahead(
        model.lasting,
        summary,
        will=np.nan_to_num(does["stops_voluntarily"]),
        failure=np.nan_to_num(does["stops_involuntarily"]),
    )
    free = np.maximum(1 - first.sum(axis=1), 0.0)
    return np.asarray(1 - free * (1 - ending.lasts[:, 0]))


def free_gifts(model: ScoreModel, summary: pl.DataFrame, *, months: int = MONTHS) -> Distribution:
    """Return the law of free gifts alone, as if no regular gift ran.

    Args:
        model: Learnt from this association.
        summary: One row a donor.
        months: How far ahead sums are asked of: where it is neither 12 nor 24, those of 12 (or of
            24, beyond a year) are of these months alone.
    """
    law = distribution(model, summary)
    return without_regular(law if months in (12, 24) else _within(model, summary, law, months))


def without_regular(law: Distribution) -> Distribution:
    """Return a law as if no regular gift ran."""
    none = np.zeros_like(law.first)
    nobody = np.zeros(len(none))
    return replace(
        law,
        ending=commitment.Ending(none, none, none),
        monthly_minor=nobody,
        starts=nobody,
        raises=nobody,
    )


def _within(
    model: ScoreModel, summary: pl.DataFrame, law: Distribution, months: int
) -> Distribution:
    """Return the law whose sums over a year, or two, are of fewer months: of whole periods."""
    whole, of_whole = (12, law.counts_12m) if months < 12 else (24, law.counts_24m)
    if months % model.period_months == 0:
        _, giving = model.continuation.chances(
            _log_odds(model, summary), periods=months // model.period_months
        )
        counts = model.frequency.at_least(model.frequency.further(summary), giving)
    else:
        first = law.first[:, :whole].sum(axis=1)
        part = law.first[:, :months].sum(axis=1) / np.maximum(first, 1e-12)
        counts = of_whole.copy()
        counts[:, 1:] *= part[:, None]
    return replace(law, counts_12m=counts) if whole == 12 else replace(law, counts_24m=counts)


def scores(
    model: ScoreModel,
    summary: pl.DataFrame,
    *,
    as_of: date,
    mid_minor: float | None = None,
    major_minor: float | None = None,
    columns: Collection[str] | None = None,
) -> pl.DataFrame:
    """Return one row a donor who may be profiled, in the summary's order.

    Columns: ``donor_id``; ``p_gives_1m`` … ``p_gives_24m`` and ``retention`` (within twelve
    months) in [0, 1]; ``retention_alarm``: it is under 20 %; ``p_second_gift`` of who gave once,
    ``p_reactivates`` of who has been silent for two years; ``expected_gifts_12m``,
    ``expected_12m_minor`` and ``…_24m``; ``spread_12m_minor``, one standard deviation;
    ``p_mid``, ``p_major``: more than these sums within twelve months; ``next_gift_from``,
    ``next_gift_on``, ``next_gift_until``: days by which it has come with 10, 50 and 90 % of the
    chance that it comes within two years; ``next_act`` and ``p_next_act``;
    ``p_starts_recurring``, ``suggested_monthly_minor``; the other targets; ``score_confidence``.

    Args:
        model: Learnt from this association.
        summary: One row a donor, as of ``as_of``.
        as_of: The day months are counted from.
        mid_minor: What a mid-value donor gives in a year; no column where None.
        major_minor: The same of a major donor.
        columns: Only these beside ``donor_id``; all by default. What nobody asks for is not
            worked out.
    """
    limits = {"p_mid": mid_minor, "p_major": major_minor}
    seen = training.seen(summary)
    # A model kept from an earlier day counts its months from this one.
    model = replace(model, as_of=as_of)
    slices = [
        seen.slice(start, DONORS_AT_A_TIME)
        for start in range(0, max(seen.height, 1), DONORS_AT_A_TIME)
    ]
    with ThreadPoolExecutor(_AT_ONCE) as hands:
        return pl.concat(
            hands.map(lambda part: _scored(model, part, as_of, limits, columns), slices)
        )


def _scored(
    model: ScoreModel,
    summary: pl.DataFrame,
    as_of: date,
    limits: Mapping[str, float | None],
    columns: Collection[str] | None,
) -> pl.DataFrame:
    aims = [name for name in model.targets if columns is None or f"p_{name}" in columns]
    told = _told(model, summary, (*_OF_THE_LAW, *aims))
    law = distribution(model, summary, told=told)
    ways: dict[str, Callable[[], Vector]] = {
        **_of_the_law(law, summary, limits),
        **{f"p_{name}": partial(told.__getitem__, name) for name in aims},
    }
    year, gave = law.p_gives(12), (summary["gifts"] > 0).to_numpy()
    found = [
        pl.Series(name, work_out()).fill_nan(None)
        for name, work_out in ways.items()
        if columns is None or name in columns
    ]
    found += [
        _days(law.next_gift_month(share), as_of).alias(name)
        for name, share in _WHEN.items()
        if columns is None or name in columns
    ]
    if columns is None or {"next_act", "p_next_act"} & set(columns):
        found += _next_act(law)
    table = summary.select("donor_id").with_columns(
        *found,
        monthly.suggested(summary, currency=model.currency),
        pl.Series("retention_alarm", (year < ALARM) & gave),
        pl.Series("score_confidence", _confidence(model, summary), dtype=pl.String),
    )
    return table.select(
        "donor_id", *(n for n in table.columns[1:] if columns is None or n in columns)
    )


def _of_the_law(
    law: Distribution, summary: pl.DataFrame, limits: Mapping[str, float | None]
) -> dict[str, Callable[[], Vector]]:
    """Return how each number is read off the law of donors, none of them yet."""
    once = (summary["gift_days"] == 1).to_numpy()
    away = (summary["last_gift_age_days"] > _LAPSED_DAYS).fill_null(value=False).to_numpy()
    over = {name: limit for name, limit in limits.items() if limit is not None}
    return {
        **{f"p_gives_{months}m": partial(law.p_gives, months) for months in SHOWN_MONTHS},
        "retention": partial(law.p_gives, 12),
        "p_second_gift": lambda: np.where(once, law.p_gives(12), np.nan),
        "p_reactivates": lambda: np.where(away, law.p_gives(12), np.nan),
        "expected_gifts_12m": partial(law.expected_gifts, 12),
        "expected_12m_minor": partial(law.expected_minor, 12),
        "expected_24m_minor": partial(law.expected_minor, 24),
        "spread_12m_minor": lambda: np.sqrt(law.variance_minor(12)),
        **{name: partial(law.p_total_over, limit, 12) for name, limit in over.items()},
    }


def _next_act(law: Distribution) -> list[pl.Series]:
    """Return the likeliest next act of each donor, and its chance."""
    acts = law.next_act()
    kinds, risks = list(acts), np.column_stack(list(acts.values()))
    likeliest = risks.argmax(axis=1)
    return [
        pl.Series("p_next_act", risks[np.arange(len(risks)), likeliest]).fill_nan(None),
        pl.Series("next_act", np.asarray(kinds)[likeliest], dtype=pl.String),
    ]


def _log_odds(model: ScoreModel, summary: pl.DataFrame) -> Vector:
    """Return the log-odds of a free gift in the first period, prospects by their own target."""
    gave = (summary["gifts"] > 0).to_numpy()
    odds = np.full(summary.height, -6.0)
    if gave.any():
        givers = summary.filter(pl.col("gifts") > 0)
        seen = economy.beside(givers, dict(model.economy), tuple(model.economy))
        odds[gave] = model.giving.log_odds(seen)
    if not gave.all() and "first_gift" in model.targets:
        yearly = model.targets["first_gift"].chances(summary.filter(pl.col("gifts") == 0))
        part = -np.expm1(np.log1p(-yearly) * model.period_months / 12)
        odds[~gave] = np.log(part) - np.log1p(-part)
    return odds


def _by_month(model: ScoreModel, summary: pl.DataFrame, first: NDArray[np.float64]) -> Vector:
    months = model.period_months
    early = model.timing.weights(summary, as_of=model.as_of)
    late = model.timing.weights(summary, as_of=model.as_of, silent=True)
    parts = [
        first[:, [place]] * (early if place == 0 else late) for place in range(MONTHS // months)
    ]
    return np.concatenate(parts, axis=1)


def _told(model: ScoreModel, summary: pl.DataFrame, names: Sequence[str]) -> dict[str, Vector]:
    """Return the chance of some targets, NaN outside their population. Each (n,)."""
    found = {}
    for target in targets.declared():
        if target.name not in names:
            continue
        inside = summary.select(target.among.expr.alias("in"))["in"].to_numpy()
        answer = np.full(summary.height, np.nan)
        if inside.any() and target.name in model.targets:
            answer[inside] = model.targets[target.name].chances(summary.filter(pl.Series(inside)))
        found[target.name] = answer
    return found


def _days(months: Vector, as_of: date) -> pl.Series:
    """Return the day that lies some months ahead; empty where there is none."""
    ahead = pl.Series(np.rint(months * 30.4375)).fill_nan(None).cast(pl.Int32)
    first = (as_of - date(1970, 1, 1)).days
    return (ahead + first).cast(pl.Date)


def _confidence(model: ScoreModel, summary: pl.DataFrame) -> NDArray[np.str_]:
    """Return low, medium or high: how much the file taught, and how long the donor is known."""
    known = summary["yearly_opportunities"].fill_null(0).to_numpy()
    gave = (summary["gifts"] > 0).to_numpy()
    prospects = model.targets["first_gift"].confidence if model.targets else "low"
    of_file = model.giving.confidence
    seldom = "medium" if of_file == "high" else of_file
    return np.asarray(np.where(gave, np.where(known >= 1, of_file, seldom), prospects))
