"""Rhythm: the habits of an association's donors, fitted once and then applied to any of them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mecene.signals import flags, watched
from mecene.signals.evidence import Evidence
from mecene.signals.laws import CountLaw, GapLaw, Spread, fitted_spread

# What a file of few donors leans on, as if this many donors more had been seen: assumed.
_LEANS_ON = 10.0
_USUAL_LOG_GAP = {"free": np.log(365.0), "regular": np.log(30.4375)}
_USUAL_BETWEEN = {"free": 0.64, "regular": 0.16}
_USUAL_SPREAD = {"free": 0.49, "regular": 0.04, "amount": 0.16}
_USUAL_FREEDOM = 4.0
_LEAST_SHARE = 1e-4
_MOST_STEADY = 1e4  # a Gamma(a, b) of rates this narrow is one rate for all


class NothingToSay(ValueError):
    """No donor of the summary has ever given, so there is no habit to compare anything with."""


@dataclass(frozen=True)
class Rhythm:
    """Fitted habits: gaps by group, amounts, counts by kind of act, shares of donors by flag.

    Nothing in it is about one donor. ``donors`` is how many it was learnt from.
    """

    gaps: Mapping[str, GapLaw]
    amounts: Spread
    counts: Mapping[str, CountLaw]
    flags: Mapping[str, Mapping[str, float]]
    donors: int


def fit(learnt: Evidence) -> Rhythm:
    """Return the habits that the evidence shows, drawn to ordinary ones where it is thin.

    Raises:
        NothingToSay: nobody has given.
    """
    if not learnt.donors:
        raise NothingToSay("no donor who gave is in the evidence; signals need a past to compare")
    return Rhythm(
        gaps={group: _gap_law(learnt.sums[f"gap.{group}"], group) for group in watched.GROUPS},
        amounts=_spread(learnt.sums["amount"], _USUAL_SPREAD["amount"]),
        counts={name: _count_law(learnt.sums[f"count.{name}"]) for name in watched.COUNTS},
        flags={
            group: {
                name: _share(learnt.sums[f"flag.{name}.{group}"], name) for name in flags.FIGURES
            }
            for group in watched.GROUPS
        },
        donors=learnt.donors,
    )


def _gap_law(sums: tuple[float, ...], group: str) -> GapLaw:
    donors, total, squares, inverse_gaps, *variances = sums
    spread = _spread(tuple(variances), _USUAL_SPREAD[group])
    usual, leans = _USUAL_LOG_GAP[group], _LEANS_ON
    centre = (total + leans * usual) / (donors + leans)
    around = squares - 2 * centre * total + donors * centre**2
    own = spread.variance * inverse_gaps
    between = (max(around - own, 0.0) + leans * _USUAL_BETWEEN[group]) / (donors + leans)
    return GapLaw(centre=float(centre), between=float(max(between, 1e-3)), spread=spread)


def _spread(sums: tuple[float, ...], usual: float) -> Spread:
    donors, total, squares, trigammas = sums
    if donors < 3:
        return Spread(usual, _USUAL_FREEDOM)
    found = fitted_spread(donors, total, squares, trigammas)
    weight = donors / (donors + _LEANS_ON)
    variance = np.exp(weight * np.log(found.variance) + (1 - weight) * np.log(usual))
    freedom = np.exp(weight * np.log(found.freedom) + (1 - weight) * np.log(_USUAL_FREEDOM))
    return Spread(float(variance), float(freedom))


def _count_law(sums: tuple[float, ...]) -> CountLaw:
    """Return the law of counts whose mean and variance are those seen (method of moments)."""
    donors, acts, exposure, squares, cross, exposures_squared, recent, due = sums
    if donors == 0 or acts == 0 or exposure == 0:
        return CountLaw(a=1.0, b=_MOST_STEADY, lately=0.0)  # nobody does it: nothing to miss
    mean = acts / exposure
    excess = squares - 2 * mean * cross + mean**2 * exposures_squared - mean * exposure
    variance = max(excess / exposures_squared, mean**2 / _MOST_STEADY)
    # As if half an act more had been expected lately, and done.
    lately = (recent + 0.5) / (due * mean + 0.5)
    return CountLaw(
        a=float(mean**2 / variance), b=float(mean / variance), lately=float(min(lately, 1.0))
    )


def _share(sums: tuple[float, ...], name: str) -> float:
    donors, flagged = sums
    usual, leans = flags.USUAL_SHARE[name], 100 * _LEANS_ON
    return max((flagged + leans * usual) / (donors + leans), _LEAST_SHARE)
