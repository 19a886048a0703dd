"""Values: how many donors are expected to give how much in the next three years."""

from functools import partial
from itertools import pairwise
from typing import Any

import altair as alt
import polars as pl

from mecene import money
from mecene.report import lexicon, look
from mecene.report.value_bands import EDGES


def picture(counts: pl.DataFrame, *, currency: str, lang: str) -> look.Picture:
    """Draw the donors of each band of expected value, and the share of the whole it holds.

    Args:
        counts: What ``value_bands.counted`` returns, summed over all donors.
        currency: ISO 4217 code of the amounts.
        lang: ``fr`` or ``en``.
    """
    labels = _labels(currency=currency, lang=lang)
    total = float(counts["value_minor"].sum()) or 1.0
    everyone = float(counts["donors"].sum()) or 1.0
    parts = [lexicon.say(f"tables.{name}", lang=lang) for name in ("donors_part", "value_part")]
    drawn = pl.DataFrame(
        [
            {"label": labels[row["band"]], "part": part, "share": share}
            for row in counts.to_dicts()
            for part, share in zip(
                parts, (row["donors"] / everyone, row["value_minor"] / total), strict=True
            )
        ],
        schema={"label": pl.String, "part": pl.String, "share": pl.Float64},
    )
    return look.picture(
        "values",
        partial(_chart, drawn, labels, parts, lexicon.say("axes.value_36m", lang=lang)),
        alternative=lexicon.say(
            "alternatives.values",
            lang=lang,
            total=money.text(total, currency=currency, lang=lang, decimals=0),
        ),
        header=("band", "donors", "value_36m"),
        rows=(
            (
                labels[row["band"]],
                money.number(row["donors"], lang=lang),
                money.text(row["value_minor"], currency=currency, lang=lang, decimals=0),
            )
            for row in counts.to_dicts()
        ),
        lang=lang,
    )


def _chart(drawn: pl.DataFrame, labels: list[str], parts: list[str], title: str, width: int) -> Any:
    angle = -30 if width == look.WIDE else -60
    return (
        alt.Chart(drawn)
        .mark_bar(cornerRadiusEnd=2)
        .encode(
            x=alt.X("label:N", sort=labels, title=title, axis=alt.Axis(labelAngle=angle)),
            xOffset=alt.XOffset("part:N", sort=parts),
            y=alt.Y("share:Q", title=None, axis=alt.Axis(format=".0%", tickCount=4)),
            color=alt.Color(
                "part:N", scale=alt.Scale(domain=parts, range=["#56b4e9", look.ACCENT])
            ),
        )
        .properties(width=width, height=230)
    )


def _labels(*, currency: str, lang: str) -> list[str]:
    sign = money.symbol(currency)
    written = [money.number(edge, lang=lang) for edge in EDGES]
    parts = [*(f"{low}–{high}" for low, high in pairwise(written)), f"{written[-1]}+"]
    if lang == "fr":
        return [f"{part}\u00a0{sign}" for part in parts]
    return [f"{sign}{part}" if len(sign) == 1 else f"{sign}\u00a0{part}" for part in parts]
