"""Bands: flows between columns, as boxes and the bands that join them; a Sankey diagram.

A flow is a row: ``stage`` (the passage, from 0), ``before``, ``now``, ``count``; ``absent`` is a
place outside the drawing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import altair as alt
import numpy as np
import polars as pl

from mecene import money
from mecene.report import look

ABSENT = "absent"
_GAP_SHARE = 0.012
_STEPS = 24
# The heights of the drawing and of a line of text, in pixels.
_HEIGHT, _LINE = 400, 15
_BAND = {
    "x": pl.Float64, "top": pl.Float64, "bottom": pl.Float64, "flow": pl.Int32,
    "before": pl.String, "stage": pl.Int32,
}  # fmt: skip


@dataclass(frozen=True)
class Bands:
    """A drawing: its boxes, the bands between them, what each column is called, the colours."""

    boxes: pl.DataFrame
    ribbons: pl.DataFrame
    stages: Sequence[str]
    colours: Mapping[str, str]


def of(
    flows: pl.DataFrame, *, stages: Sequence[str], colours: Mapping[str, str],
    names: Mapping[str, str], lang: str,
) -> Bands:  # fmt: skip
    """Return what is drawn of flows.

    Args:
        flows: ``stage``, ``before``, ``now``, ``count``.
        stages: What each column is called, one more than there are passages.
        colours: Place → its colour, in the order they stand from top to bottom.
        names: Place → its name.
        lang: ``fr`` or ``en``.
    """
    boxes = _named(_boxes(flows, len(stages), colours), names, lang=lang)
    return Bands(boxes, _ribbons(flows, boxes, colours), stages, colours)


def apart(places: list[float], least: float) -> list[float]:
    """Return sorted places moved as little as needed to stand ``least`` apart, within [0, 1]."""
    down = list(places)
    for number in range(1, len(down)):
        down[number] = max(down[number], down[number - 1] + least)
    highest = 1.0
    for number in reversed(range(len(down))):
        down[number] = min(down[number], highest)
        highest = down[number] - least
    return down


def chart(bands: Bands, width: int) -> Any:
    """Return the chart in a width in pixels."""
    boxes, ribbons, stages = bands.boxes, bands.ribbons, bands.stages
    large = width == look.WIDE
    last = len(stages) - 1
    # A phone has room for the last passage only.
    first = 0 if large else last - 1
    margin, size = (182, 12) if large else (128, 11)
    boxes = boxes.filter(pl.col("x") >= first)
    ribbons = ribbons.filter(pl.col("x") >= first, pl.col("stage") >= first)
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[first, last], nice=False))
    down = alt.Scale(domain=[0, 1], reverse=True, nice=False)
    y = alt.Y("top:Q", axis=None, scale=down)
    middle = alt.Y("middle:Q", axis=None, scale=down)
    colours = alt.Scale(domain=list(bands.colours), range=list(bands.colours.values()))
    areas = alt.Chart(ribbons).mark_area(opacity=0.42, line=False)
    bars = alt.Chart(boxes).mark_rule(strokeWidth=12, strokeCap="butt")
    text = "label:N" if large else "short:N"
    left = alt.Chart(boxes.filter(pl.col("x") == first)).encode(x=x, y=middle, text=text)
    right = alt.Chart(boxes.filter(pl.col("x") == last)).encode(x=x, y=middle, text=text)
    sides = (
        left.mark_text(align="right", dx=-11, fontSize=size),
        right.mark_text(align="left", dx=11, fontSize=size),
    )
    heads = [
        alt.Chart(pl.DataFrame({"x": [place], "stage": [stages[place]], "top": [0.0]}))
        .mark_text(dy=-16, fontWeight="bold", fontSize=size, **_side(place, first, large))
        .encode(x=x, y=y, text="stage:N")
        for place in range(first, last + 1)
    ]
    return (
        alt.layer(
            areas.encode(
                x=x,
                y=y,
                y2="bottom:Q",
                detail="flow:N",
                color=alt.Color("before:N", scale=colours, legend=None),
            ),
            bars.encode(
                x=x, y=y, y2="bottom:Q", color=alt.Color("segment:N", scale=colours, legend=None)
            ),
            *sides,
            *heads,
        )
        .resolve_scale(color="shared")
        .properties(
            width=width,
            height=_HEIGHT,
            # The names beside the drawing are marks: only a margin of our own keeps their room.
            autosize=alt.AutoSizeParams(type="none", contains="padding"),
            padding={"top": 30, "left": margin, "right": margin, "bottom": 8},
        )
    )


def _side(place: int, first: int, large: bool) -> dict[str, Any]:
    """Return where a day stands above its boxes: on a phone outwards, not on its neighbour."""
    if large:
        return {"align": "center"}
    return {"align": "right", "dx": 11} if place == first else {"align": "left", "dx": -11}


def _named(boxes: pl.DataFrame, names: Mapping[str, str], *, lang: str) -> pl.DataFrame:
    """Return the boxes with what is written beside each, and where, no name on another."""
    columns = []
    for _, column in boxes.group_by("x", maintain_order=True):
        middles = ((column["top"] + column["bottom"]) / 2).to_list()
        columns.append(column.with_columns(middle=pl.Series(apart(middles, _LINE / _HEIGHT))))
    named = pl.concat(columns) if columns else boxes.with_columns(middle=pl.col("top"))
    short = pl.col("segment").replace_strict(dict(names), default=pl.col("segment"))
    count = look.written(named["count"], partial(money.number, lang=lang))
    return named.with_columns(short=short, label=short + "  " + count)


def _boxes(flows: pl.DataFrame, stages: int, colours: Mapping[str, str]) -> pl.DataFrame:
    """Return where each segment stands in each column, as shares of the drawing's height."""
    held = [_held(flows, stage, stages) for stage in range(stages)]
    tallest = max((sum(column.values()) for column in held), default=0) or 1
    height = 1 - _GAP_SHARE * (max((len(column) for column in held), default=1) - 1)
    rows = []
    for stage, column in enumerate(held):
        top = 0.0
        for segment in (name for name in colours if name in column):
            share = column[segment] / tallest
            rows.append((stage, segment, column[segment], share, top, top + share * height))
            top += share * height + _GAP_SHARE
    return pl.DataFrame(
        rows, schema=["x", "segment", "count", "share", "top", "bottom"], orient="row"
    )


def _held(flows: pl.DataFrame, stage: int, stages: int) -> dict[str, int]:
    """Return the donors of each segment at one stage: before its passage, or after the last."""
    last = stage == stages - 1
    passage = flows.filter(pl.col("stage") == (stage - 1 if last else stage))
    side = "now" if last else "before"
    counts = passage.filter(pl.col(side) != ABSENT).group_by(side).agg(pl.col("count").sum())
    return {segment: int(donors) for segment, donors in counts.iter_rows()}


def _ribbons(flows: pl.DataFrame, boxes: pl.DataFrame, colours: Mapping[str, str]) -> pl.DataFrame:
    """Return the outline of each flow: a band that bends from its box to the next one."""
    place = {(row["x"], row["segment"]): row for row in boxes.to_dicts()}
    order = {name: rank for rank, name in enumerate(colours)}
    known = [row for row in flows.to_dicts() if ABSENT not in (row["before"], row["now"])]
    known.sort(key=lambda row: (row["stage"], order[row["before"]], order[row["now"]]))
    leaving = {key: box["top"] for key, box in place.items()}
    entering = dict(leaving)
    t = np.linspace(0, 1, _STEPS)
    bend = t * t * (3 - 2 * t)
    bands = []
    for number, row in enumerate(known):
        start, end = (row["stage"], row["before"]), (row["stage"] + 1, row["now"])
        box = place[start]
        thick = row["count"] / box["count"] * (box["bottom"] - box["top"])
        band = leaving[start] + (entering[end] - leaving[start]) * bend
        leaving[start] += thick
        entering[end] += thick
        bands.append(
            pl.DataFrame({"x": row["stage"] + t, "top": band, "bottom": band + thick}).with_columns(
                flow=pl.lit(number), before=pl.lit(row["before"]), stage=pl.lit(row["stage"])
            )
        )
    return pl.concat(bands) if bands else pl.DataFrame(schema=_BAND)
