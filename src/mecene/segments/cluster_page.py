"""Cluster page: what a reader is shown of the groups, one row a group, in words.

Sizes and income are sums that can be added batch by batch (``parts``, ``added``); the rest was
said when the groups were fitted. Whoever draws the page needs nothing else.
"""

from dataclasses import dataclass

import polars as pl

from mecene import money
from mecene.segments import cluster_names, motive_words, typical_donors, wording
from mecene.segments.clusters import Clusters
from mecene.segments.motives import MOTIVES
from mecene.segments.typical_donors import TypicalDonor

_FILE = "groups.toml"
_MOTIVES = (*MOTIVES, "unknown")
_SCHEMA = pl.Schema(
    {"cluster": pl.Int64(), "donors": pl.Int64(), "amount_12m_minor": pl.Int64()}
    | {f"motive_{motive}": pl.Int64() for motive in _MOTIVES}
)


@dataclass(frozen=True)
class GroupShown:
    """One group as a page shows it.

    Attributes:
        number: Of the cluster, from 1.
        name: In words, unique on the page.
        donors: How many, in the whole file.
        donors_share: Of those grouped, 0 to 1.
        amount_12m_minor: What they gave in twelve months, in the main currency.
        amount_12m_share: Of what all those grouped gave, 0 to 1; None where nobody gave.
        stability: 0 to 1; None where there is only one group.
        stability_words: How often the group comes back, and whether it is fragile or blurred.
        distinguishing: In which figures it differs most, at most three.
        typical: Sentences about donors who do not exist, at most three.
        motives: Motive in words → share of the group's donors, 0 to 1, unknown included; empty
            where nobody's motive is known.
    """

    number: int
    name: str
    donors: int
    donors_share: float
    amount_12m_minor: int
    amount_12m_share: float | None
    stability: float | None
    fragile: bool
    stability_words: str
    distinguishing: tuple[str, ...]
    typical: tuple[str, ...]
    motives: dict[str, float]


@dataclass(frozen=True)
class Page:
    """The groups, why there are that many, the argument as a table, and the note on names."""

    why: str
    groups: tuple[GroupShown, ...]
    argument: pl.DataFrame
    invented: str


def parts(
    summary: pl.DataFrame, assigned: pl.DataFrame, *, currency: str | None, motives: pl.DataFrame
) -> pl.DataFrame:
    """Return the sums of each group over a batch of donors; two batches are joined by ``added``.

    Args:
        summary: One row a donor.
        assigned: ``clusters.assign`` of the same donors.
        currency: Amounts in another currency count for nothing; None counts all.
        motives: ``motives.score`` of the same donors.
    """
    same = pl.lit(value=True) if currency is None else pl.col("currency") == currency
    table = (
        summary.select("donor_id", "currency", "amount_12m_minor")
        .join(assigned.select("donor_id", "cluster"), on="donor_id", validate="1:1")
        .join(motives.select("donor_id", "motive"), on="donor_id", how="left", validate="1:1")
        .filter(pl.col("cluster").is_not_null())
    )
    motive = pl.col("motive").fill_null("unknown")
    return (
        table.group_by("cluster")
        .agg(
            donors=pl.len(),
            amount_12m_minor=pl.col("amount_12m_minor").filter(same).sum(),
            **{f"motive_{name}": (motive == name).sum() for name in _MOTIVES},
        )
        .cast(_SCHEMA)
        .sort("cluster")
    )


def added(*batches: pl.DataFrame) -> pl.DataFrame:
    """Return the sums of several batches of donors as those of one."""
    together = pl.concat([pl.DataFrame(schema=_SCHEMA), *batches])
    return together.group_by("cluster").sum().sort("cluster")


def shown(
    clusters: Clusters,
    *,
    sums: pl.DataFrame,
    typical: tuple[TypicalDonor, ...],
    lang: str,
    currency: str,
) -> Page:
    """Return what a page shows.

    Args:
        clusters: The groups.
        sums: ``parts`` of every batch, ``added``.
        typical: ``typical_donors.of``.
        lang: ``fr`` or ``en``.
        currency: ISO 4217 code of the amounts.
    """
    names = cluster_names.names(clusters, lang=lang)
    by_number = {row["cluster"]: row for row in sums.iter_rows(named=True)}
    everybody = sum(row["donors"] for row in by_number.values())
    income = sum(row["amount_12m_minor"] for row in by_number.values())
    groups = []
    for cluster in clusters.clusters:
        row = by_number.get(cluster.number, dict.fromkeys(_SCHEMA, 0))
        groups.append(
            GroupShown(
                number=cluster.number,
                name=names[cluster.number],
                donors=row["donors"],
                donors_share=row["donors"] / everybody if everybody else 0.0,
                amount_12m_minor=row["amount_12m_minor"],
                amount_12m_share=row["amount_12m_minor"] / income if income else None,
                stability=cluster.stability if clusters.k > 1 else None,
                fragile=cluster.fragile,
                stability_words=_stability(clusters, cluster.number, lang=lang),
                distinguishing=cluster_names.distinguishing(
                    clusters, cluster.number, lang=lang, currency=currency
                ),
                typical=tuple(
                    typical_donors.sentence(donor, lang=lang, currency=currency)
                    for donor in typical
                    if donor.cluster == cluster.number
                ),
                motives=_motives(row, lang=lang),
            )
        )
    return Page(
        why=cluster_names.why(clusters, lang=lang),
        groups=tuple(groups),
        argument=argument(clusters),
        invented=str(wording.load(lang, _FILE)["invented"]),
    )


def argument(clusters: Clusters) -> pl.DataFrame:
    """Return the argument for the number of groups, one row a number: ``Candidate``'s figures."""
    rows = [vars(candidate) for candidate in clusters.candidates]
    return pl.DataFrame(rows, infer_schema_length=None) if rows else pl.DataFrame()


def _stability(clusters: Clusters, number: int, *, lang: str) -> str:
    if clusters.k == 1:
        return ""
    words, cluster = wording.load(lang, _FILE), clusters.cluster(number)
    told = [
        str(words["fragile" if cluster.fragile else "stable"]),
        str(words["stability"]).format(stability=money.percent(cluster.stability, lang=lang)),
    ]
    return ", ".join([*told, str(words["blurred"])] if cluster.blurred else told)


def _motives(row: dict[str, int], *, lang: str) -> dict[str, float]:
    donors = row["donors"]
    if not donors or row["motive_unknown"] == donors:
        return {}
    return {
        motive_words.label(motive, lang=lang): row[f"motive_{motive}"] / donors
        for motive in _MOTIVES
    }
