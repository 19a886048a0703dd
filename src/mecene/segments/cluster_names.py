"""Cluster names: what a group is called, and in which figures it differs from all other donors."""

import math

import polars as pl

from mecene import money
from mecene.segments import behaviour, wording
from mecene.segments.clusters import Cluster, Clusters, Difference

# Under half a spread of the file a difference does not name a group.
_NAMED_FROM = 0.5
_MOST_NAMED = 3
_DAYS = ("silence", "tenure")
_SHARES = ("december", "last_quarter", "commitment")
_COUNTS = ("gifts", "clicks", "acts")
# What happens less than once to two donors on either side tells nobody apart.
_RARE = 0.5
_FILE = "groups.toml"


def names(clusters: Clusters, *, lang: str) -> dict[int, str]:
    """Return cluster number → its name, two of them never alike.

    Two or three traits, those that differ most from the rest of the donors, one a theme:
    « Donateurs de décembre, montants élevés ». The same clusters always have the same names.
    """
    if clusters.k == 1:
        return {1: str(wording.load(lang, _FILE)["all"])}
    found: dict[int, str] = {}
    for cluster in clusters.clusters:
        telling = _telling(cluster)
        fewest = min(_count_above(telling), _MOST_NAMED)
        tries = [
            _name(telling[:count], lang=lang) for count in range(max(fewest, 1), len(telling) + 1)
        ]
        fresh = [name for name in tries if name not in found.values()]
        found[cluster.number] = fresh[0] if fresh else _numbered(tries, cluster, lang=lang)
    return found


def distinguishing(
    clusters: Clusters, number: int, *, lang: str, currency: str | None = None, most: int = 3
) -> tuple[str, ...]:
    """Return in which figures a group differs most, as sentences without their full stop.

    Args:
        clusters: The groups.
        number: Which one.
        lang: ``fr`` or ``en``.
        currency: ISO 4217 code of amounts; the file's main one by default.
        most: At most this many sentences; one a theme.

    Raises:
        KeyError: there is no cluster of that number.
    """
    code = currency or clusters.scaling.currency or "EUR"
    told = wording.load(lang, _FILE)["trait"]
    return tuple(
        str(told[each.trait]["told"]).format(
            mine=_figure(each.trait, each.mine, lang=lang, currency=code),
            rest=_figure(each.trait, each.rest, lang=lang, currency=code),
        )
        for each in _telling(clusters.cluster(number))[:most]
    )


def why(clusters: Clusters, *, lang: str) -> str:
    """Return why there are that many groups, in a sentence."""
    sentence = str(wording.load(lang, _FILE)[clusters.reason])
    chosen = [each for each in clusters.candidates if each.k == clusters.k]
    if clusters.reason != "argued":
        return sentence.format(k=clusters.k)
    return sentence.format(
        k=clusters.k,
        strength=money.percent(chosen[0].prediction_strength, lang=lang),
        silhouette=money.number(chosen[0].silhouette, lang=lang, decimals=2),
        of_one=money.number(chosen[0].silhouette_of_one, lang=lang, decimals=2),
    )


def round_amount(minor: float, currency: str) -> int:
    """Return an amount nobody can be known by: one or two figures, then zeros."""
    unit = 10 ** money.exponent(currency)
    whole = max(minor / unit, 1.0)
    step = 10 ** max(math.floor(math.log10(whole)) - 1, 0)
    step = step * 5 if whole >= 10 else 1
    return int(max(int(whole / step + 0.5), 1) * step * unit)


def duration(days: float, *, lang: str) -> str:
    """Return a number of days in words, as donors' sentences write them."""
    written = pl.select(wording.duration(pl.lit(float(days)), lang=lang))
    return str(written.item())


def _telling(cluster: Cluster) -> list[Difference]:
    """Return the differences worth telling, the greatest of each theme, in order."""
    themes: set[str] = set()
    kept = []
    for each in cluster.differences:
        theme = behaviour.theme(each.trait)
        rare = each.trait in _COUNTS and max(each.mine, each.rest) < _RARE
        if theme not in themes and not rare:
            themes.add(theme)
            kept.append(each)
    return kept


def _count_above(telling: list[Difference]) -> int:
    return sum(abs(each.standard) >= _NAMED_FROM for each in telling)


def _name(telling: list[Difference], *, lang: str) -> str:
    words = wording.load(lang, _FILE)["trait"]
    sides = [words[each.trait]["high" if each.standard > 0 else "low"] for each in telling]
    return ", ".join([sides[0]["head"], *(side["tail"] for side in sides[1:])])


def _numbered(tries: list[str], cluster: Cluster, *, lang: str) -> str:
    words = wording.load(lang, _FILE)
    name = tries[0] if tries else words["all"]
    return str(words["number"]).format(name=name, number=cluster.number)


def _figure(trait: str, value: float, *, lang: str, currency: str) -> str:
    if trait in _DAYS:
        return duration(value, lang=lang)
    if trait in _SHARES:
        return money.percent(value, lang=lang)
    if trait == "amount":
        return money.text(round_amount(value, currency), currency=currency, lang=lang)
    return money.number(value, lang=lang, decimals=0 if value >= 10 else 1)
