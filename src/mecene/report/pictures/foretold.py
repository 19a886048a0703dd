"""Foretold: how many donors should give, and how much."""

from functools import partial
from typing import Any

import altair as alt
import polars as pl

from mecene import money
from mecene.report import lexicon, look

_BAND_COLOURS = (look.WARM, "#e6b800", "#56b4e9", look.ACCENT)


def chances(bands: pl.DataFrame, *, currency: str, lang: str) -> look.Picture:
    """Draw the donors of each band of chance, with what is expected of them.

    Args:
        bands: What ``foretold.counted`` returns.
        currency: ISO 4217 code of the amounts.
        lang: ``fr`` or ``en``.
    """
    amount = partial(money.text, currency=currency, lang=lang, decimals=0)
    rows = [
        (
            lexicon.say(f"bands.b{row['band']}", lang=lang),
            money.number(row["donors"], lang=lang),
            amount(row["amount_12m_minor"]),
            amount(row["expected_minor"]),
        )
        for row in bands.to_dicts()
    ]
    said = [
        lexicon.say("alternatives.chance", lang=lang, band=band, donors=donors, amount=expected)
        for band, donors, _, expected in rows
    ]
    drawn = bands.select("band", "donors").with_columns(
        label=pl.Series([row[0] for row in rows], dtype=pl.String),
        written=pl.Series([f"{row[1]} · {row[3]}" for row in rows], dtype=pl.String),
        count=pl.Series([row[1] for row in rows], dtype=pl.String),
    )
    return look.picture(
        "chances",
        partial(_chances_chart, drawn),
        alternative=lexicon.say("alternatives.chances", lang=lang, list=", ".join(said)),
        header=("chance_band", "donors", "given_12m", "expected_12m"),
        rows=rows,
        lang=lang,
    )


def _chances_chart(drawn: pl.DataFrame, width: int) -> Any:
    large = width == look.WIDE
    margin, room = (150, 190) if large else (110, 60)
    most = max(look.largest(drawn["donors"]), 1.0)
    base = alt.Chart(drawn).encode(
        y=alt.Y(
            "label:N",
            sort=drawn["label"].to_list(),
            title=None,
            axis=alt.Axis(ticks=False, domain=False, labelPadding=8, labelLimit=margin),
        ),
        x=alt.X(
            "donors:Q",
            axis=None,
            scale=alt.Scale(domain=[0, most * width / (width - room)], nice=False),
        ),
    )
    colours = alt.Scale(
        domain=drawn["band"].to_list(), range=[_BAND_COLOURS[band] for band in drawn["band"]]
    )
    bars = base.mark_bar(height=22, cornerRadiusEnd=3).encode(
        color=alt.Color("band:N", legend=None, scale=colours)
    )
    text = base.mark_text(align="left", dx=6).encode(text="written:N" if large else "count:N")
    return alt.layer(bars, text).properties(width=width, height=drawn.height * 34)
