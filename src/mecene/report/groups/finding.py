"""Finding: which groups the donors of a file fall into, and what moves each of them.

Groups are sought in a sample, then every donor, batch by batch, goes to the nearest one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from mecene.engine.store import FactStore
from mecene.features import dictionary, summary
from mecene.segments import (
    behaviour,
    cluster_names,
    cluster_page,
    cluster_rules,
    clusters,
    motives,
    typical_donors,
)
from mecene.segments.cluster_page import Page as Shown
from mecene.segments.cluster_rules import Adopted
from mecene.segments.clusters import Clusters
from mecene.segments.motives import MotiveModel
from mecene.words import LANGUAGES

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Asked:
    """What is looked for: in which facts, on which day, in which language, and how many groups.

    ``number`` None: as many as the file argues for. ``into`` is an empty folder for tables of
    donors.
    """

    store: FactStore
    as_of: date
    lang: str
    into: Path
    number: int | None = None
    seed: int = 0


@dataclass(frozen=True)
class Groups:
    """What was found.

    Attributes:
        asked: What was looked for.
        clusters: The groups.
        shown: What a page says of them.
        conditions: Number of a group → the condition that stands for it; absent where too few
            donors of the sample are in it, or all.
        motives: What donors do of contents of each motive.
        donors: A folder of Parquet parts: ``donor_id``, ``cluster``, its name in each language and
            ``motives.score``.
        currency: ISO 4217 code of the amounts.
    """

    asked: Asked
    clusters: Clusters
    shown: Shown
    conditions: dict[int, Adopted]
    motives: MotiveModel
    donors: Path
    currency: str


def find(asked: Asked, *, on_progress: Progress) -> Groups:
    """Return the groups of a file.

    Raises:
        behaviour.NobodyToGroup: nobody had given, or nobody may be profiled.
    """
    rng = np.random.default_rng(asked.seed)
    parts = _summaries(asked, on_progress)
    on_progress("groups", 0, 0)
    batches = (pl.read_parquet(part) for part in parts)
    sample = behaviour.sample(batches, size=clusters.SAMPLE_DONORS, rng=rng)
    found = clusters.fit(sample, rng=rng, groups=asked.number)
    # Who opens the report, and who asks for one donor, may not read the same language.
    names = {lang: cluster_names.names(found, lang=lang) for lang in LANGUAGES}
    moved = motives.fit(
        motives.added(
            *(
                motives.parts(_in_groups(pl.read_parquet(part), found), group="cluster")
                for part in parts
            )
        )
    )
    sums = _assigned(parts, found, moved, names, asked)
    currency = found.scaling.currency or "EUR"
    return Groups(
        asked=asked,
        clusters=found,
        shown=cluster_page.shown(
            found,
            sums=sums,
            typical=typical_donors.of(found, sample),
            lang=asked.lang,
            currency=currency,
        ),
        conditions=_conditions(found, sample, names[asked.lang], rng),
        motives=moved,
        donors=_folder(asked),
        currency=currency,
    )


def _summaries(asked: Asked, on_progress: Progress) -> list[Path]:
    folder = asked.into / "summary"
    folder.mkdir(parents=True)
    _folder(asked).mkdir()
    wanted = dict.fromkeys([*behaviour.READS, *motives.READS, "amount_12m_minor"])
    families = tuple(
        name
        for name in dictionary.families()
        if any(column.name in wanted for column in dictionary.columns((name,)))
    )
    on_progress("features", 0, 0)
    parts: list[Path] = []
    for batch in summary.batches(asked.store, as_of=asked.as_of, families=families):
        parts.append(folder / f"{len(parts):06}.parquet")
        batch.sort("donor_id").select(*wanted).write_parquet(parts[-1])
    return parts


def _assigned(
    parts: list[Path],
    found: Clusters,
    moved: MotiveModel,
    names: dict[str, dict[int, str]],
    asked: Asked,
) -> pl.DataFrame:
    """Write the group and the motive of each donor; return the sums of each group."""
    sums = []
    for part in parts:
        batch = pl.read_parquet(part)
        grouped = _in_groups(batch, found)
        assigned = grouped.select("donor_id", pl.col("cluster").cast(pl.Int64))
        scored = motives.score(moved, grouped, group="cluster")
        currency = found.scaling.currency
        sums.append(cluster_page.parts(batch, assigned, currency=currency, motives=scored))
        told = assigned.with_columns(
            pl.col("cluster")
            .replace_strict(names[lang], default=None, return_dtype=pl.String)
            .alias(f"cluster_name_{lang}")
            for lang in LANGUAGES
        )
        told.join(scored, on="donor_id", validate="1:1").write_parquet(_folder(asked) / part.name)
    return cluster_page.added(*sums)


def _in_groups(batch: pl.DataFrame, found: Clusters) -> pl.DataFrame:
    """Return donors with the number of their group, as text."""
    return batch.with_columns(clusters.assign(found, batch)["cluster"].cast(pl.String))


def _conditions(
    found: Clusters, sample: pl.DataFrame, names: dict[int, str], rng: np.random.Generator
) -> dict[int, Adopted]:
    adopted = {}
    for number, name in names.items():
        try:
            adopted[number] = cluster_rules.adopt(
                found, sample, which=number, name=f"group_{number}", title=name, rng=rng
            )
        except cluster_rules.CannotAdopt:
            continue
    return adopted


def _folder(asked: Asked) -> Path:
    return asked.into / "donors"
