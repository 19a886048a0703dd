"""Curve: what the best mixes cost, and how many donors each satisfies; a picture without script."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mecene import money

WIDTH, HEIGHT = 640, 260
_LEFT, _RIGHT, _TOP, _GROUND = 12, 12, 34, 222
_PNG_TIMES = 2


@dataclass(frozen=True)
class Mark:
    """A word beside an axis, and where; in units of the picture."""

    text: str
    x: float
    y: float
    anchor: str = "start"


@dataclass(frozen=True)
class Curve:
    """The picture: steps of the best mixes, their dots, the one chosen, and what axes say."""

    line: str
    dots: tuple[tuple[float, float], ...]
    chosen: tuple[float, float] | None
    marks: tuple[Mark, ...]


def drawn(
    frontier: Sequence[Mapping[str, Any]], *, chosen: Mapping[str, Any] | None, currency: str,
    lang: str,
) -> Curve:  # fmt: skip
    """Return the picture of mixes, the cheapest first; satisfied donors rise with the cost."""
    dearest = max(frontier[-1]["cost_minor"], 1)
    most = max(frontier[-1]["satisfied"], 1)

    def at(one: Mapping[str, Any]) -> tuple[float, float]:
        x = _LEFT + (WIDTH - _LEFT - _RIGHT) * one["cost_minor"] / dearest
        return round(x, 1), round(_GROUND - (_GROUND - _TOP) * one["satisfied"] / most, 1)

    dots = tuple(at(one) for one in frontier)
    steps: list[str] = []
    for place, (x, y) in enumerate(dots):
        if place:
            steps.append(f"{x},{dots[place - 1][1]}")
        steps.append(f"{x},{y}")
    dear = money.text(frontier[-1]["cost_minor"], currency=currency, lang=lang, decimals=0)
    none = money.text(0, currency=currency, lang=lang, decimals=0)
    return Curve(
        " ".join(steps), dots, at(chosen) if chosen else None,
        (Mark(money.number(frontier[-1]["satisfied"], lang=lang), WIDTH - _RIGHT,
              dots[-1][1] - 10, "end"),
         Mark(none, _LEFT, _GROUND + 24), Mark(dear, WIDTH - _RIGHT, _GROUND + 24, "end")),
    )  # fmt: skip


def table(
    frontier: Sequence[Mapping[str, Any]], names: Mapping[str, str], *, header: Sequence[str],
    lang: str,
) -> str:  # fmt: skip
    """Return the mixes as CSV, as a spreadsheet of that language opens them; whole currency."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";" if lang == "fr" else ",", lineterminator="\r\n")
    writer.writerow(header)
    for one in frontier:
        cost = f"{one['cost_minor'] / 100:.2f}"
        kept = " + ".join(names.get(code, code) for code in one["elements"])
        writer.writerow([cost.replace(".", ",") if lang == "fr" else cost, one["satisfied"], kept])
    return "\ufeff" + written.getvalue()


def png(svg: str) -> bytes:
    """Return a picture as PNG, on white."""
    import vl_convert

    drawn_: bytes = vl_convert.svg_to_png(svg, scale=_PNG_TIMES)
    return drawn_
