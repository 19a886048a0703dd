"""Flows: where donors stood a year ago, two years ago, and where they stand now."""

from functools import partial

import polars as pl

from mecene import money
from mecene.report import lexicon, look
from mecene.report.pictures import bands


def picture(flows: pl.DataFrame, *, stages: list[str], lang: str) -> look.Picture:
    """Draw the donors who moved from one segment to another between stages.

    Args:
        flows: ``stage`` (0 for the first passage), ``before``, ``now`` (segments; ``absent``
            for a donor not yet known), ``donors``.
        stages: What each column of the drawing is called, one more than there are passages.
        lang: ``fr`` or ``en``.
    """
    names = lexicon.labels("segments", lang=lang)
    drawn = bands.of(
        flows.rename({"donors": "count"}), stages=stages, colours=look.SEGMENT_COLOURS,
        names=names, lang=lang,
    )  # fmt: skip
    moves = flows.filter(pl.col("before") != pl.col("now")).sort("donors", descending=True)
    return look.picture(
        "flows",
        partial(bands.chart, drawn),
        alternative=_in_words(moves, names, lang=lang),
        header=("period", "before", "now", "donors"),
        rows=(
            (
                f"{stages[row['stage']]} → {stages[row['stage'] + 1]}",
                names.get(row["before"], row["before"]),
                names.get(row["now"], row["now"]),
                money.number(row["donors"], lang=lang),
            )
            for row in moves.sort("stage", "donors", descending=[False, True]).head(40).to_dicts()
        ),
        lang=lang,
    )


def _in_words(moves: pl.DataFrame, names: dict[str, str], *, lang: str) -> str:
    if moves.is_empty():
        return lexicon.say("alternatives.nothing", lang=lang)
    said = [
        f"{names.get(row['before'], row['before'])} → {names.get(row['now'], row['now'])} "
        f"({money.number(row['donors'], lang=lang)})"
        for row in moves.head(6).to_dicts()
    ]
    return lexicon.say("alternatives.flows", lang=lang, list=", ".join(said))
