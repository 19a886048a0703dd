"""Gaps: which share of the donors' records lacks an e-mail, a phone, an address."""

from functools import partial
from typing import Any

import altair as alt
import polars as pl

from mecene import money
from mecene.report import lexicon, look


def picture(gaps: dict[str, int], *, donors: int, lang: str) -> look.Picture:
    """Draw what is missing, most missed first.

    Args:
        gaps: Name under ``gaps`` in the report's words → donors without it.
        donors: All donors, >= 1.
        lang: ``fr`` or ``en``.
    """
    names = lexicon.labels("gaps", lang=lang)
    ordered = sorted(gaps.items(), key=lambda item: -item[1])
    rows = [
        (names[name], money.number(number, lang=lang), money.percent(number / donors, lang=lang))
        for name, number in ordered
    ]
    drawn = pl.DataFrame(
        [
            (name, number / donors, share, f"{share} ({count})")
            for (name, count, share), (_, number) in zip(rows, ordered, strict=True)
        ],
        schema={"name": pl.String, "share": pl.Float64, "short": pl.String, "written": pl.String},
        orient="row",
    ).with_columns(whole=1.0)
    said = ", ".join(f"{name} {share}" for name, _, share in rows)
    return look.picture(
        "gaps",
        partial(_chart, drawn),
        alternative=lexicon.say("alternatives.gaps", lang=lang, list=said),
        header=("missing", "donors", "share"),
        rows=rows,
        lang=lang,
    )


def _chart(drawn: pl.DataFrame, width: int) -> Any:
    base = alt.Chart(drawn).encode(
        y=alt.Y(
            "name:N",
            sort=drawn["name"].to_list(),
            title=None,
            axis=alt.Axis(ticks=False, domain=False, labelPadding=8),
        ),
    )
    # The bar is out of all donors; what is written after it needs room too.
    scale = alt.Scale(domain=[0, 1.18 if width == look.WIDE else 1.32], nice=False)
    share, whole = (alt.X(f"{name}:Q", axis=None, scale=scale) for name in ("share", "whole"))
    full = base.mark_bar(height=14, color=look.RULE, cornerRadius=3).encode(x=whole)
    return alt.layer(
        full,
        base.mark_bar(height=14, color=look.WARM, cornerRadiusEnd=3).encode(x=share),
        base.mark_text(align="left", dx=6).encode(
            x=whole, text="written:N" if width == look.WIDE else "short:N"
        ),
    ).properties(width=width, height=30 * drawn.height)
