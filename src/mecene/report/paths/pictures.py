"""Pictures: the last steps before an act as a flow, and what each channel is credited with."""

from functools import partial
from typing import Any

import altair as alt
import polars as pl

from mecene import money
from mecene.attribution import sentences, travelled
from mecene.attribution.credit import RULES
from mecene.attribution.looking import Found
from mecene.report import look
from mecene.report.paths import lexicon
from mecene.report.pictures import bands

_ROW = 46  # pixels a channel: two rules, one above the other
# Of Okabe and Ito's: the usual channels keep theirs, others take what is left.
_COLOURS = {
    "email": "#0072b2", "post": "#d55e00", "phone": "#009e73", "sms": "#cc79a7", "web": "#56b4e9",
    "event": "#e6b800",
}  # fmt: skip
_SPARE = ("#00503c", "#6a5acd", "#8c8c8c", "#b07d2b", "#4d4d4d", "#a0522d")
_OTHER = "#bdbdbd"


def flow(found: Found, *, lang: str) -> look.Picture:
    """Draw the last steps of the paths that led to an act, from left to right.

    Where somebody took two steps the act itself is left out: it is one box, the same for all.
    """
    act = found.asked.act
    flows, stages = _drawn(found.flows, act, lang=lang)
    places = [name for name in _by_size(flows) if name not in (act, bands.ABSENT)]
    colours = _coloured([name for name in places if name != travelled.OTHER])
    colours |= {travelled.OTHER: _OTHER, act: look.ACCENT}
    names = {name: sentences.channel(name, lang=lang) for name in places}
    names[act] = sentences.act(act, lang=lang)
    drawn = bands.of(
        flows.rename({"acts": "count"}), stages=stages, colours=colours, names=names, lang=lang
    )
    told = flows.filter(pl.col("before") != bands.ABSENT).sort(
        ["stage", "acts", "before", "now"], descending=[True, True, False, False]
    )
    rows = [
        (
            f"{stages[row['stage']]} → {stages[row['stage'] + 1]}", names[row["before"]],
            names[row["now"]], money.number(row["acts"], lang=lang),
        )
        for row in told.to_dicts()
    ]  # fmt: skip
    said = ", ".join(f"{before} → {now} ({acts})" for _, before, now, acts in rows[:6])
    return look.picture(
        "flow",
        partial(bands.chart, drawn),
        alternative=lexicon.say("alternatives.flow", lang=lang, list=said),
        header=("passage", "before", "now", "acts"),
        rows=rows[:40],
        lang=lang,
        words=lexicon.LEXICON,
    )


def credit(found: Found, *, lang: str) -> look.Picture:
    """Draw the acts each rule credits each channel with, and their intervals.

    Raises:
        ValueError: no touch preceded any act: there is nothing to credit.
    """
    rules = found.rules
    if rules is None:
        raise ValueError("no touch preceded any act: there is nothing to credit")
    number = partial(money.number, lang=lang)
    largest = {one.channel: one.acts for one in rules.credits if one.rule == "markov"}
    ranked = sorted(rules.credits, key=lambda one: (-largest[one.channel], one.channel))
    drawn = pl.DataFrame([
        {
            "channel": sentences.channel(one.channel, lang=lang),
            "rule": sentences.rule(one.rule, lang=lang), "acts": one.acts, "low": one.low,
            "high": one.high,
        }
        for one in ranked
    ])  # fmt: skip
    rows = [
        (row["channel"], row["rule"], number(row["acts"]), number(row["low"]), number(row["high"]))
        for row in drawn.to_dicts()
    ]
    said = ", ".join(f"{row[0]} ({row[1]}) {row[2]}" for row in rows)
    return look.picture(
        "credit",
        partial(_credit_chart, drawn, [sentences.rule(rule, lang=lang) for rule in RULES],
                lexicon.say("axes.acts", lang=lang)),
        alternative=lexicon.say("alternatives.credit", lang=lang, list=said),
        header=("channel", "rule", "acts", "low", "high"),
        rows=rows,
        lang=lang,
        words=lexicon.LEXICON,
    )  # fmt: skip


def _credit_chart(drawn: pl.DataFrame, rules: list[str], axis: str, width: int) -> Any:
    names = drawn["channel"].unique(maintain_order=True).to_list()
    y = alt.Y("channel:N", sort=names, title=None, axis=alt.Axis(ticks=False, domain=False))
    offset = alt.YOffset("rule:N", sort=rules)
    colour = alt.Color("rule:N", scale=alt.Scale(domain=rules, range=[look.WARM, look.ACCENT]))
    base = alt.Chart(drawn)
    x = alt.X("acts:Q", title=axis)
    points = base.mark_point(filled=True, size=70, opacity=1).encode(
        x=x, y=y, yOffset=offset, color=colour, shape=alt.Shape("rule:N", sort=rules, legend=None)
    )
    whiskers = base.mark_rule(strokeWidth=2).encode(
        x=alt.X("low:Q", title=axis), x2="high:Q", y=y, yOffset=offset, color=colour
    )
    return alt.layer(whiskers, points).properties(width=width, height=_ROW * len(names))


def _drawn(flows: pl.DataFrame, act: str, *, lang: str) -> tuple[pl.DataFrame, list[str]]:
    """Return the passages that are drawn, numbered from 0, and what each column is called."""
    steps = flows["stage"].n_unique()
    names = [lexicon.say("stages.before", lang=lang, n=steps - place) for place in range(steps - 1)]
    names += [lexicon.say("stages.last", lang=lang), lexicon.say("stages.act", lang=lang)]
    taken = flows.filter((pl.col("before") != bands.ABSENT) & (pl.col("now") != act))
    if taken.is_empty():
        first, last = steps - 1, steps - 1
    else:
        first, last = int(taken["stage"].to_list()[0]), steps - 2
    kept = flows.filter(pl.col("stage").is_between(first, last))
    return kept.with_columns(pl.col("stage") - first), names[first : last + 2]


def _by_size(flows: pl.DataFrame) -> list[str]:
    """Return the places of a flow, the most travelled first."""
    sides = pl.concat([flows.select(name=side, acts="acts") for side in ("before", "now")])
    sums = sides.group_by("name").agg(pl.col("acts").sum())
    return sums.sort(["acts", "name"], descending=[True, False])["name"].to_list()


def _coloured(names: list[str]) -> dict[str, str]:
    spare = iter(_SPARE)
    return {name: _COLOURS.get(name) or next(spare, _OTHER) for name in names}
