"""Cohorts: of the donors acquired in a year, how many still gave one, two, ten years later."""

from functools import partial
from typing import Any

import altair as alt
import polars as pl

from mecene import money
from mecene.report import lexicon, look

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
    shown = shown.sort("cohort", "years_since").with_columns(
        written=look.written(
            shown.sort("cohort", "years_since")["share"], partial(money.percent, lang=lang)
        )
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
    plain: dict[str, Any] = {"ticks": False, "domain": False}
    base = alt.Chart(shown).encode(
        x=alt.X("years_since:O", title=title, axis=alt.Axis(orient="top", labelAngle=0, **plain)),
        y=alt.Y("cohort:O", title=None, axis=alt.Axis(**plain)),
    )
    colours = alt.Scale(domain=[0, top], range=look.SEQUENCE, interpolate="lab")
    cells = base.mark_rect(cornerRadius=2, stroke=look.PAPER, strokeWidth=2).encode(
        color=alt.Color("share:Q", legend=None, scale=colours)
    )
    text = base.mark_text(fontSize=12 if width == look.WIDE else 9).encode(
        text="written:N",
        color=alt.condition(alt.datum.share > 0.55 * top, alt.value("white"), alt.value(look.INK)),
    )
    height = max(60, 30 * shown["cohort"].n_unique())
    return alt.layer(cells, text).properties(width=width - 60, height=height)


def _in_words(shown: pl.DataFrame, *, lang: str) -> str:
    first = shown.filter(pl.col("years_since") == 1)
    if first.is_empty():
        return lexicon.say("alternatives.nothing", lang=lang)
    said = [
        f"{row['cohort']} : {money.percent(row['share'], lang=lang)}"
        if lang == "fr"
        else f"{row['cohort']}: {money.percent(row['share'], lang=lang)}"
        for row in first.to_dicts()
    ]
    return lexicon.say("alternatives.cohorts", lang=lang, list=", ".join(said))
