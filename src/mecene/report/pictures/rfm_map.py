"""RFM map: how many donors gave how recently and how often, and how much they are worth."""

from functools import partial
from typing import Any

import altair as alt
import polars as pl

from mecene import money
from mecene.report import lexicon, look, shades

_EMPTY = "#faf7ef"


def picture(
    grid: pl.DataFrame, *, recency: list[str], frequency: list[str], currency: str, lang: str
) -> look.Picture:
    """Draw donors by recency and frequency; colour says how many, text what they gave.

    Args:
        grid: ``recency`` and ``frequency`` (labels of the bands), ``donors``, ``amount_minor``.
        recency: Bands from the most recent to the oldest, as they are written.
        frequency: Bands from the fewest gifts to the most.
        currency: ISO 4217 code of the amounts.
        lang: ``fr`` or ``en``.
    """
    unit = look.unit_for(look.largest(grid["amount_minor"]), currency=currency, lang=lang)
    shown = grid.with_columns(
        count=look.written(grid["donors"], partial(money.number, lang=lang)),
        amount=look.written(
            grid["amount_minor"],
            lambda minor: _short(minor / unit.divisor, unit.label, lang),
        ),
    )
    return look.picture(
        "rfm",
        partial(_chart, shown, recency, frequency, lang),
        alternative=_in_words(grid, currency=currency, lang=lang),
        header=("recency", "frequency", "donors", "amount_36m"),
        rows=(
            (
                row["recency"],
                row["frequency"],
                row["count"],
                money.text(row["amount_minor"], currency=currency, lang=lang, decimals=0),
            )
            for row in shown.sort("donors", descending=True).to_dicts()
        ),
        lang=lang,
    )


def _chart(
    shown: pl.DataFrame, recency: list[str], frequency: list[str], lang: str, width: int
) -> Any:
    large = width == look.WIDE
    # By the square root, or the cell of those who gave once would leave the others all alike.
    most = look.largest(shown["donors"]) or 1.0
    fills = [shades.tint((donors / most) ** 0.5) for donors in shown["donors"]]
    shown = shown.with_columns(
        fill=pl.Series(fills, dtype=pl.String),
        ink=pl.Series([shades.ink_on(fill) for fill in fills], dtype=pl.String),
    )
    up = list(reversed(frequency))
    plain: dict[str, Any] = {"ticks": False, "domain": False}
    base = alt.Chart(shown).encode(
        x=alt.X(
            "recency:N",
            sort=recency,
            scale=alt.Scale(domain=recency),
            title=lexicon.say("axes.recency", lang=lang),
            axis=alt.Axis(labelAngle=0 if large else -45, labelPadding=7, **plain),
        ),
        y=alt.Y(
            "frequency:N",
            sort=up,
            scale=alt.Scale(domain=up),
            title=lexicon.say("axes.frequency", lang=lang),
            axis=alt.Axis(**plain),
        ),
    )
    cells = base.mark_rect(cornerRadius=3, stroke=look.PAPER, strokeWidth=2).encode(
        color=alt.Color("fill:N", legend=None, scale=None)
    )
    colour = alt.Color("ink:N", legend=None, scale=None)
    count = base.mark_text(
        dy=-7 if large else 0, fontSize=13 if large else 10, fontWeight="bold"
    ).encode(text="count:N", color=colour)
    nobody = pl.DataFrame({"recency": recency}).join(
        pl.DataFrame({"frequency": frequency}), how="cross"
    )
    empty = (
        alt.Chart(nobody)
        .mark_rect(cornerRadius=3, stroke=look.PAPER, strokeWidth=2, fill=_EMPTY)
        .encode(x="recency:N", y="frequency:N")
    )
    layers = [empty, cells, count]
    if large:
        layers.append(base.mark_text(dy=9, fontSize=11).encode(text="amount:N", color=colour))
    return alt.layer(*layers).properties(width=width, height=46 * len(frequency))


def _short(amount: float, label: str, lang: str) -> str:
    if not amount:
        return "–"
    written = money.number(amount, lang=lang, decimals=1 if amount < 10 else 0)
    if lang == "fr":
        return f"{written}\u00a0{label}"
    sign, prefix = (label[:-1], label[-1]) if label[-1] in "kM" else (label, "")
    gap = "\u00a0" if len(sign) > 1 else ""
    return f"{sign}{gap}{written}{prefix}"


def _in_words(grid: pl.DataFrame, *, currency: str, lang: str) -> str:
    if grid.is_empty():
        return lexicon.say("alternatives.nothing", lang=lang)
    best = grid.sort("amount_minor", descending=True).row(0, named=True)
    return lexicon.say(
        "alternatives.rfm",
        lang=lang,
        recency=best["recency"],
        frequency=best["frequency"],
        donors=money.number(best["donors"], lang=lang),
        amount=money.text(best["amount_minor"], currency=currency, lang=lang, decimals=0),
    )
