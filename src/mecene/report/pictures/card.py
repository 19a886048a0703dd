"""Card: what a score is worth, drawn: its money, its chances and its order."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import altair as alt
import polars as pl

from mecene import money
from mecene.report import lexicon, look

_PERCENT = ".0%"
_LINES = ((look.ACCENT, [1, 0]), (look.WARM, [7, 3]), (look.MUTED, [2, 3]))


def net(depths: pl.DataFrame, *, currency: str, lang: str) -> look.Picture:
    """Draw the money left once letters are paid, by share of the file written to, in three orders.

    Args:
        depths: What ``card.net_by_depth`` returns.
        currency: ISO 4217 code of the amounts.
        lang: ``fr`` or ``en``.
    """
    amount = partial(money.text, currency=currency, lang=lang, decimals=0)
    columns = {
        lexicon.say(f"methods.{name}", lang=lang): column
        for name, column in (
            ("score", "net_minor"),
            ("rfm", "net_rfm_minor"),
            ("chance", "net_all_even_minor"),
        )
    }
    unit = look.unit_for(
        max(look.largest(depths[column].abs()) for column in columns.values()),
        currency=currency,
        lang=lang,
    )
    none = pl.DataFrame({"depth": [0.0], "net": [0.0]})
    drawn = pl.concat(
        pl.concat([none, depths.select("depth", net=pl.col(column) / unit.divisor)]).with_columns(
            method=pl.lit(name)
        )
        for name, column in columns.items()
    )
    at = {row["depth"]: row for row in depths.to_dicts()}
    said = {
        f"{name}{ending}": amount(at[depth][column])
        for depth, ending in ((0.2, ""), (0.4, "_40"))
        for name, column in zip(("score", "rfm", "random"), columns.values(), strict=True)
    }
    return look.picture(
        "net",
        partial(
            _net_chart, drawn, list(columns), lexicon.say("axes.file_share", lang=lang), unit.label
        ),
        alternative=lexicon.say("alternatives.net", lang=lang, **said),
        header=("depth", "donors", "net_score", "net_rfm", "net_random"),
        rows=(
            (
                money.percent(row["depth"], lang=lang),
                money.number(row["donors"], lang=lang),
                *(amount(row[column]) for column in columns.values()),
            )
            for row in depths.to_dicts()
        ),
        lang=lang,
    )


def calibration(curve: pl.DataFrame, *, lang: str) -> look.Picture:
    """Draw what was foretold of each part of the donors against what happened.

    Args:
        curve: What ``card.curve`` returns.
        lang: ``fr`` or ``en``.
    """
    percent = partial(money.percent, lang=lang, decimals=1)
    rows = [
        (
            money.number(row["group"], lang=lang),
            money.number(row["donors"], lang=lang),
            percent(row["foretold"]),
            percent(row["seen"]),
            f"{percent(row['low'])} – {percent(row['high'])}",
        )
        for row in curve.to_dicts()
    ]
    said = [
        lexicon.say("alternatives.calibration_part", lang=lang, foretold=row[2], seen=row[3])
        for row in rows
    ]
    titles = [lexicon.say(f"axes.{name}", lang=lang) for name in ("foretold", "seen", "exactly")]
    return look.picture(
        "calibration",
        partial(_calibration_chart, curve, titles),
        alternative=lexicon.say("alternatives.calibration", lang=lang, list=", ".join(said)),
        header=("part", "donors", "foretold", "seen", "interval"),
        rows=rows,
        lang=lang,
    )


def lift(parts: pl.DataFrame, *, lang: str) -> look.Picture:
    """Draw the share who gave in each part of the donors, the likeliest first.

    Args:
        parts: What ``card.lift`` returns, of donors of whom some gave.
        lang: ``fr`` or ``en``.
    """
    percent = partial(money.percent, lang=lang)
    rows = [
        (
            percent(row["depth"]),
            money.number(row["donors"], lang=lang),
            percent(row["rate"], decimals=1),
            money.number(row["lift"], lang=lang, decimals=1),
            percent(row["reached"]),
        )
        for row in parts.to_dicts()
    ]
    donors = parts["donors"].to_numpy()
    whole = float((parts["rate"].to_numpy() * donors).sum() / donors.sum())
    drawn = parts.select("part", "rate").with_columns(
        written=look.written(parts["rate"], percent),
        times=look.written(parts["lift"], lambda n: f"×{money.number(n, lang=lang, decimals=1)}"),
    )
    mean = (whole, lexicon.say("axes.mean_rate", lang=lang, share=percent(whole)))
    titles = [lexicon.say(f"axes.{name}", lang=lang) for name in ("part", "given")]
    return look.picture(
        "lift",
        partial(_lift_chart, drawn, mean, titles),
        alternative=lexicon.say(
            "alternatives.lift",
            lang=lang,
            list=", ".join(drawn["written"]),
            all=percent(whole),
        ),
        header=("depth", "donors", "rate", "lift", "reached"),
        rows=rows,
        lang=lang,
    )


def _net_chart(drawn: pl.DataFrame, names: list[str], title: str, unit: str, width: int) -> Any:
    columns = len(names) if width == look.WIDE else 1
    return (
        alt.Chart(drawn)
        .mark_line(strokeWidth=2.5)
        .encode(
            x=alt.X(
                "depth:Q", title=title, axis=alt.Axis(format=_PERCENT, tickCount=5, grid=False)
            ),
            y=alt.Y("net:Q", title=unit, axis=alt.Axis(tickCount=5)),
            color=alt.Color(
                "method:N",
                scale=alt.Scale(domain=names, range=[colour for colour, _ in _LINES]),
                legend=alt.Legend(columns=columns, symbolType="stroke"),
            ),
            strokeDash=alt.StrokeDash(
                "method:N",
                scale=alt.Scale(domain=names, range=[dash for _, dash in _LINES]),
                legend=None,
            ),
        )
        .properties(width=width, height=280)
    )


def _calibration_chart(curve: pl.DataFrame, titles: Sequence[str], width: int) -> Any:
    most = min(1.0, 1.06 * max(look.largest(curve["foretold"]), look.largest(curve["high"]), 0.05))
    scale = alt.Scale(domain=[0, most], nice=False)
    across = alt.Axis(format=_PERCENT, tickCount=5, grid=False)
    x = alt.X("foretold:Q", title=titles[0], axis=across, scale=scale)
    y = alt.Y("seen:Q", title=titles[1], axis=alt.Axis(format=_PERCENT, tickCount=5), scale=scale)
    ends = pl.DataFrame({"foretold": [0.0, most], "seen": [0.0, most]})
    name = pl.DataFrame({"foretold": [most * 0.82], "seen": [most * 0.82], "written": [titles[2]]})
    dots = alt.Chart(curve)
    return alt.layer(
        alt.Chart(ends).mark_line(color=look.MUTED, strokeDash=[4, 4]).encode(x=x, y=y),
        alt.Chart(name)
        .mark_text(align="right", dx=-8, dy=-6, color=look.MUTED)
        .encode(x=x, y=y, text="written:N"),
        dots.mark_rule(color=look.ACCENT, strokeWidth=1.5, opacity=0.6).encode(
            x=x, y=alt.Y("low:Q", scale=scale, title=titles[1]), y2="high:Q"
        ),
        dots.mark_point(filled=True, size=70, color=look.ACCENT, opacity=1).encode(x=x, y=y),
    ).properties(width=width, height=300)


def _lift_chart(
    drawn: pl.DataFrame, mean: tuple[float, str], titles: Sequence[str], width: int
) -> Any:
    most = 1.2 * max(look.largest(drawn["rate"]), mean[0])
    y = alt.Y(
        "rate:Q",
        title=titles[1],
        axis=alt.Axis(format=_PERCENT, tickCount=4),
        scale=alt.Scale(domain=[0, most], nice=False),
    )
    base = alt.Chart(drawn).encode(
        x=alt.X(
            "part:O",
            title=titles[0] if width == look.WIDE else titles[0].split(";"),
            axis=alt.Axis(labels=False, ticks=False),
        )
    )
    line = alt.Chart(pl.DataFrame({"rate": [mean[0]], "written": [mean[1]]}))
    wide = width == look.WIDE
    # What is written stays readable where the line of the mean runs through it.
    halo: dict[str, Any] = {"stroke": look.PAPER, "strokeWidth": 4, "strokeJoin": "round"}
    written = [
        base.mark_text(dy=dy, **{"color": look.INK, **style}).encode(y=y, text=f"{name}:N")
        for name, dy, colour in (
            ("written", -22 if wide else -8, look.INK),
            ("times", -8, look.MUTED),
        )
        if wide or name == "written"
        for style in (halo, {"color": colour})
    ]
    return alt.layer(
        base.mark_bar(color=look.ACCENT, cornerRadiusEnd=3).encode(y=y),
        line.mark_rule(color=look.WARM, strokeDash=[6, 4]).encode(y=y),
        line.mark_text(align="right", dx=-4, dy=-8, color=look.WARM).encode(
            x=alt.value(width - (60 if wide else 50)), y=y, text="written:N"
        ),
        *written,
    ).properties(width=width, height=240)
