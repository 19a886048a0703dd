"""Moments: what must be kept of people to compare them, and can be added up.

A few numbers a group (how many, means, and how quantities vary together) stand for the people
themselves: groups of one bucket, one day or one machine add up to those of the whole. Everything
that `mecene.experiments` says of means is worked out from them.
"""

from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import ArrayLike, NDArray


class DifferentQuantities(ValueError):
    """Groups were added up that do not measure the same quantities."""


class NotNumbers(ValueError):
    """A measure of somebody is missing or infinite."""


@dataclass(frozen=True, eq=False)
class Moments:
    """How many people, the mean of each quantity, and how the quantities vary together.

    Attributes:
        n: People, or households where they are the unit; 0 or more.
        means: One a quantity, in its unit; zeros where nobody was measured.
        products: Sums of products of the distances to the means, quantity × quantity.
    """

    n: int
    means: NDArray[np.float64]
    products: NDArray[np.float64]

    def __add__(self, other: "Moments") -> "Moments":
        """Return the moments of both groups together.

        Raises:
            DifferentQuantities: one measures more than the other.

        Source: Chan, Golub & LeVeque, Am. Stat. 37 (1983): exact where sums of squares would
        lose every figure.
        """
        if self.means.shape != other.means.shape:
            raise DifferentQuantities(
                f"groups of {self.means.size} and {other.means.size} quantities cannot be added"
            )
        n = self.n + other.n
        if n == 0:
            return self
        apart = other.means - self.means
        means = self.means + apart * (other.n / n)
        spread = np.outer(apart, apart) * (self.n * other.n / n)
        return Moments(n, means, self.products + other.products + spread)

    def combined(self, *weights: ArrayLike) -> "Moments":
        """Return the moments of sums of the quantities, each quantity times its weight.

        Args:
            weights: One array a new quantity, a weight a quantity of these. Shape (quantities,).
        """
        table = np.stack([np.asarray(each, dtype=np.float64) for each in weights])
        return Moments(self.n, table @ self.means, table @ self.products @ table.T)

    @property
    def covariance(self) -> NDArray[np.float64]:
        """Unbiased covariances of the quantities; not a number below two people."""
        if self.n < 2:
            return np.full(self.products.shape, np.nan)
        return self.products / (self.n - 1)


def of(*quantities: ArrayLike) -> Moments:
    """Return the moments of people from their measures, an array a quantity.

    Raises:
        DifferentQuantities: the arrays are not of one length.
        NotNumbers: a measure is missing or infinite; a person who gave nothing has 0.
    """
    columns = [np.asarray(each, dtype=np.float64) for each in quantities]
    if len({each.shape for each in columns}) != 1:
        raise DifferentQuantities("each quantity must be measured on the same people")
    table = np.stack(columns)
    if not np.isfinite(table).all():
        raise NotNumbers("a measure is missing or infinite: 0 stands for nothing, never a blank")
    n = table.shape[1]
    means = table.mean(axis=1) if n else np.zeros(len(columns))
    centred = table - means[:, None]
    return Moments(n, means, centred @ centred.T)


def together(groups: list[Moments]) -> Moments:
    """Return the moments of all groups together; at least one is asked for."""
    return reduce(Moments.__add__, groups)
