"""Pictures: of what alarms speak, whether they held, and when donors act."""

from functools import partial
from typing import Any

import altair as alt
import polars as pl

from mecene import money
from mecene.report import look
from mecene.report.watch import lexicon
from mecene.report.watch.past import Past

_PERCENT = ".0%"


def signs(counted: pl.DataFrame, *, lang: str) -> look.Picture:
    """Draw of how many donors in alarm each sign speaks, first or beside another.

    Args:
        counted: What ``looking.signals_of`` returns.
        lang: ``fr`` or ``en``.
    """
    names = lexicon.labels("signs", lang=lang)
    number = partial(money.number, lang=lang)
    parts = [lexicon.say(f"axes.{name}", lang=lang) for name in ("leading", "beside")]
    rows = [
        (names[row["signal"]], number(row["leading"]), number(row["beside"]))
        for row in counted.to_dicts()
    ]
    drawn = pl.concat(
        counted.select(
            name=pl.col("signal").replace_strict(names),
            donors=pl.col(column),
            part=pl.lit(words),
            place=pl.lit(place),
        )
        for place, (column, words) in enumerate(zip(("leading", "beside"), parts, strict=True))
    )
    said = ", ".join(f"{name} {leading}" for name, leading, _ in rows[:5])
    return look.picture(
        "signs",
        partial(_signs_chart, drawn, [row[0] for row in rows], parts),
        alternative=lexicon.say("alternatives.signs", lang=lang, list=said),
        header=("sign", "leading", "beside"),
        rows=rows,
        lang=lang,
        words=lexicon.LEXICON,
    )


def false_alarms(past: Past, *, rate: float, lang: str) -> look.Picture:
    """Draw the share of those who stayed that was alarmed, against the rate that was asked.

    Args:
        past: How alarms held.
        rate: The one that is set today.
        lang: ``fr`` or ``en``.
    """
    percent = partial(money.percent, lang=lang, decimals=1)
    asked = sorted(past.at_rates)
    found = [past.at_rates[each] for each in asked]
    bounds = [each.false_alarm_interval() for each in found]
    rows = [
        (
            percent(each),
            money.number(marks.alarmed, lang=lang),
            percent(marks.false_alarm_rate),
            f"{percent(low)} – {percent(high)}",
            money.percent(marks.recall, lang=lang) if marks.lapsing else "–",
            money.percent(marks.precision, lang=lang) if marks.alarmed else "–",
        )
        for each, marks, (low, high) in zip(asked, found, bounds, strict=True)
    ]
    drawn = pl.DataFrame(
        {
            "asked": asked,
            "seen": [each.false_alarm_rate for each in found],
            "low": [low for low, _ in bounds],
            "high": [high for _, high in bounds],
            "written": [row[2] for row in rows],
            "set": [each == rate for each in asked],
        }
    )
    titles = [lexicon.say(f"axes.{name}", lang=lang) for name in ("asked", "seen", "exactly")]
    said = ", ".join(
        lexicon.say("alternatives.false_alarm", lang=lang, asked=row[0], seen=row[2])
        for row in rows
    )
    return look.picture(
        "false_alarms",
        partial(_false_alarms_chart, drawn, titles),
        alternative=lexicon.say("alternatives.false_alarms", lang=lang, list=said),
        header=("asked", "alarmed", "seen", "interval", "recall", "precision"),
        rows=rows,
        lang=lang,
        words=lexicon.LEXICON,
    )


def moments(acts: pl.DataFrame, trait: str, *, lang: str) -> look.Picture:
    """Draw which share of donors' acts falls on each day of the week, or at each hour.

    Args:
        acts: ``Watch.acts`` of that trait, some of them.
        trait: ``weekday`` or ``hour``.
        lang: ``fr`` or ``en``.
    """
    names = lexicon.labels({"weekday": "weekdays", "hour": "hours"}[trait], lang=lang)
    counts = dict(acts.select("choice", "acts").iter_rows())
    whole = sum(counts.values())
    shares = [counts.get(choice, 0) / whole for choice in names]
    rows = [
        (
            name,
            money.number(counts.get(choice, 0), lang=lang),
            money.percent(share, lang=lang),
        )
        for (choice, name), share in zip(names.items(), shares, strict=True)
    ]
    drawn = pl.DataFrame(
        {
            "name": list(names.values()),
            "acts": shares,
            "written": [row[2] for row in rows],
        }
    )
    most = sorted(zip(shares, rows, strict=True), key=lambda pair: -pair[0])[:3]
    return look.picture(
        f"moments_{trait}",
        partial(_moments_chart, drawn),
        alternative=lexicon.say(
            f"alternatives.moments_{trait}",
            lang=lang,
            list=", ".join(f"{row[0]} {row[2]}" for _, row in most),
        ),
        header=(trait, "acts", "share"),
        rows=rows,
        lang=lang,
        words=lexicon.LEXICON,
    )


def _signs_chart(drawn: pl.DataFrame, order: list[str], parts: list[str], width: int) -> Any:
    large = width == look.WIDE
    totals = drawn.group_by("name").agg(pl.col("donors").sum()).with_columns(
        written=pl.col("donors").cast(pl.String)
    )  # fmt: skip
    y = alt.Y(
        "name:N", sort=order, title=None,
        axis=alt.Axis(
            ticks=False, domain=False, labelPadding=8, labelLimit=250 if large else 150,
            labelColor=look.INK,
        ),
    )  # fmt: skip
    scale = alt.Scale(
        domain=[0, look.largest(totals["donors"]) * (1.15 if large else 1.35) + 1], nice=False
    )
    bars = alt.Chart(drawn).mark_bar(height=16, cornerRadiusEnd=2).encode(
        y=y,
        x=alt.X("donors:Q", title=None, axis=None, scale=scale, stack="zero"),
        color=alt.Color(
            "part:N", scale=alt.Scale(domain=parts, range=[look.ACCENT, "#9fc9d2"]),
            legend=alt.Legend(columns=2 if large else 1),
        ),
        order="place:Q",
    )  # fmt: skip
    text = alt.Chart(totals).mark_text(align="left", dx=6, fontWeight="bold").encode(
        y=y, x=alt.X("donors:Q", scale=scale), text="written:N"
    )  # fmt: skip
    return alt.layer(bars, text).properties(width=width, height=28 * len(order))


def _false_alarms_chart(drawn: pl.DataFrame, titles: list[str], width: int) -> Any:
    large = width == look.WIDE
    furthest = max(look.largest(drawn["asked"]), look.largest(drawn["high"])) * 1.06
    scale = alt.Scale(domain=[0, furthest], nice=False)
    axis = alt.Axis(format=_PERCENT, tickCount=5, grid=True)
    base = alt.Chart(drawn).encode(
        x=alt.X("asked:Q", title=titles[0], scale=scale, axis=axis),
        color=alt.condition("datum.set", alt.value(look.WARM), alt.value(look.ACCENT)),
    )
    straight = pl.DataFrame({"asked": [0.0, furthest], "seen": [0.0, furthest]})
    line = alt.Chart(straight).mark_line(color=look.MUTED, strokeDash=[4, 3]).encode(
        x=alt.X("asked:Q", scale=scale), y=alt.Y("seen:Q", scale=scale)
    )  # fmt: skip
    note = alt.Chart(straight.tail(1)).mark_text(
        text=titles[2], color=look.MUTED, align="right", dx=-8, dy=16
    ).encode(x="asked:Q", y="seen:Q")  # fmt: skip
    return alt.layer(
        line,
        note,
        base.mark_rule(strokeWidth=2).encode(
            y=alt.Y("low:Q", title=titles[1], scale=scale, axis=axis), y2="high:Q"
        ),
        base.mark_point(filled=True, size=80, opacity=1).encode(y="seen:Q"),
        base.mark_text(align="left", dx=9, dy=4, fontWeight="bold").encode(
            y="seen:Q", text="written:N"
        ),
    ).properties(width=width, height=320 if large else 280)


def _moments_chart(drawn: pl.DataFrame, width: int) -> Any:
    large = width == look.WIDE
    x = alt.X(
        "name:N", sort=None, title=None,
        axis=alt.Axis(
            ticks=False, labelAngle=0 if large else -60, labelPadding=6, labelColor=look.INK,
            labelOverlap=False,
        ),
    )  # fmt: skip
    bars = alt.Chart(drawn).mark_bar(color=look.ACCENT, cornerRadiusEnd=2).encode(
        x=x, y=alt.Y("acts:Q", axis=None)
    )  # fmt: skip
    text = alt.Chart(drawn).mark_text(dy=-7, fontSize=11 if large else 9).encode(
        x=x, y="acts:Q", text="written:N"
    )  # fmt: skip
    return alt.layer(bars, text).properties(width=width, height=180)
