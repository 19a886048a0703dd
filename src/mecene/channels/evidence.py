"""Evidence: what a summary of donors teaches of when and how people act, in a few hundred sums.

The evidence of a file is the sum of the evidence of its parts, in any order.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mecene.channels import traits

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Evidence:
    """By (trait, group): acts by choice, then acts and agreement of donors with two or more.

    Agreement is Σ n_c (n_c − 1) / (n − 1) over donors: how many of a donor's acts are of the same
    choice as another of theirs.
    """

    sums: Mapping[tuple[str, str], tuple[float, ...]]

    def __add__(self, other: Self) -> Self:
        keys = sorted({*self.sums, *other.sums})
        return type(self)({key: _added(self.sums.get(key), other.sums.get(key)) for key in keys})


def of(summary: pl.DataFrame) -> Evidence:
    """Return what the summary teaches.

    Raises:
        profiled.IncompleteSummary: a column is missing.
    """
    donors = traits.known(summary)
    groups = donors["group"].to_numpy()
    sums = {}
    for trait in traits.TRAITS:
        counts = donors.select(trait.columns).fill_null(0).to_numpy().astype(float)
        for group in traits.GROUPS:
            sums[trait.name, group] = _of(counts[groups == group])
    return Evidence(sums)


def _of(counts: Vector) -> tuple[float, ...]:
    acts = counts.sum(axis=1)
    several = counts[acts >= 2]
    total = acts[acts >= 2]
    agreement = (several * (several - 1)).sum(axis=1) / (total - 1)
    return (*counts.sum(axis=0).tolist(), float(total.sum()), float(agreement.sum()))


def _added(one: tuple[float, ...] | None, other: tuple[float, ...] | None) -> tuple[float, ...]:
    if one is None or other is None:
        return one or other or ()
    return tuple(a + b for a, b in zip(one, other, strict=True))
