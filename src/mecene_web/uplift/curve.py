"""Curve: what writing to the first share leaves, as a picture without script, and as figures."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mecene import money

WIDTH, HEIGHT = 640, 260
_LEFT, _RIGHT, _TOP, _GROUND = 12, 12, 34, 222


@dataclass(frozen=True)
class Mark:
    """A word beside an axis, and where; in units of the picture."""

    text: str
    x: float
    y: float
    anchor: str = "start"


@dataclass(frozen=True)
class Curve:
    """The picture: the line and the band of its interval, a ranking at random, nobody at 0."""

    line: str
    band: str
    straight: str
    zero: float
    levels: tuple[Mark, ...]
    shares: tuple[Mark, ...]


def drawn(points: Sequence[Sequence[float]], *, currency: str, lang: str) -> Curve:
    """Return the picture of ``[share, value, low, high, line]``, the money in minor units."""
    low = min(0.0, *(min(one[2], one[4]) for one in points))
    high = max(0.0, *(max(one[3], one[4]) for one in points))
    room = (high - low) * 0.06 or 1.0
    low, high = low - room, high + room

    def at(share: float, value: float) -> str:
        return f"{_x(share)},{y(value)}"

    def y(value: float) -> float:
        return round(_GROUND - (_GROUND - _TOP) * (value - low) / (high - low), 1)

    up = [at(one[0], one[3]) for one in points]
    down = [at(one[0], one[2]) for one in reversed(points)]
    best = max(points, key=lambda one: one[1])
    told = {0.0, best[1]} if best[1] > 0 else {0.0, points[-1][1]}
    return Curve(
        " ".join(at(one[0], one[1]) for one in points), " ".join(up + down),
        " ".join(at(one[0], one[4]) for one in (points[0], points[-1])), y(0.0),
        tuple(Mark(money.text(value, currency=currency, lang=lang, decimals=0), _LEFT, y(value) - 5)
              for value in sorted(told)),
        tuple(Mark(money.percent(share, lang=lang), _x(share), _GROUND + 24, anchor)
              for share, anchor in ((0.0, "start"), (0.5, "middle"), (1.0, "end"))),
    )  # fmt: skip


def table(points: Sequence[Sequence[float]], *, header: Sequence[str], lang: str) -> str:
    """Return the figures as CSV, as a spreadsheet of that language opens them; whole currency."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";" if lang == "fr" else ",", lineterminator="\r\n")
    writer.writerow(header)
    for share, *amounts in points:
        row = [f"{share:.2f}", *(f"{one / 100:.2f}" for one in amounts)]
        writer.writerow([cell.replace(".", ",") if lang == "fr" else cell for cell in row])
    return "\ufeff" + written.getvalue()


def _x(share: float) -> float:
    return round(_LEFT + (WIDTH - _LEFT - _RIGHT) * share, 1)


def picture(told: dict[str, Any], *, lang: str) -> Curve:
    """Return the picture of what a study says."""
    return drawn(told["curve"], currency=told["currency"], lang=lang)
