"""Several questions at once: which answers would chance alone not have given?

Of twenty comparisons without any effect, one is below 5 %. Holm keeps the chance of a single false
announcement below the level; Benjamini and Hochberg keep the share of false ones among those
announced, and find more.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mecene.experiments.difference import Difference


def holm(p: ArrayLike) -> NDArray[np.float64]:
    """Return p-values adjusted for their number, each to be compared with the level itself.

    Source: S. Holm (1979), "A simple sequentially rejective multiple test procedure",
    Scandinavian Journal of Statistics 6, 65-70.

    Args:
        p: In [0, 1], of any dependence. Shape (k,).
    """
    values = _checked(p)
    order = np.argsort(values, kind="stable")
    adjusted = np.maximum.accumulate(values[order] * np.arange(values.size, 0, -1))
    return _put_back(np.minimum(adjusted, 1.0), order)


def benjamini_hochberg(p: ArrayLike) -> NDArray[np.float64]:
    """Return p-values adjusted so that those below a level hold so many false ones at most.

    Source: Y. Benjamini and Y. Hochberg (1995), "Controlling the false discovery rate", Journal of
    the Royal Statistical Society B 57, 289-300.

    Args:
        p: In [0, 1], independent or positively dependent. Shape (k,).
    """
    values = _checked(p)
    order = np.argsort(values, kind="stable")[::-1]
    steps = values.size / np.arange(values.size, 0, -1)
    return _put_back(np.minimum(np.minimum.accumulate(values[order] * steps), 1.0), order)


def confidence_each(questions: int, *, confidence: float) -> float:
    """Return the confidence of each interval for all of them to hold together (Bonferroni).

    Args:
        questions: How many intervals, >= 1.
        confidence: Asked of all together, in (0, 1).
    """
    return 1 - (1 - confidence) / questions


def by_holm(differences: Sequence[Difference]) -> tuple[Difference, ...]:
    """Return differences with their p adjusted by Holm; their intervals stay as they are.

    For intervals that hold together, ask each of ``confidence_each``.
    """
    adjusted = holm([each.p for each in differences])
    return tuple(replace(each, p=float(p)) for each, p in zip(differences, adjusted, strict=True))


def _checked(p: ArrayLike) -> NDArray[np.float64]:
    values = np.asarray(p, dtype=np.float64)
    if not ((values >= 0) & (values <= 1)).all():
        raise ValueError("a p-value is missing or outside [0, 1]: what was refused is left out")
    return values


def _put_back(ordered: NDArray[np.float64], order: NDArray[np.intp]) -> NDArray[np.float64]:
    back = np.empty_like(ordered)
    back[order] = ordered
    return back
