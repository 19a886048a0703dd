"""Life cycle: how many donors stand at each stage, and what they gave in twelve months."""

from functools import partial
from typing import Any

import altair as alt
import polars as pl

from mecene import money
from mecene.report import lexicon, look

# Pixels a character takes, figures and spaces alike, in the texts beside bars.
_CHARACTER = 6.8


def picture(segments: pl.DataFrame, *, currency: str, lang: str) -> look.Picture:
    """Draw the donors of each segment, with what they gave.

    Args:
        segments: ``segment``, ``donors``, ``amount_12m_minor``; one row a segment.
        currency: ISO 4217 code of the amounts.
        lang: ``fr`` or ``en``.
    """
    names = lexicon.labels("segments", lang=lang)
    rows = {row["segment"]: row for row in segments.to_dicts()}
    ordered = pl.DataFrame(
        [rows[name] for name in look.SEGMENT_COLOURS if name in rows], schema=segments.schema
    )
    everyone = max(int(ordered["donors"].sum()), 1)
    drawn = ordered.with_columns(
        label=pl.col("segment").replace_strict(names, default=pl.col("segment")),
        written=pl.Series(
            [_label(row, everyone, currency=currency, lang=lang) for row in ordered.to_dicts()],
            dtype=pl.String,
        ),
        count=look.written(ordered["donors"], partial(money.number, lang=lang)),
    )
    said = ", ".join(f"{label} {count}" for label, count in drawn.select("label", "count").rows())
    return look.picture(
        "life_cycle",
        partial(_chart, drawn),
        alternative=lexicon.say("alternatives.life_cycle", lang=lang, list=said),
        header=("segment", "donors", "amount_12m"),
        rows=(
            (
                row["label"],
                row["count"],
                money.text(row["amount_12m_minor"], currency=currency, lang=lang, decimals=0),
            )
            for row in drawn.to_dicts()
        ),
        lang=lang,
    )


def _chart(drawn: pl.DataFrame, width: int) -> Any:
    large = width == look.WIDE
    margin = 170 if large else 138
    label = "written" if large else "count"
    base = alt.Chart(drawn).encode(
        y=alt.Y(
            "label:N",
            sort=drawn["label"].to_list(),
            title=None,
            axis=alt.Axis(ticks=False, domain=False, labelPadding=8, labelLimit=margin),
        ),
        x=alt.X("donors:Q", axis=None, scale=_scale(drawn, label, room=width - margin)),
    )
    colours = alt.Scale(
        domain=drawn["segment"].to_list(),
        range=[look.SEGMENT_COLOURS[name] for name in drawn["segment"]],
    )
    bars = base.mark_bar(height=20, cornerRadiusEnd=3).encode(
        color=alt.Color("segment:N", legend=None, scale=colours)
    )
    text = base.mark_text(align="left", dx=6).encode(text=f"{label}:N")
    return alt.layer(bars, text).properties(width=width, height=drawn.height * 30)


def _scale(drawn: pl.DataFrame, label: str, *, room: float) -> alt.Scale:
    """Return the longest bars that leave each row room for what is written after it."""
    written = drawn[label].str.len_chars() * _CHARACTER + 12
    bars = [(room - width, donors) for width, donors in zip(written, drawn["donors"], strict=True)]
    each = min((width / donors for width, donors in bars if donors), default=1.0)
    return alt.Scale(domain=[0, room / max(each, 1e-9)], nice=False)


def _label(row: dict[str, int], everyone: int, *, currency: str, lang: str) -> str:
    share = row["donors"] / everyone
    part = money.percent(share, lang=lang, decimals=0 if share >= 0.01 else 1)
    written = f"{money.number(row['donors'], lang=lang)} ({part})"
    if not row["amount_12m_minor"]:
        return written
    amount = money.text(row["amount_12m_minor"], currency=currency, lang=lang, decimals=0)
    return f"{written} · {amount}"
