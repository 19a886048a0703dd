"""Cohorts: of the donors acquired in a year, how many still gave one, two, ten years later."""

from functools import partial
from typing import Any

import altair as alt
import polars as pl

from mecene import money
from mecene.report import lexicon, look, shades

_MOST_YEARS = 12


def picture(cohorts: pl.DataFrame, *, lang: str) -> look.Picture:
    """Draw the cohort triangle.

    Args:
        cohorts: ``cohort`` (how the year of the first gift is written), ``years_since``
            (0, 1, …), ``donors`` (of that cohort who gave that year), ``acquired``.
        lang: ``fr`` or ``en``.
    """
    latest = sorted(cohorts["cohort"].unique())[-_MOST_YEARS - 1 :]
    shown = cohorts.filter(
        pl.col("cohort").is_in(latest) & pl.col("years_since").is_between(1, _MOST_YEARS)
    ).with_columns(share=pl.col("donors") / pl.col("acquired"))
    shown = shown.sort("cohort", "years_since")
    shown = shown.with_columns(
        written=look.written(shown["share"], partial(money.percent, lang=lang)),
        short=look.written(shown["share"], lambda share: f"{100 * share:.0f}"),
    )
    return look.picture(
        "cohorts",
        partial(_chart, shown, lexicon.say("axes.years_since", lang=lang)),
        alternative=_in_words(shown, lang=lang),
        header=("cohort", "acquired", "years_since", "still_giving", "share"),
        rows=(
            (
                str(row["cohort"]),
                money.number(row["acquired"], lang=lang),
                str(row["years_since"]),
                money.number(row["donors"], lang=lang),
                money.percent(row["share"], lang=lang, decimals=1),
            )
            for row in shown.to_dicts()
        ),
        lang=lang,
    )


def _chart(shown: pl.DataFrame, title: str, width: int) -> Any:
    top = look.largest(shown["share"]) or 1.0
    fills = [shades.tint(share / top) for share in shown["share"]]
    shown = shown.with_columns(
        fill=pl.Series(fills, dtype=pl.String),
        ink=pl.Series([shades.ink_on(fill) for fill in fills], dtype=pl.String),
    )
    plain: dict[str, Any] = {"ticks": False, "domain": False}
    base = alt.Chart(shown).encode(
        x=alt.X("years_since:O", title=title, axis=alt.Axis(orient="top", labelAngle=0, **plain)),
        y=alt.Y("cohort:O", title=None, axis=alt.Axis(**plain)),
    )
    cells = base.mark_rect(cornerRadius=2, stroke=look.PAPER, strokeWidth=2).encode(
        color=alt.Color("fill:N", legend=None, scale=None)
    )
    years = shown["years_since"].n_unique()
    size = 12 if width == look.WIDE else 10 if years <= 7 else 7.5
    text = base.mark_text(fontSize=size).encode(
        text="written:N" if width == look.WIDE or years <= 7 else "short:N",
        color=alt.Color("ink:N", legend=None, scale=None),
    )
    height = max(60, 30 * shown["cohort"].n_unique())
    return alt.layer(cells, text).properties(width=width, height=height)


def _in_words(shown: pl.DataFrame, *, lang: str) -> str:
    first = shown.filter(pl.col("years_since") == 1)
    if first.is_empty():
        return lexicon.say("alternatives.nothing", lang=lang)
    said = [
        f"{row['cohort']}\u202f: {money.percent(row['share'], lang=lang)}"
        if lang == "fr"
        else f"{row['cohort']}: {money.percent(row['share'], lang=lang)}"
        for row in first.to_dicts()
    ]
    return lexicon.say("alternatives.cohorts", lang=lang, list=", ".join(said))
