"""Mix: which elements to keep, for what they cost, so that most donors keep something they value?

Every set is tried: up to twenty elements the answer is exact. A donor is satisfied by a set that
holds one element they value. What it counts is what donors value now; it does not say what they
would do without it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mecene.loyalty.element import Element

MOST_ELEMENTS = 20


class TooManyElements(ValueError):
    """More elements than every set of which can be tried."""


@dataclass(frozen=True)
class Mix:
    """A set of elements: what it costs a year, and whom it satisfies.

    Attributes:
        elements: Codes, in the order they were given.
        cost_minor: Cents a year, at the uses of the year past.
        satisfied: Donors with one element among them that they value.
    """

    elements: tuple[str, ...]
    cost_minor: int
    satisfied: int


def frontier(
    elements: Sequence[Element], uses: Mapping[str, int], values: Mapping[frozenset[str], int]
) -> list[Mix]:
    """Return the sets that no other beats on both cost and donors, the cheapest first.

    Of sets that cost and satisfy the same, the one of fewest elements. The first is nothing at all,
    unless some valued element is free.

    Args:
        elements: At most ``MOST_ELEMENTS``, each code once.
        uses: Code → uses of the year past; 0 for those that are not there.
        values: Set of codes → donors who value just those (``mecene.loyalty.used.valued``).

    Raises:
        TooManyElements: there are more.
    """
    if len(elements) > MOST_ELEMENTS:
        raise TooManyElements(
            f"{len(elements)} elements; {MOST_ELEMENTS} at most can be tried in every set: "
            "leave out those nobody uses"
        )
    satisfied = _satisfied(elements, values)
    cost, size = np.zeros(1, np.int64), np.zeros(1, np.int64)
    for one in elements:
        each = one.cost_minor(uses.get(one.code, 0))
        cost, size = np.concatenate([cost, cost + each]), np.concatenate([size, size + 1])
    order = np.lexsort((size, -satisfied, cost))
    best = np.maximum.accumulate(satisfied[order])
    ahead = np.append(True, satisfied[order][1:] > best[:-1])
    return [
        Mix(tuple(one.code for place, one in enumerate(elements) if row >> place & 1),
            int(cost[row]), int(satisfied[row]))
        for row in order[ahead].tolist()
    ]  # fmt: skip


def within(found: Sequence[Mix], *, budget_minor: int) -> Mix | None:
    """Return the set of a frontier that satisfies most within a budget; None where none costs less.

    Args:
        found: From ``frontier``.
        budget_minor: Cents a year, >= 0.
    """
    return max(
        (one for one in found if one.cost_minor <= budget_minor),
        key=lambda one: one.satisfied, default=None,
    )  # fmt: skip


def _satisfied(
    elements: Sequence[Element], values: Mapping[frozenset[str], int]
) -> NDArray[np.int64]:
    """Return, for each set as a number whose bits are elements, the donors it satisfies.

    Whoever values only elements outside a set is not: donors are summed over the subsets of its
    complement, one element at a time.

    Source: the zeta transform of Yates (1937); Björklund et al., STOC 2007, section 2.
    """
    count = len(elements)
    place = {one.code: number for number, one in enumerate(elements)}
    within_ = np.zeros(1 << count, np.int64)
    total = 0
    for codes, donors in values.items():
        known = [place[code] for code in codes if code in place]
        if known:
            within_[sum(1 << number for number in known)] += donors
            total += donors
    for number in range(count):
        pairs = within_.reshape(-1, 2, 1 << number)
        pairs[:, 1] += pairs[:, 0]
    # The complement of a set is its number counted down from the last.
    return np.asarray(total - within_[::-1])
