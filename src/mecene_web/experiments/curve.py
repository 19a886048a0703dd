"""Curve: what decides, night after night, with its interval; a picture that needs no script."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from mecene.experiments import measures
from mecene.experiments.measures import Measure
from mecene_web.experiments.models import Reading

WIDTH, HEIGHT = 640, 240
_LEFT, _RIGHT, _TOP, _GROUND = 12, 12, 28, 206
_PNG_TIMES = 2


@dataclass(frozen=True)
class Point:
    """What one night said: the day, the estimate and its interval, in the measure's unit."""

    on: date
    estimate: float
    low: float
    high: float


@dataclass(frozen=True)
class Mark:
    """A word beside an axis, and where; in units of the picture."""

    text: str
    x: float
    y: float


@dataclass(frozen=True)
class Curve:
    """The picture: the line, the band of its interval, no change at all, and what axes say."""

    line: str
    band: str
    dots: tuple[tuple[float, float], ...]
    zero: float
    levels: tuple[Mark, ...]
    days: tuple[Mark, ...]


def points(readings: Sequence[Reading], *, arm: str) -> list[Point]:
    """Return what each night said of an arm, those that could not say anything left out."""
    found = []
    for one in readings:
        for said in one.metrics.get("verdicts", ()):
            if said["arm"] == arm and said["difference"]:
                told = said["difference"]
                found.append(Point(one.as_of, told["estimate"], told["low"], told["high"]))
    return found


def drawn(told: Sequence[Point], *, measure: Measure, currency: str, lang: str) -> Curve:
    """Return the picture of one point a night, two or more."""
    low = min(0.0, *(one.low for one in told))
    high = max(0.0, *(one.high for one in told))
    room = (high - low) * 0.06 or 1.0
    low, high = low - room, high + room
    first, last = told[0].on, told[-1].on
    days = max((last - first).days, 1)

    def x(on: date) -> float:
        return round(_LEFT + (WIDTH - _LEFT - _RIGHT) * (on - first).days / days, 1)

    def y(value: float) -> float:
        return round(_GROUND - (_GROUND - _TOP) * (value - low) / (high - low), 1)

    up = [f"{x(one.on)},{y(one.high)}" for one in told]
    down = [f"{x(one.on)},{y(one.low)}" for one in reversed(told)]
    return Curve(
        " ".join(f"{x(one.on)},{y(one.estimate)}" for one in told), " ".join(up + down),
        tuple((x(one.on), y(one.estimate)) for one in told), y(0.0),
        tuple(Mark(measures.apart(value, measure, currency=currency, lang=lang) if value else "0",
                   _LEFT, y(value) - 5) for value in _levels(told)),
        (Mark(_short(first, lang), _LEFT, _GROUND + 22),
         Mark(_short(last, lang), WIDTH - _RIGHT, _GROUND + 22)),
    )  # fmt: skip


def png(svg: str) -> bytes:
    """Return a picture as PNG, on white."""
    import vl_convert

    drawn_: bytes = vl_convert.svg_to_png(svg, scale=_PNG_TIMES)
    return drawn_


def table(told: Sequence[Point], *, header: Sequence[str], lang: str) -> str:
    """Return the figures as CSV, as a spreadsheet of that language opens them."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";" if lang == "fr" else ",", lineterminator="\r\n")
    writer.writerow(header)
    for one in told:
        row = [f"{value:.6g}" for value in (one.estimate, one.low, one.high)]
        writer.writerow([one.on.isoformat(),
                         *(cell.replace(".", ",") if lang == "fr" else cell for cell in row)])  # fmt: skip # noqa: E501
    return "\ufeff" + written.getvalue()


def _levels(told: Sequence[Point]) -> list[float]:
    """Return the levels written beside the axis: none, and how far the interval ever reached."""
    last = told[-1]
    return sorted({0.0, last.low, last.high} if last.low > 0 or last.high < 0
                  else {0.0, min(one.low for one in told), max(one.high for one in told)})  # fmt: skip # noqa: E501


def _short(on: date, lang: str) -> str:
    return f"{on.day:02d}/{on.month:02d}/{on.year}" if lang == "fr" else on.isoformat()
