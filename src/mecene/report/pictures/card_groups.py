"""Card groups: how right a score is for the donors of each group, drawn."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import altair as alt
import polars as pl

from mecene import money
from mecene.report import group_names, lexicon, look

_PERCENT = ".0%"
_OF_A_GROUP = (
    "card_group", "donors", "foretold", "seen", "gap_points", "interval", "ordered_here", "alarmed",
)  # fmt: skip


def by_group(table: pl.DataFrame, drawn: str, *, lang: str) -> look.Picture:
    """Draw what was foretold of groups of donors beside what happened; figures of all groups.

    Args:
        table: ``Card.groups``, with a group of ``drawn`` that is large enough.
        drawn: The dimension that is drawn.
        lang: ``fr`` or ``en``.
    """
    told = table.filter(~pl.col("too_few"))
    shown = told.filter(pl.col("dimension") == drawn).sort("seen", descending=True)
    percent = partial(money.percent, lang=lang)
    said = [
        lexicon.say(
            "alternatives.card_group",
            lang=lang,
            group=group_names.named(drawn, row["group"], lang=lang),
            foretold=percent(row["foretold"]),
            seen=percent(row["seen"]),
        )
        for row in shown.to_dicts()
    ]
    names = [group_names.named(drawn, name, lang=lang) for name in shown["group"]]
    legend = [lexicon.say(f"axes.legend_{name}", lang=lang) for name in ("foretold", "seen")]
    return look.picture(
        "card_groups",
        partial(_groups_chart, _dots(shown, names, legend), names, legend),
        alternative=lexicon.say("alternatives.card_groups", lang=lang, list=", ".join(said)),
        header=_OF_A_GROUP,
        rows=_figures(told, lang=lang),
        lang=lang,
    )


def fairness(
    table: pl.DataFrame, whole: float, *, dimensions: Sequence[str], lang: str
) -> look.Picture:
    """Draw how far groups are foretold from what they did, each with its interval.

    Args:
        table: ``Card.fairness``, with groups large enough.
        whole: The gap of all donors, foretold less seen.
        dimensions: Those that are drawn, in order; figures are of all.
        lang: ``fr`` or ``en``.
    """
    told = table.filter(~pl.col("too_few"))
    shown = told.filter(pl.col("dimension").is_in(dimensions))
    names = [
        group_names.named(d, g, lang=lang) for d, g in shown.select("dimension", "group").rows()
    ]
    points = partial(_points, lang=lang)
    drawn = shown.select(
        "unequal",
        gap=100 * pl.col("gap"),
        low=100 * pl.col("gap_low"),
        high=100 * pl.col("gap_high"),
    ).with_columns(name=pl.Series(names, dtype=pl.String))
    said = ", ".join(f"{n} {points(g)}" for n, g in zip(names, shown["gap"], strict=True))
    at = lexicon.say("axes.whole", lang=lang, gap=points(whole))
    return look.picture(
        "fairness",
        partial(_fairness_chart, drawn, (100 * whole, at), lexicon.say("axes.gap", lang=lang)),
        alternative=lexicon.say("alternatives.fairness", lang=lang, list=said, all=points(whole)),
        header=_OF_A_GROUP,
        rows=_figures(told, lang=lang),
        lang=lang,
    )


def _figures(table: pl.DataFrame, *, lang: str) -> list[tuple[str, ...]]:
    percent = partial(money.percent, lang=lang)
    points = partial(_points, lang=lang)
    dimensions = lexicon.labels("dimensions", lang=lang)
    return [
        (
            f"{dimensions[row['dimension']]} · "
            + group_names.named(row["dimension"], row["group"], lang=lang),
            money.number(row["donors"], lang=lang),
            percent(row["foretold"], decimals=1),
            percent(row["seen"], decimals=1),
            points(row["gap"]),
            f"{points(row['gap_low'])} – {points(row['gap_high'])}",
            "–" if row["auc"] != row["auc"] else money.number(100 * row["auc"], lang=lang),
            percent(row["alarmed"]),
        )
        for row in table.to_dicts()
    ]


def _points(share: float, *, lang: str) -> str:
    return ("+" if share > 0 else "") + money.number(100 * share, lang=lang, decimals=1)


def _dots(shown: pl.DataFrame, names: Sequence[str], legend: Sequence[str]) -> pl.DataFrame:
    """Return a row a dot: foretold, and seen with its interval."""
    told = shown.with_columns(name=pl.Series(names, dtype=pl.String))
    ends = {"low": pl.lit(None, dtype=pl.Float64), "high": pl.lit(None, dtype=pl.Float64)}
    foretold = told.select("name", kind=pl.lit(legend[0]), share="foretold", **ends)
    seen = told.select(
        "name",
        kind=pl.lit(legend[1]),
        share="seen",
        low=(pl.col("foretold") - pl.col("gap_high")).clip(0, 1),
        high=(pl.col("foretold") - pl.col("gap_low")).clip(0, 1),
    )
    return pl.concat([foretold, seen])


def _groups_chart(
    dots: pl.DataFrame, names: Sequence[str], legend: Sequence[str], width: int
) -> Any:
    most = min(1.0, 1.05 * max(look.largest(dots["share"]), look.largest(dots["high"])))
    x = alt.X(
        "share:Q",
        title=None,
        axis=alt.Axis(format=_PERCENT, tickCount=5),
        scale=alt.Scale(domain=[0, most], nice=False),
    )
    base = alt.Chart(dots).encode(y=_named(names, width))
    colour = alt.Color(
        "kind:N",
        scale=alt.Scale(domain=list(legend), range=[look.WARM, look.ACCENT]),
        legend=alt.Legend(columns=2 if width == look.WIDE else 1),
    )
    shape = alt.Shape("kind:N", scale=alt.Scale(domain=list(legend), range=["diamond", "circle"]))
    return alt.layer(
        base.mark_rule(color=look.ACCENT, strokeWidth=1.5).encode(
            x=alt.X("low:Q", title=None), x2="high:Q"
        ),
        base.mark_point(filled=True, size=75, opacity=1).encode(x=x, color=colour, shape=shape),
    ).properties(width=width, height=24 * len(names) + 10)


def _fairness_chart(drawn: pl.DataFrame, whole: tuple[float, str], title: str, width: int) -> Any:
    names = drawn["name"].to_list()
    base = alt.Chart(drawn).encode(y=_named(names, width))
    band = pl.DataFrame({"low": [whole[0] - 5], "high": [whole[0] + 5]})
    line = alt.Chart(pl.DataFrame({"gap": [whole[0]], "written": [whole[1]]}))
    colour = alt.Color(
        "unequal:N",
        legend=None,
        scale=alt.Scale(domain=[False, True], range=[look.ACCENT, look.WARM]),
    )
    middle = (-look.largest(-drawn["low"]) + look.largest(drawn["high"])) / 2
    side: Any = "left" if whole[0] < middle else "right"
    x = alt.X("low:Q", title=title, axis=alt.Axis(tickCount=5))
    return alt.layer(
        alt.Chart(band).mark_rect(color=look.RULE, opacity=0.55).encode(x=x, x2="high:Q"),
        line.mark_rule(color=look.MUTED, strokeDash=[4, 4]).encode(x="gap:Q"),
        line.mark_text(
            align=side, baseline="bottom", dx=4 if side == "left" else -4, dy=-2, color=look.MUTED
        ).encode(x="gap:Q", y=alt.value(0), text="written:N"),
        base.mark_rule(strokeWidth=1.5).encode(x=x, x2="high:Q", color=colour),
        base.mark_point(filled=True, size=60, opacity=1).encode(x="gap:Q", color=colour),
    ).properties(width=width, height=20 * len(names) + 10)


def _named(names: Sequence[str], width: int) -> Any:
    room = 230 if width == look.WIDE else 128
    axis = alt.Axis(ticks=False, domain=False, labelPadding=8, labelLimit=room, title=None)
    return alt.Y("name:N", sort=list(names), axis=axis)
