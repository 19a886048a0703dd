"""Curves: second gifts and commitments with time, retention by year, who gives how much."""

from functools import partial
from typing import Any

import altair as alt
import numpy as np
import polars as pl

from mecene import money
from mecene.report import lexicon, look

_SECOND_GIFT_DAYS = (30, 90, 180, 365, 730)
_LASTING_DAYS = (91, 183, 365, 730, 1461)
_TOP_SHARES = (0.01, 0.1, 0.2, 0.5)
_PERCENT = ".0%"
_CLOSE = 0.1
# Shares closer than this are written one upon the other.
_NEAR = 0.05
_FROM_ZERO = alt.Scale(domainMin=0)


def second_gift(curve: pl.DataFrame, *, lang: str) -> look.Picture:
    """Draw the share of new donors who have given again, against days since their first gift.

    Args:
        curve: ``days``, ``share``, ``low``, ``high`` (95 % band), shares in [0, 1].
        lang: ``fr`` or ``en``.
    """
    return _with_time(
        curve, "second_gift", at=_SECOND_GIFT_DAYS, axis="days_since_first", head="gave_again",
        lang=lang,
    )  # fmt: skip


def lasting(curve: pl.DataFrame, *, lang: str) -> look.Picture:
    """Draw the share of commitments still under way, against days since their first debit.

    Args:
        curve: As for ``second_gift``.
        lang: ``fr`` or ``en``.
    """
    return _with_time(
        curve, "lasting", at=_LASTING_DAYS, axis="days_since_debit", head="still_debited", lang=lang
    )


def _with_time(
    curve: pl.DataFrame, name: str, *, at: tuple[int, ...], axis: str, head: str, lang: str
) -> look.Picture:
    curve = _from_the_start(curve)
    marks = _as_of(curve, [days for days in at if days <= look.largest(curve["days"])])
    marks = marks.with_columns(
        written=look.written(marks["share"], partial(money.percent, lang=lang))
    )
    said = ", ".join(
        lexicon.say("alternatives.at_days", lang=lang, days=row["days"], share=row["written"])
        for row in marks.to_dicts()
    )
    nothing = lexicon.say("alternatives.nothing", lang=lang)
    return look.picture(
        name,
        partial(_time_chart, curve, marks, lexicon.say(f"axes.{axis}", lang=lang)),
        alternative=lexicon.say(f"alternatives.{name}", lang=lang, list=said) if said else nothing,
        header=("days", head),
        rows=((str(row["days"]), row["written"]) for row in marks.to_dicts()),
        lang=lang,
    )


def retention(years: pl.DataFrame, *, lang: str) -> look.Picture:
    """Draw overall, new and repeat retention year after year.

    Args:
        years: ``year``, ``measure`` (``overall``, ``new``, ``repeat``), ``share`` in [0, 1],
            null where undefined.
        lang: ``fr`` or ``en``.
    """
    names = lexicon.labels("retention", lang=lang)
    defined = years.drop_nulls("share")
    drawn = defined.with_columns(
        label=pl.col("measure").replace_strict(names, default=pl.col("measure")),
        written=look.written(defined["share"], partial(money.percent, lang=lang)),
    )
    overall = drawn.filter(measure="overall").select("year", middle="share")
    near = (pl.col("share") - pl.col("middle")).abs() < _NEAR
    drawn = drawn.join(overall, on="year", how="left", maintain_order="left").with_columns(
        # Three lines with a figure on each point would cover one another.
        named=(pl.col("measure") == "overall") | ((pl.col("year") == pl.col("year").max()) & ~near),
    )
    rows = [(str(row["year"]), row["label"], row["written"]) for row in drawn.to_dicts()]
    said = ", ".join(" ".join(row) for row in rows)
    return look.picture(
        "retention",
        partial(_retention_chart, drawn, [names[name] for name in ("overall", "repeat", "new")]),
        alternative=lexicon.say("alternatives.retention", lang=lang, list=said),
        header=("year", "measure", "share"),
        rows=rows,
        lang=lang,
    )


def concentration(lorenz: pl.DataFrame, *, donors: int, lang: str) -> look.Picture:
    """Draw which share of income the most generous donors bring.

    Args:
        lorenz: ``donors_share`` (most generous first) and ``income_share``, both in [0, 1].
        donors: How many donors; the share of less than one of them is not told.
        lang: ``fr`` or ``en``.
    """
    percent = partial(money.percent, lang=lang)
    marks = _along(lorenz, [share for share in _TOP_SHARES if share * donors >= 1])
    written = [
        f"{percent(row['donors_share'])} → {percent(row['income_share'])}"
        for row in marks.to_dicts()
    ]
    marks = marks.with_columns(written=pl.Series(written, dtype=pl.String))
    titles = [lexicon.say(f"axes.{name}", lang=lang) for name in ("donors_share", "income_share")]
    return look.picture(
        "concentration",
        partial(_concentration_chart, lorenz, marks, titles),
        alternative=lexicon.say("alternatives.concentration", lang=lang, list=", ".join(written)),
        header=("donors_part", "income_part"),
        rows=(
            (percent(row["donors_share"]), percent(row["income_share"], decimals=1))
            for row in marks.to_dicts()
        ),
        lang=lang,
    )


def _from_the_start(curve: pl.DataFrame) -> pl.DataFrame:
    """Return a curve of steps from day 0, where nobody has given again and nobody has stopped."""
    if curve.is_empty() or curve["days"][0] == 0:
        return curve
    rising = curve["share"][0] <= curve["share"][-1]
    whole = 0.0 if rising else 1.0
    first = pl.DataFrame([(0, whole, whole, whole)], schema=curve.schema, orient="row")
    return pl.concat([first, curve])


def _as_of(curve: pl.DataFrame, days: list[int]) -> pl.DataFrame:
    """Return a curve of steps on some days: the last step before, or on, each."""
    places = pl.DataFrame({"days": pl.Series(days, dtype=pl.Int64)})
    return places.join_asof(curve.sort("days"), on="days", strategy="backward").drop_nulls()


def _along(lorenz: pl.DataFrame, shares: list[float]) -> pl.DataFrame:
    """Return a curve, straight between its points, at some shares of donors."""
    income = np.interp(shares, lorenz["donors_share"].to_numpy(), lorenz["income_share"].to_numpy())
    return pl.DataFrame(
        {"donors_share": pl.Series(shares, dtype=pl.Float64), "income_share": income},
        schema_overrides={"income_share": pl.Float64},
    )


def _time_chart(curve: pl.DataFrame, marks: pl.DataFrame, title: str, width: int) -> Any:
    if width < look.WIDE:
        # Narrow, the first weeks are too close together for a figure on each.
        marks = marks.filter(pl.col("days") > _CLOSE * look.largest(curve["days"]))
    rising = curve["share"][0] <= curve["share"][-1]
    ticks = [0, 90, 180, 365, 730, 1095, 1460]
    x = alt.X(
        "days:Q",
        title=title,
        axis=alt.Axis(values=ticks, grid=False, labelOverlap="greedy", labelSeparation=6),
        scale=alt.Scale(nice=False),
    )
    y = alt.Y("share:Q", title=None, axis=alt.Axis(format=_PERCENT, tickCount=4), scale=_FROM_ZERO)
    base = alt.Chart(curve).encode(x=x)
    points = alt.Chart(marks).encode(x=x, y=y)
    return alt.layer(
        base.mark_area(color=look.ACCENT, opacity=0.16, interpolate="step-after").encode(
            y=alt.Y("low:Q", title=None, scale=_FROM_ZERO), y2="high:Q"
        ),
        base.mark_line(color=look.ACCENT, strokeWidth=2.5, interpolate="step-after").encode(y=y),
        points.mark_point(filled=True, size=60, color=look.WARM, opacity=1),
        points.mark_text(
            dy=-13, dx=-8 if rising else 14, fontWeight="bold", color=look.WARM
        ).encode(text="written:N"),
    ).properties(width=width, height=220)


def _retention_chart(drawn: pl.DataFrame, order: list[str], width: int) -> Any:
    colours = alt.Scale(domain=order, range=[look.ACCENT, "#009e73", look.WARM])
    base = alt.Chart(drawn).encode(
        x=alt.X(
            "year:O", title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True, labelSeparation=8)
        ),
        y=alt.Y(
            "share:Q",
            title=None,
            axis=alt.Axis(format=_PERCENT, tickCount=5),
            scale=alt.Scale(domainMin=0),
        ),
        color=alt.Color(
            "label:N", scale=colours, legend=alt.Legend(columns=3 if width == look.WIDE else 1)
        ),
    )
    layers = [base.mark_line(point=alt.OverlayMarkDef(size=50), strokeWidth=2.5)]
    if width == look.WIDE:
        layers.append(
            base.transform_filter(alt.datum.named)
            .mark_text(dy=-12, fontSize=11)
            .encode(text="written:N")
        )
    return alt.layer(*layers).properties(width=width, height=230)


def _concentration_chart(
    lorenz: pl.DataFrame, marks: pl.DataFrame, titles: list[str], width: int
) -> Any:
    x = alt.X(
        "donors_share:Q",
        title=titles[0],
        axis=alt.Axis(format=_PERCENT, tickCount=5, grid=False),
    )
    y = alt.Y(
        "income_share:Q",
        title=titles[1],
        axis=alt.Axis(format=_PERCENT, tickCount=5),
        scale=alt.Scale(domain=[0, 1]),
    )
    whole = alt.Chart(lorenz).encode(x=x, y=y)
    points = alt.Chart(marks).encode(x=x, y=y)
    return alt.layer(
        whole.mark_area(color=look.ACCENT, opacity=0.15),
        whole.mark_line(color=look.ACCENT, strokeWidth=2.5),
        points.mark_point(filled=True, size=60, color=look.WARM, opacity=1),
        points.mark_text(align="left", dx=9, dy=10, color=look.INK).encode(text="written:N"),
    ).properties(width=width, height=240)
