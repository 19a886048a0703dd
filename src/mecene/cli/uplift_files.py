"""Uplift files: the table of a send as it is read, and what a study leaves on the disk."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mecene.report import spreadsheet
from mecene.sources import files, safe_writing
from mecene.sources.rejects import Ledger
from mecene.uplift import groups, policy, saved
from mecene.uplift.policy import Terms
from mecene.uplift.study import Study

MODEL, LIST = "uplift-model.json", "uplift-list.csv"
_SPACES = r"[\u00a0\u202f ]"


def read(path: Path, *, texts: tuple[str | None, ...] = ()) -> pl.DataFrame:
    """Return the rows of a CSV, workbook or Parquet file; numbers are numbers but in ``texts``.

    Raises:
        problems.Unreadable: it is no table that can be read.
    """
    kept = _as_written(path)
    return kept.select(
        series if series.name in texts else _number(series) for series in kept.get_columns()
    )


def write(found: Study, terms: Terms, into: Path, *, listed: Path | None, lang: str) -> list[Path]:
    """Write the model, and the next list aimed where there is one; return what was written.

    The list keeps its own cells as they are written, and gains three columns.

    Raises:
        IncompleteFeatures: the list lacks a column the model was taught with.
    """
    model = into / MODEL
    saved.write(found.learnt.model, model)
    if listed is None:
        return [model]
    path = into / LIST
    told = aim(found, terms, read(listed), lang=lang)
    whole = _as_written(listed).hstack(told)
    safe_writing.write_csv(whole, path, **spreadsheet.FORMAT[lang])
    return [model, path]


def aim(found: Study, terms: Terms, table: pl.DataFrame, *, lang: str) -> pl.DataFrame:
    """Return, row by row, the arm proposed, empty for none; the group; and the largest effect.

    The study's proposal is followed: aimed, everybody, the likeliest, or nobody.
    """
    model = found.learnt.model
    outcomes, effects = model.told(table)
    chosen = _followed(found, terms, outcomes, effects)
    names = pl.Series(["", *model.arms[1:]])
    where = pl.Series([groups.title(name, lang=lang) for name in groups.NAMES])
    return pl.DataFrame(
        {
            "uplift_arm": names.gather(chosen),
            "uplift_group": where.gather(groups.assign(effects, outcomes, terms)),
            "uplift_effect": pl.Series(effects.max(axis=1)).round(4),
        }
    )


def _followed(
    found: Study, terms: Terms, outcomes: NDArray[np.float64], effects: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return the arm of each under the policy that is proposed, within the budget."""
    kind, _, arm = found.comparison.proposed.partition(":")
    if kind == policy.AIMED:
        return policy.choose(effects, terms)
    if kind == policy.LIKELIEST:
        return policy.choose(outcomes[:, 1:], terms)
    wanted = np.full_like(effects, -np.inf)
    if kind == policy.EVERYBODY:
        # More than any cost: everybody is wanted alike, and the budget takes some by lot.
        place = found.learnt.model.arms.index(arm) - 1
        wanted[:, place] = 1 + terms.costs_minor[place] / terms.worth_minor
    return policy.choose(wanted, terms)


def figures(found: Study) -> dict[str, Any]:
    """Return a study as JSON has it: cents per person, and the outcome's unit."""
    compared = found.comparison
    return {
        "proposed": compared.proposed,
        "policies": [dataclasses.asdict(each) for each in compared.policies],
        "leads": {name: dataclasses.asdict(lead) for name, lead in compared.leads.items()},
        "rankings": [
            dataclasses.asdict(each) | {"at": {str(share): dataclasses.asdict(figure)
                                               for share, figure in each.at.items()}}
            for each in found.rankings
        ],
        "groups": [dataclasses.asdict(each) for each in found.groups],
        "auc": found.learnt.balance.auc,
    }  # fmt: skip


def _as_written(path: Path) -> pl.DataFrame:
    """Return the rows of a file, every cell a text."""
    parts = list(files.batches(files.inspect(path), ledger=Ledger()))
    whole = pl.concat(parts, how="vertical_relaxed") if parts else pl.DataFrame()
    return whole.drop("source_row", strict=False)


def _number(series: pl.Series) -> pl.Series:
    """Return a column of texts as numbers where each is one, else as it was."""
    bare = series.str.replace_all(_SPACES, "").str.replace(",", ".", literal=True)
    told = bare.cast(pl.Float64, strict=False)
    return told if told.null_count() == series.null_count() else series
