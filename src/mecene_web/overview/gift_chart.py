"""Gift chart: what a donor gave each year, as bars of a picture that needs no script."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, _GROUND, _TOP = 640, 180, 150, 24
_MOST_YEARS = 12


@dataclass(frozen=True)
class Bar:
    """A year: where its bar stands, and what it says. Lengths in units of the picture."""

    year: int
    gifts: int
    minor: int
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """Return where its words are centred."""
        return round(self.x + self.width / 2, 1)

    @property
    def label_y(self) -> float:
        """Return where its amount stands, above it."""
        return round(self.y - 6, 1)


def bars(years: Sequence[tuple[int, int, int]], *, until: int) -> tuple[Bar, ...]:
    """Return a bar a year, none left out, up to ``until``; at most the twelve latest.

    Args:
        years: (year, gifts, minor units).
        until: The last year shown.
    """
    if not years:
        return ()
    given = {year: (gifts, minor) for year, gifts, minor in years}
    last = max(until, *given)
    first = max(min(given), last - _MOST_YEARS + 1)
    most = max((given[year][1] for year in given if year >= first), default=0) or 1
    step = min(WIDTH / (last - first + 1), 96)
    found = []
    for place, year in enumerate(range(first, last + 1)):
        gifts, minor = given.get(year, (0, 0))
        height = round((_GROUND - _TOP) * minor / most, 1)
        found.append(Bar(year, gifts, minor, round(place * step + step * 0.15, 1),
                         round(_GROUND - height, 1), round(step * 0.7, 1), height))  # fmt: skip
    return tuple(found)
