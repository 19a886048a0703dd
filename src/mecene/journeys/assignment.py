"""Assignment: which arm a household is drawn into, for ever, and whether it is held out.

The draw is a hash of the experiment's name and of the household's number: nothing is stored,
nobody can shift it afterwards, and two people of one household are always on the same side. Another
experiment draws anew, independently.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

_STEPS = 1 << 53


class InvalidHoldOut(ValueError):
    """A hold-out of this share is none: 5 to 10 % of the households, or nobody."""


@dataclass(frozen=True)
class HoldOut:
    """Households that no journey solicits, so that what journeys cause can be told.

    Attributes:
        experiment: Its name; a new one (a new year) draws other households.
        share: In [0.05, 0.10], or 0 for none.

    Raises:
        InvalidHoldOut: the share is another.
    """

    experiment: str
    share: float

    def __post_init__(self) -> None:
        if self.share != 0 and not 0.05 <= self.share <= 0.10:
            raise InvalidHoldOut(
                f"journeys: a hold-out of {self.share:.1%} of the households; 5 to 10 %, or 0"
            )

    def holds(self, unit: str) -> bool:
        """Return whether a household, or a donor alone, is held out."""
        return draw(self.experiment, unit) < self.share


def unit(*, donor_id: int, household_id: int | None) -> str:
    """Return who is drawn: the household where one is known, else the donor."""
    return f"donor:{donor_id}" if household_id is None else f"household:{household_id}"


def draw(experiment: str, unit: str) -> float:
    """Return a number in [0, 1), uniform over units, always the same for the two."""
    digest = hashlib.blake2b(f"{experiment}\x1f{unit}".encode(), digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> 11) / _STEPS


def arm(experiment: str, unit: str, *, weights: Sequence[int]) -> int:
    """Return the place (from 0) of the arm a unit is drawn into.

    Args:
        experiment: Its name.
        unit: ``unit(...)``.
        weights: Of each arm, >= 0, their sum above 0.
    """
    drawn, reached = draw(experiment, unit) * sum(weights), 0
    for place, weight in enumerate(weights):
        reached += weight
        if drawn < reached:
            return place
    raise ValueError(f"journeys: {experiment}: the weights {list(weights)} sum to nothing")
