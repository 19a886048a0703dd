"""Who leaves: which groups of donors did not give again, with how sure that is."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import altair as alt
import polars as pl

from mecene import money
from mecene.report import lexicon, look
from mecene.retention.who_leaves import Group

_COLOURS = {"more": look.WARM, "alike": look.MUTED, "less": "#00694d"}
# Pixels a character of a group's name takes.
_CHARACTER = 6.6


def picture(
    groups: Sequence[Group], names: Sequence[str], *, attrition: float, lang: str
) -> look.Picture:
    """Draw the attrition of groups of donors, each with its interval, against that of all.

    Args:
        groups: In the order of drawing, their attrition known.
        names: What each group is called.
        attrition: Of all donors, in [0, 1].
        lang: ``fr`` or ``en``.
    """
    percent = partial(money.percent, lang=lang)
    words = lexicon.labels("differs", lang=lang)
    drawn = pl.DataFrame(
        [
            (name, group.attrition, group.low, group.high, words[group.differs or "alike"])
            for group, name in zip(groups, names, strict=True)
        ],
        schema={
            "name": pl.String, "share": pl.Float64, "low": pl.Float64, "high": pl.Float64,
            "verdict": pl.String,
        },
        orient="row",
    )  # fmt: skip
    drawn = drawn.with_columns(written=look.written(drawn["share"], percent))
    most = drawn.sort("share", descending=True).head(5)
    said = ", ".join(f"{name} {written}" for name, written in most.select("name", "written").rows())
    together = lexicon.say("axes.everybody", lang=lang, share=percent(attrition))
    title = lexicon.say("axes.did_not_give_again", lang=lang)
    return look.picture(
        "who_leaves",
        partial(_chart, drawn, words, attrition, (together, title)),
        alternative=lexicon.say(
            "alternatives.who_leaves", lang=lang, list=said, all=percent(attrition)
        ),
        header=("group", "donors", "attrition", "interval", "against_all"),
        rows=(
            (
                name,
                money.number(group.donors, lang=lang),
                percent(group.attrition or 0.0),
                f"{percent(group.low or 0.0)} – {percent(group.high or 0.0)}",
                words[group.differs or "alike"],
            )
            for group, name in zip(groups, names, strict=True)
        ),
        lang=lang,
    )


def _chart(
    drawn: pl.DataFrame,
    words: dict[str, str],
    attrition: float,
    says: tuple[str, str],
    width: int,
) -> Any:
    together, title = says
    longest = drawn["name"].str.len_chars().max()
    room = min(float(str(longest or 0)) * _CHARACTER, 0.45 * width)
    colours = alt.Scale(domain=[words[name] for name in _COLOURS], range=list(_COLOURS.values()))
    y = alt.Y(
        "name:N",
        sort=drawn["name"].to_list(),
        title=None,
        axis=alt.Axis(ticks=False, domain=False, labelPadding=8, labelLimit=room, grid=True),
    )
    scale = alt.Scale(domainMin=0, nice=True)
    axis = alt.Axis(format=".0%", tickCount=5, grid=False)
    base = alt.Chart(drawn).encode(
        y=y, color=alt.Color("verdict:N", scale=colours, legend=alt.Legend(columns=3))
    )
    whole = alt.Chart(pl.DataFrame({"share": [attrition], "says": [together]}))
    return alt.layer(
        whole.mark_rule(color=look.INK, strokeDash=[4, 3]).encode(x="share:Q"),
        whole.mark_text(dy=-7, y=0, baseline="bottom").encode(x="share:Q", text="says:N"),
        base.mark_rule(strokeWidth=2.5, opacity=0.55).encode(
            x=alt.X("low:Q", title=title, axis=axis, scale=scale), x2="high:Q"
        ),
        base.mark_point(filled=True, size=75, opacity=1).encode(x="share:Q"),
        base.mark_text(align="left", dx=6, fontSize=11).encode(
            x="high:Q", text="written:N", color=alt.value(look.INK)
        ),
    ).properties(width=width, height=24 * drawn.height)
