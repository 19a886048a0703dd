"""Who leaves: which groups of donors did not give again, with how sure that is."""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import altair as alt
import polars as pl

from mecene import money
from mecene.report import lexicon, look
from mecene.retention.who_leaves import Group

_COLOURS = {"more": look.WARM, "alike": look.MUTED, "less": "#00694d"}


def picture(
    groups: Sequence[Group],
    *,
    dimensions: Mapping[str, str],
    values: Mapping[str, str],
    attrition: float,
    lang: str,
) -> look.Picture:
    """Draw the attrition of groups of donors, each with its interval, against that of all.

    Args:
        groups: In the order of drawing, each dimension together, their attrition known.
        dimensions: What each dimension is called.
        values: What values are called; one that is absent is its own name.
        attrition: Of all donors, in [0, 1].
        lang: ``fr`` or ``en``.
    """
    percent = partial(money.percent, lang=lang)
    verdicts = lexicon.labels("differs", lang=lang)
    rows = [
        (
            f"{dimensions[group.dimension]} · {values.get(group.value, group.value)}",
            money.number(group.donors, lang=lang),
            percent(group.attrition or 0.0),
            f"{percent(group.low or 0.0)} – {percent(group.high or 0.0)}",
            verdicts[group.differs or "alike"],
        )
        for group in groups
    ]
    most = sorted(zip(groups, rows, strict=True), key=lambda pair: -(pair[0].attrition or 0.0))
    said = ", ".join(f"{row[0]} {row[2]}" for _, row in most[:5])
    together = lexicon.say("axes.everybody", lang=lang, share=percent(attrition))
    drawn = _rows(groups, dimensions, values, verdicts, lang=lang)
    return look.picture(
        "who_leaves",
        partial(_chart, drawn, verdicts, (attrition, together)),
        alternative=lexicon.say(
            "alternatives.who_leaves", lang=lang, list=said, all=percent(attrition)
        ),
        header=("group", "donors", "attrition", "interval", "against_all"),
        rows=rows,
        lang=lang,
    )


def _rows(
    groups: Sequence[Group],
    dimensions: Mapping[str, str],
    values: Mapping[str, str],
    verdicts: Mapping[str, str],
    *,
    lang: str,
) -> pl.DataFrame:
    """Return the lines of the drawing from the top: a dimension's name, then its groups."""
    lines: list[tuple[Any, ...]] = []
    for dimension in dict.fromkeys(group.dimension for group in groups):
        lines.append((_capital(dimensions[dimension]), True, None, None, None, None, None))
        lines += [
            (
                _capital(values.get(group.value, group.value)),
                False,
                group.attrition,
                group.low,
                group.high,
                verdicts[group.differs or "alike"],
                money.percent(group.attrition or 0.0, lang=lang),
            )
            for group in groups
            if group.dimension == dimension
        ]
    schema = {
        "name": pl.String, "head": pl.Boolean, "share": pl.Float64, "low": pl.Float64,
        "high": pl.Float64, "verdict": pl.String, "written": pl.String,
    }  # fmt: skip
    return pl.DataFrame(lines, schema=schema, orient="row").with_row_index("line")


def _chart(
    drawn: pl.DataFrame, verdicts: Mapping[str, str], whole: tuple[float, str], width: int
) -> Any:
    large = width == look.WIDE
    attrition, together = whole
    colours = alt.Scale(domain=[verdicts[name] for name in _COLOURS], range=list(_COLOURS.values()))
    heads = drawn.filter("head")["line"].to_list()
    y = alt.Y(
        "line:O",
        title=None,
        axis=alt.Axis(
            ticks=False,
            domain=False,
            labelPadding=8,
            labelLimit=220 if large else 140,
            labelExpr=f"{json.dumps(drawn['name'].to_list())}[datum.value]",
            labelFontWeight=alt.condition(
                alt.FieldOneOfPredicate(field="value", oneOf=heads),
                alt.value("bold"),
                alt.value("normal"),
            ),
            labelColor=look.INK,
        ),
    )
    furthest = max(look.largest(drawn["high"]), attrition)
    # What is written stands in a column of its own, past the longest interval.
    scale = alt.Scale(domain=[0, furthest * (1.16 if large else 1.4)], nice=False)
    axis = alt.Axis(format=".0%", tickCount=5 if large else 3, grid=True)
    base = alt.Chart(drawn.filter(~pl.col("head"))).encode(
        y=y,
        color=alt.Color(
            "verdict:N", scale=colours, legend=alt.Legend(columns=3 if large else 1, offset=22)
        ),
    )
    names = alt.Chart(drawn).mark_point(opacity=0).encode(y=y)
    all_donors = alt.Chart(pl.DataFrame({"share": [attrition], "says": [together]}))
    return alt.layer(
        names,
        all_donors.mark_rule(color=look.INK, strokeDash=[4, 3]).encode(x="share:Q"),
        all_donors.mark_text(dy=-6, y=0, baseline="bottom").encode(x="share:Q", text="says:N"),
        base.mark_rule(strokeWidth=2).encode(
            x=alt.X("low:Q", title=None, axis=axis, scale=scale), x2="high:Q"
        ),
        base.mark_point(filled=True, size=75, opacity=1).encode(x="share:Q"),
        base.mark_text(align="right", fontWeight="bold").encode(
            x=alt.value(alt.ExprRef("width")), text="written:N"
        ),
    ).properties(width=width, height=22 * drawn.height)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
