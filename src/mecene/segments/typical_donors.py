"""Typical donors: three people who do not exist, and in whom a group is recognised.

Each sums up at least ten donors near a place of the group: its middle, then to either side along
the direction in which its donors differ most. Medians, rounded until nobody can be known by them,
under an invented given name; no one's reference, name, town or exact figure.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import polars as pl

from mecene import money
from mecene.segments import behaviour, cluster_count, cluster_names, wording
from mecene.segments.cluster_count import Points
from mecene.segments.clusters import Clusters

BEHIND = 10
_FILE = "groups.toml"
_LOTS = (10, 20, 30, 50, 100)


@dataclass(frozen=True)
class TypicalDonor:
    """Nobody: the rounded medians of ``behind`` donors of a cluster, under an invented name."""

    cluster: int
    name: str
    gifts: int
    amount_minor: int
    silence_days: int
    tenure_days: int
    by_instalments: bool
    in_december: bool
    clicks: bool
    behind: int


def of(clusters: Clusters, sample: pl.DataFrame) -> tuple[TypicalDonor, ...]:
    """Return three typical donors a group; one or none where it is too small to hide anybody in.

    Args:
        clusters: The groups.
        sample: Donors of the summary, the sample they were fitted on or another.
    """
    donors = behaviour.complete(sample).filter(behaviour.comparable(sample)).sort("donor_id")
    points = behaviour.points(donors, clusters.scaling)
    labels, _ = cluster_count.nearest(points, clusters.centres)
    names = iter(_invented())
    found = []
    for place in range(clusters.k):
        mine = np.flatnonzero(labels == place)
        for near in _near(points[mine]):
            summed = donors[mine[near]]
            found.append(_summed(summed, place + 1, next(names), clusters.scaling.currency))
    return tuple(found)


def sentence(donor: TypicalDonor, *, lang: str, currency: str) -> str:
    """Return a typical donor in a sentence, without its full stop."""
    words = wording.load(lang, _FILE)
    kind = "typical_regular" if donor.by_instalments else "typical"
    if donor.gifts == 1:
        kind = "typical_single"
    said = str(words[kind]).format(
        name=donor.name,
        gifts=_gifts(donor.gifts, lang=lang),
        amount=money.text(donor.amount_minor, currency=currency, lang=lang),
        silence=cluster_names.duration(donor.silence_days, lang=lang),
        tenure=cluster_names.duration(donor.tenure_days, lang=lang),
    )
    if donor.in_december:
        said += str(words["in_december"])
    return said + str(words["clicks_too"]) if donor.clicks else said


def _near(mine: Points) -> list[np.ndarray]:
    """Return the places of the donors behind each typical one."""
    if len(mine) < BEHIND:
        return []
    middle = mine.mean(axis=0)
    anchors = [middle]
    if len(mine) >= 3 * BEHIND:
        step = _main_direction(mine - middle)
        anchors += [middle - step, middle + step]
    behind = min(max(BEHIND, len(mine) // 20), 50)
    return [
        np.argsort(((mine - anchor) ** 2).sum(axis=1), kind="stable")[:behind] for anchor in anchors
    ]


def _main_direction(centred: Points) -> Points:
    """Return one spread along the direction in which donors differ most, its sign fixed."""
    covariance = np.atleast_2d(centred.T @ centred / len(centred))
    spreads, directions = np.linalg.eigh(covariance)
    axis = directions[:, -1]
    sign = 1.0 if axis[np.abs(axis).argmax()] >= 0 else -1.0
    return np.asarray(sign * axis * np.sqrt(max(float(spreads[-1]), 0.0)))


def _summed(donors: pl.DataFrame, cluster: int, name: str, currency: str | None) -> TypicalDonor:
    counted = donors.with_columns(pl.col("instalments", "clicks_12m").fill_null(0))
    middle = {
        column: float(counted[column].median() or 0)  # type: ignore[arg-type]
        for column in ("gift_days", "mean_gift_minor", "last_gift_age_days", "first_gift_age_days",
                       "gifts_december_share", "clicks_12m", "instalments", "gifts")
    }  # fmt: skip
    gifts = _round_count(middle["gift_days"])
    silence = _round_days(middle["last_gift_age_days"])
    return TypicalDonor(
        cluster=cluster,
        name=name,
        gifts=gifts,
        amount_minor=cluster_names.round_amount(middle["mean_gift_minor"], currency or "EUR"),
        silence_days=silence,
        tenure_days=max(_round_days(middle["first_gift_age_days"]), silence),
        by_instalments=2 * middle["instalments"] > middle["gifts"],
        in_december=gifts > 1 and middle["gifts_december_share"] > 0.5,
        clicks=middle["clicks_12m"] >= 1,
        behind=donors.height,
    )


def _round_count(count: float) -> int:
    if count < 7.5:
        return max(int(count + 0.5), 1)
    return min((lot for lot in _LOTS), key=lambda lot: abs(lot - count)) if count < 120 else 101


def _round_days(days: float) -> int:
    """Return days rounded to weeks, months, then years."""
    step = 7.0 if days < 45 else 30.4375 if days < 730 else 365.25
    return int(max(int(days / step + 0.5), 1) * step)


def _gifts(count: int, *, lang: str) -> str:
    words = wording.load(lang, _FILE)
    if count > _LOTS[-1]:
        return str(words["many_gifts"])
    if count in _LOTS:
        return str(words["about_gifts"]).format(words["dozens"][str(count)])
    return str(words["gift" if count == 1 else "gifts"]).format(count)


@cache
def _invented() -> tuple[str, ...]:
    content = (resources.files(__package__) / "invented_names.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(content)["names"])
