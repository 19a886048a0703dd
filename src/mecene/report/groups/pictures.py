"""Pictures: how large each group is, in what it differs, and why there are that many."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import altair as alt
import polars as pl

from mecene import money
from mecene.report import look, shades
from mecene.report.groups import lexicon
from mecene.segments.cluster_page import GroupShown
from mecene.segments.clusters import Clusters

_MOST = 2.0  # spreads of the file: beyond, a tint says no more
_FEWER, _MORE = "#c2541a", "#00627a"


def sizes(groups: Sequence[GroupShown], *, currency: str, lang: str) -> look.Picture:
    """Draw each group's share of the donors beside its share of twelve months' income.

    Args:
        groups: As the page shows them.
        currency: ISO 4217 code of the amounts.
        lang: ``fr`` or ``en``.
    """
    percent = partial(money.percent, lang=lang)
    rows = [
        (
            f"{each.number}. {each.name}",
            money.number(each.donors, lang=lang),
            percent(each.donors_share),
            money.text(each.amount_12m_minor, currency=currency, lang=lang, decimals=0),
            percent(each.amount_12m_share) if each.amount_12m_share is not None else "–",
        )
        for each in groups
    ]
    parts = [lexicon.say(f"axes.{name}", lang=lang) for name in ("donors", "income")]
    drawn = pl.DataFrame(
        [
            {"name": row[0], "part": part, "share": share, "written": percent(share)}
            for each, row in zip(groups, rows, strict=True)
            for part, share in zip(
                parts, (each.donors_share, each.amount_12m_share or 0.0), strict=True
            )
        ]
    )
    said = ", ".join(f"{row[0]} {row[2]} / {row[4]}" for row in rows)
    return look.picture(
        "sizes",
        partial(_sizes_chart, drawn, [row[0] for row in rows], parts),
        alternative=lexicon.say("alternatives.sizes", lang=lang, list=said),
        header=("group", "donors", "donors_share", "income_12m", "income_share"),
        rows=rows,
        lang=lang,
        words=lexicon.LEXICON,
    )


def profile(clusters: Clusters, names: dict[int, str], *, lang: str) -> look.Picture:
    """Draw in which traits each group lies above or below all other donors.

    Args:
        clusters: The groups, two at least.
        names: What each is called.
        lang: ``fr`` or ``en``.
    """
    traits = lexicon.labels("traits", lang=lang)
    order = [traits[name] for name in clusters.scaling.traits]
    found = [
        {
            "group": f"{cluster.number}. {names[cluster.number]}",
            "number": lexicon.say("words.group", lang=lang, number=cluster.number),
            "trait": traits[each.trait],
            "standard": max(min(each.standard, _MOST), -_MOST),
            "written": f"{'+' if each.standard > 0 else ''}"
            + money.number(each.standard, lang=lang, decimals=1),
        }
        for cluster in clusters.clusters
        for each in cluster.differences
    ]
    drawn = pl.DataFrame(found).with_columns(
        colour=pl.col("standard").map_elements(_tint, return_dtype=pl.String),
        ink=pl.col("standard").map_elements(_ink, return_dtype=pl.String),
    )
    rows = [tuple(str(row[key]) for key in ("group", "trait", "written")) for row in found]
    strong = sorted(found, key=lambda row: -abs(float(row["standard"])))[:4]  # type: ignore[arg-type]
    said = ", ".join(f"{row['group']} : {row['trait']} {row['written']}" for row in strong)
    return look.picture(
        "profile",
        partial(_profile_chart, drawn, order),
        alternative=lexicon.say("alternatives.profile", lang=lang, list=said),
        header=("group", "trait", "difference"),
        rows=rows,
        lang=lang,
        words=lexicon.LEXICON,
    )


def _tint(standard: float) -> str:
    pale, dark = "#fffdf8", _MORE if standard > 0 else _FEWER
    share = min(abs(standard) / _MOST, 1.0)
    mixed = (
        round(int(pale[at : at + 2], 16) * (1 - share) + int(dark[at : at + 2], 16) * share)
        for at in (1, 3, 5)
    )
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def _ink(standard: float) -> str:
    return shades.ink_on(_tint(standard))


def _sizes_chart(drawn: pl.DataFrame, names: list[str], parts: list[str], width: int) -> Any:
    large = width == look.WIDE
    # A line for the name of each group, then one a bar: names are too long to stand beside.
    lines = drawn.with_columns(
        line=pl.int_range(pl.len()) // 2 * 3 + pl.int_range(pl.len()) % 2 + 1
    )
    heads = pl.DataFrame({"name": names, "line": [3 * place for place in range(len(names))]})
    order = list(range(3 * len(names)))
    y = alt.Y("line:O", scale=alt.Scale(domain=order, paddingInner=0.15), axis=None)
    scale = alt.Scale(domain=[0, look.largest(drawn["share"]) * (1.12 if large else 1.25)])
    bars = alt.Chart(lines).mark_bar(cornerRadiusEnd=2).encode(
        y=y,
        x=alt.X("share:Q", axis=None, scale=scale),
        color=alt.Color(
            "part:N", scale=alt.Scale(domain=parts, range=[look.ACCENT, "#e6b800"]),
            legend=alt.Legend(columns=2 if large else 1),
        ),
    )  # fmt: skip
    text = alt.Chart(lines).mark_text(align="left", dx=6, fontWeight="bold").encode(
        y=y, x=alt.X("share:Q", scale=scale), text="written:N"
    )  # fmt: skip
    named = alt.Chart(heads).mark_text(align="left", baseline="middle", dy=3, limit=width - 20)
    head = named.encode(y=y, x=alt.value(0), text="name:N")
    return alt.layer(bars, text, head).properties(width=width, height=22 * len(order))


def _profile_chart(drawn: pl.DataFrame, order: list[str], width: int) -> Any:
    large = width == look.WIDE
    y = alt.Y(
        "trait:N", sort=order, title=None,
        axis=alt.Axis(
            ticks=False, domain=False, labelPadding=8, labelLimit=240 if large else 140,
            labelColor=look.INK,
        ),
    )  # fmt: skip
    x = alt.X(
        "number:N", sort=None, title=None,
        axis=alt.Axis(
            orient="top", ticks=False, domain=False, labelAngle=0, labelColor=look.INK,
            labelFontWeight="bold", labelPadding=6,
        ),
    )  # fmt: skip
    base = alt.Chart(drawn).encode(x=x, y=y)
    return alt.layer(
        base.mark_rect(stroke=look.PAPER, strokeWidth=2).encode(
            color=alt.Color("colour:N", scale=None)
        ),
        base.mark_text().encode(text="written:N", color=alt.Color("ink:N", scale=None)),
    ).properties(width=width, height=32 * len(order))
