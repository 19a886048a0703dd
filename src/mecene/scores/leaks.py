"""Leaks: what is wrong with the rows a score is about to learn from?

A column that knows the future is refused, by name: a score taught with it would be a fine picture
of the past and foretell nothing. What can be lived with is a warning, with a sentence in
``leaks.toml``; nothing passes in silence.
"""

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mecene.features import dictionary
from mecene.scores import design, goodness
from mecene.scores.training import Rows

Vector = NDArray[np.float64]

WARNINGS = (
    "constant_outcome", "extreme_amount", "one_donor_many_gifts", "years_without_gifts",
    "mixed_currencies", "constant_further_column",
)  # fmt: skip
KNOWS_THE_FUTURE = 0.98  # AUC of one column alone
_HONEST_MARGIN = 0.04
_FURTHER_MARGIN = 0.15  # above the best of the dictionary's columns, from an AUC of 0.90
_FURTHER_LEAST = 0.90
_LEAST_OUTCOMES = 30
_EXTREME = 0.5  # of all that is given, by one donor
_MANY_GIFTS = 100_000
_MIXED = 0.01
_MOST_ROWS = 20_000


class LeakingColumn(ValueError):
    """A column, ``column``, knows what happened after the day it is said to be known on."""

    def __init__(self, column: str, message: str) -> None:
        self.column = column
        super().__init__(message)


class UnknownFurtherColumn(ValueError):
    """A further column is not in the training rows."""


class NotANumber(ValueError):
    """A further column holds text, or an infinite number."""


class UnknownWarning(LookupError):
    """There is no such warning, or no such language."""


def check(rows: Sequence[Rows], *, further: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the warnings training rows deserve, of ``WARNINGS``, in that order.

    Args:
        rows: Donors on each origin, with what they then did.
        further: The association's own columns of numbers.

    Raises:
        UnknownFurtherColumn: a further column is missing on an origin.
        NotANumber: a further column is no number, or infinite.
        LeakingColumn: a column knows the future.
    """
    for part in rows:
        _check_further(part, further)
    parts = [part for part in rows if part.frame.height]
    found = _telling(parts, further)
    if found is not None:
        column, auc, best, origin = found
        raise LeakingColumn(
            column,
            f"training rows of {origin}: column `{column}` alone tells who then gave (AUC "
            f"{auc:.3f}, the best other column {best:.3f}); it holds what was known only "
            "later: leave it out, or give its value as of each origin",
        )
    raised = _raised(parts, further)
    return tuple(name for name in WARNINGS if raised[name])


def sentence(name: str, *, lang: str) -> str:
    """Return a warning as a sentence.

    Raises:
        UnknownWarning: there is no such warning, or ``lang`` is neither ``fr`` nor ``en``.
    """
    try:
        return str(_sentences()[name][lang])
    except KeyError as missing:
        raise UnknownWarning(f"warning {name!r} in {lang!r}: {missing} is missing") from missing


def column(name: str, *, lang: str) -> str:
    """Return what a column is called; one of the association's own is its own name."""
    known = {each.name: each for each in dictionary.columns()}
    if name not in known:
        return name
    return known[name].label_fr if lang == "fr" else known[name].label_en


def telling(
    frame: pl.DataFrame, outcome: Vector, *, further: Sequence[str] = ()
) -> dict[str, float]:
    """Return how well each column alone, or its absence, tells the outcome: AUC in [0.5, 1]."""
    numbers = design.plain(frame, further=further)
    found = {}
    for name in numbers.columns:
        values = numbers[name].to_numpy()
        unknown = np.isnan(values)
        filled = np.where(unknown, -1e300, values)
        aucs = [goodness.auc(filled, outcome)]
        if unknown.any():
            aucs += [goodness.auc(unknown * 1.0, outcome)]
            aucs += [goodness.auc(np.where(unknown, 1e300, values), outcome)]
        found[name] = max(max(auc, 1 - auc) for auc in aucs)
    return found


def _check_further(part: Rows, further: Sequence[str]) -> None:
    for name in further:
        if name not in part.frame.columns:
            raise UnknownFurtherColumn(
                f"training rows of {part.origin}: further column `{name}` is missing; "
                "give it on every origin, or leave it out"
            )
        kind = part.frame.schema[name]
        if not (kind.is_numeric() or kind == pl.Boolean):
            raise NotANumber(
                f"training rows of {part.origin}: further column `{name}` is {kind}; "
                "a score reads numbers: turn its words into yes or no columns"
            )
        infinite = part.frame[name].cast(pl.Float64).is_infinite()
        if infinite.any():
            raise NotANumber(
                f"training rows of {part.origin}: further column `{name}` is infinite in row "
                f"{int(infinite.arg_max() or 0) + 1}; leave the cell empty where it is unknown"
            )


def _telling(
    parts: Sequence[Rows], further: Sequence[str]
) -> tuple[str, float, float, object] | None:
    """Return the column that knows the future, its AUC, the best other and the origin."""
    for part in reversed(parts):
        donors = part.frame.filter(pl.col("gifts") > 0).head(_MOST_ROWS)
        outcome = (donors["period_gifts"] > 0).to_numpy().astype(np.float64)
        if min(outcome.sum(), len(outcome) - outcome.sum()) < _LEAST_OUTCOMES:
            continue
        aucs = telling(donors, outcome, further=further)
        ranked = sorted(aucs, key=lambda name: -aucs[name])
        honest = max((auc for name, auc in aucs.items() if name not in further), default=0.5)
        for place, name in enumerate(ranked):
            others = [aucs[other] for other in ranked[place + 1 :] if other not in further]
            best = max(others, default=0.5)
            if aucs[name] >= KNOWS_THE_FUTURE and aucs[name] - best >= _HONEST_MARGIN:
                return name, aucs[name], best, part.origin
            beyond = aucs[name] >= max(_FURTHER_LEAST, honest + _FURTHER_MARGIN)
            if name in further and beyond:
                return name, aucs[name], honest, part.origin
    return None


def _raised(parts: Sequence[Rows], further: Sequence[str]) -> dict[str, bool]:
    if not parts:
        return dict.fromkeys(WARNINGS, False)
    last = parts[-1].frame
    gave = [_share(part.frame["period_gifts"] > 0) for part in parts]
    donors = last.filter(pl.col("gifts") > 0)
    given = donors["amount_minor"].fill_null(0)
    mixed = _share(donors["other_currency_gifts"].fill_null(0) > 0)
    currencies = donors["currency"].drop_nulls().value_counts()["count"]
    rare = 1 - currencies.max() / currencies.sum() if len(currencies) else 0.0  # type: ignore[operator]
    return {
        "constant_outcome": len(set(gave)) == 1 and gave[0] in (0.0, 1.0),
        "extreme_amount": donors.height >= 20 and _share_of_largest(given) > _EXTREME,
        "one_donor_many_gifts": bool((donors["gifts"] >= _MANY_GIFTS).any()),
        "years_without_gifts": max(gave) > 0 and min(gave) == 0,
        "mixed_currencies": max(float(rare), mixed) > _MIXED,
        "constant_further_column": any(
            pl.concat([part.frame[name] for part in parts]).n_unique() < 2 for name in further
        ),
    }


def _share(happened: pl.Series) -> float:
    return float(happened.sum()) / max(len(happened), 1)


def _share_of_largest(given: pl.Series) -> float:
    total = int(given.sum())
    return int(given.max()) / total if total else 0.0  # type: ignore[arg-type]


@cache
def _sentences() -> dict[str, Any]:
    text = resources.files("mecene.scores").joinpath("leaks.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
