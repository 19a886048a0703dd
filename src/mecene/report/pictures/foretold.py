"""Foretold: how many should give, whether what was foretold happened, and what it is worth."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import altair as alt
import polars as pl

from mecene import money
from mecene.report import lexicon, look

_PERCENT = ".0%"
_BAND_COLOURS = (look.WARM, "#e6b800", "#56b4e9", look.ACCENT)
_LINE_COLOURS = (look.ACCENT, look.WARM, look.MUTED)
_TENTHS = 10


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


def calibration(curve: pl.DataFrame, *, lang: str) -> look.Picture:
    """Draw what was foretold of each tenth of donors against what happened.

    Args:
        curve: ``donors``, ``foretold`` and ``seen``, a row a group.
        lang: ``fr`` or ``en``.
    """
    percent = partial(money.percent, lang=lang, decimals=1)
    rows = [
        (
            money.number(place, lang=lang),
            money.number(row["donors"], lang=lang),
            percent(row["foretold"]),
            percent(row["seen"]),
        )
        for place, row in enumerate(curve.to_dicts(), start=1)
    ]
    said = [
        lexicon.say("alternatives.calibration_tenth", lang=lang, foretold=row[2], seen=row[3])
        for row in rows
    ]
    titles = [lexicon.say(f"axes.{name}", lang=lang) for name in ("foretold", "seen", "exactly")]
    return look.picture(
        "calibration",
        partial(_calibration_chart, curve, titles),
        alternative=lexicon.say("alternatives.calibration", lang=lang, list=", ".join(said)),
        header=("tenth", "donors", "foretold", "seen"),
        rows=rows,
        lang=lang,
    )


def gains(
    score: Sequence[float], rfm: Sequence[float], total_minor: float, *, currency: str, lang: str
) -> look.Picture:
    """Draw the money reached by writing to the first tenths of donors, in two orders.

    Args:
        score: Share of the money in the first tenth by expected value, the first two …; ten.
        rfm: The same by recency, frequency and amount.
        total_minor: All the money.
        currency: ISO 4217 code of the amounts.
        lang: ``fr`` or ``en``.
    """
    amount = partial(money.text, currency=currency, lang=lang, decimals=0)
    shares = [tenth / _TENTHS for tenth in range(1, _TENTHS + 1)]
    names = [lexicon.say(f"methods.{name}", lang=lang) for name in ("score", "rfm", "chance")]
    lines = ((0.0, *score), (0.0, *rfm), (0.0, *shares))
    unit = look.unit_for(total_minor, currency=currency, lang=lang)
    drawn = pl.DataFrame(
        [
            (name, depth, reached * total_minor / unit.divisor)
            for name, line in zip(names, lines, strict=True)
            for depth, reached in zip((0.0, *shares), line, strict=True)
        ],
        schema={"method": pl.String, "depth": pl.Float64, "reached": pl.Float64},
        orient="row",
    )
    return look.picture(
        "gains",
        partial(_gains_chart, drawn, names, lexicon.say("axes.file_share", lang=lang), unit.label),
        alternative=lexicon.say(
            "alternatives.gains",
            lang=lang,
            score=amount(score[1] * total_minor),
            rfm=amount(rfm[1] * total_minor),
            score_40=amount(score[3] * total_minor),
            rfm_40=amount(rfm[3] * total_minor),
        ),
        header=("depth", "reached_score", "reached_rfm"),
        rows=(
            (
                money.percent(depth, lang=lang, decimals=0),
                amount(mine * total_minor),
                amount(theirs * total_minor),
            )
            for depth, mine, theirs in zip(shares, score, rfm, strict=True)
        ),
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


def _calibration_chart(curve: pl.DataFrame, titles: Sequence[str], width: int) -> Any:
    most = min(1.0, 1.08 * max(look.largest(curve["foretold"]), look.largest(curve["seen"]), 0.05))
    scale = alt.Scale(domain=[0, most], nice=False)
    across = alt.Axis(format=_PERCENT, tickCount=5, grid=False)
    x = alt.X("foretold:Q", title=titles[0], axis=across, scale=scale)
    y = alt.Y("seen:Q", title=titles[1], axis=alt.Axis(format=_PERCENT, tickCount=5), scale=scale)
    ends = pl.DataFrame({"foretold": [0.0, most], "seen": [0.0, most]})
    name = pl.DataFrame({"foretold": [most * 0.72], "seen": [most * 0.72], "written": [titles[2]]})
    return alt.layer(
        alt.Chart(ends).mark_line(color=look.MUTED, strokeDash=[4, 4]).encode(x=x, y=y),
        alt.Chart(name)
        .mark_text(align="right", dx=-8, dy=-4, color=look.MUTED)
        .encode(x=x, y=y, text="written:N"),
        alt.Chart(curve).mark_line(color=look.ACCENT, strokeWidth=2).encode(x=x, y=y),
        alt.Chart(curve)
        .mark_point(filled=True, size=70, color=look.ACCENT, opacity=1)
        .encode(x=x, y=y),
    ).properties(width=width, height=300)


def _gains_chart(drawn: pl.DataFrame, names: list[str], title: str, unit: str, width: int) -> Any:
    columns = len(names) if width == look.WIDE else 1
    return (
        alt.Chart(drawn)
        .mark_line(strokeWidth=2.5)
        .encode(
            x=alt.X(
                "depth:Q", title=title, axis=alt.Axis(format=_PERCENT, tickCount=5, grid=False)
            ),
            y=alt.Y("reached:Q", title=unit, axis=alt.Axis(tickCount=5)),
            color=alt.Color(
                "method:N",
                scale=alt.Scale(domain=names, range=list(_LINE_COLOURS)),
                legend=alt.Legend(columns=columns, symbolType="stroke"),
            ),
            strokeDash=alt.StrokeDash(
                "method:N",
                scale=alt.Scale(domain=names, range=[[1, 0], [7, 3], [2, 3]]),
                legend=None,
            ),
        )
        .properties(width=width, height=280)
    )
