"""Rhythm picture: the last years of a few donors in alarm, up to the day they are."""

from datetime import timedelta
from functools import partial
from typing import Any

import altair as alt
import polars as pl

from mecene import money, period
from mecene.report import look
from mecene.report.watch import lexicon
from mecene.report.watch.examples import Examples

_ACTS = {"gift": look.ACCENT, "failed": "#d55e00", "act": "#8c8c8c"}
_SHAPES = {"gift": "circle", "failed": "cross", "act": "diamond"}


def rhythms(examples: Examples, *, lang: str) -> look.Picture:
    """Draw the last years of a few donors, up to the day they are alarmed.

    Args:
        examples: Who, and what they did.
        lang: ``fr`` or ``en``.
    """
    numbers = examples.donors["donor_id"].to_list()
    names = [lexicon.say("words.donor", lang=lang, number=number) for number in numbers]
    acts = lexicon.labels("acts", lang=lang)
    drawn = examples.acts.with_columns(
        name=pl.col("donor_id").replace_strict(dict(zip(numbers, names, strict=True))),
        act=pl.col("act").replace_strict(acts),
        amount=pl.col("amount_minor").cast(pl.Float64).fill_null(0.0).sqrt(),
    )
    silences = examples.donors.with_columns(
        name=pl.Series(names), until=pl.lit(examples.until)
    ).filter(pl.col("last_on").is_not_null() & pl.col("usual_days").is_not_null())
    due = pl.col("last_on") + pl.duration(days=pl.col("usual_days").round())
    silences = silences.with_columns(due_on=pl.min_horizontal(due.cast(pl.Date), "until"))
    rows = [
        (name, _counted(examples, number, lang=lang), sentence)
        for number, name, sentence in zip(
            numbers, names, examples.donors["sentence"].to_list(), strict=True
        )
    ]
    return look.picture(
        "rhythms",
        partial(
            _rhythms_chart, drawn, silences, names, acts, lang, (examples.since, examples.until)
        ),
        alternative=lexicon.say(
            "alternatives.rhythms", lang=lang, list=" ".join(f"{row[0]}: {row[2]}" for row in rows)
        ),
        header=("donor", "gifts_36m", "evidence"),
        rows=rows,
        lang=lang,
        words=lexicon.LEXICON,
    )


def _counted(examples: Examples, number: int, *, lang: str) -> str:
    gifts = examples.acts.filter((pl.col("donor_id") == number) & (pl.col("act") == "gift"))
    return money.number(gifts.height, lang=lang)


def _rhythms_chart(
    drawn: pl.DataFrame,
    silences: pl.DataFrame,
    names: list[str],
    acts: dict[str, str],
    lang: str,
    span: tuple[Any, Any],
    width: int,
) -> Any:
    large = width == look.WIDE
    held = [words for words in acts.values() if words in set(drawn["act"])]
    by_words = {words: name for name, words in acts.items()}
    y = alt.Y(
        "name:N", sort=names, title=None,
        axis=alt.Axis(ticks=False, domain=False, grid=True, labelPadding=8, labelColor=look.INK),
    )  # fmt: skip
    ends = alt.Scale(domain=[_day(span[0]), _day(span[1] + timedelta(days=8))], nice=False)
    x = alt.X(
        "done_on:T", title=None, scale=ends,
        axis=alt.Axis(format="%b %Y" if large else "%Y", tickCount=6 if large else 3, grid=False),
    )  # fmt: skip
    marks = alt.Chart(drawn).mark_point(filled=True, opacity=0.85, strokeWidth=1.5).encode(
        x=x,
        y=y,
        color=alt.Color(
            "act:N", scale=alt.Scale(domain=held, range=[_ACTS[by_words[each]] for each in held]),
            legend=alt.Legend(columns=3 if large else 1),
        ),
        shape=alt.Shape(
            "act:N",
            scale=alt.Scale(domain=held, range=[_SHAPES[by_words[each]] for each in held]),
            legend=None,
        ),
        size=alt.Size("amount:Q", scale=alt.Scale(range=[45, 260]), legend=None),
    )  # fmt: skip
    usual = alt.Chart(silences).mark_bar(height=9, color="#dfe9e6").encode(
        x=alt.X("last_on:T", scale=ends), x2="due_on:T", y=y
    )  # fmt: skip
    silence = alt.Chart(silences).mark_rule(color=look.WARM, strokeWidth=2.5).encode(
        x=alt.X("due_on:T", scale=ends), x2="until:T", y=y
    )  # fmt: skip
    today = alt.Chart(pl.DataFrame({"done_on": [span[1]]})).mark_rule(
        color=look.INK, strokeDash=[3, 3]
    ).encode(x=alt.X("done_on:T", scale=ends))  # fmt: skip
    says = pl.DataFrame({"done_on": [span[1]], "says": [period.written(span[1], lang=lang)]})
    word = alt.Chart(says).mark_text(align="right", dx=-5, baseline="top", y=2).encode(
        x=alt.X("done_on:T", scale=ends), text="says:N"
    )  # fmt: skip
    return alt.layer(usual, silence, marks, today, word).properties(
        width=width, height=44 * len(names)
    )


def _day(day: Any) -> Any:
    return alt.DateTime(year=day.year, month=day.month, date=day.day)
