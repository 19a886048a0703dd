"""Motive words: a donor's motive and the evidence for it, or why it is unknown, in one sentence."""

import polars as pl

from mecene.segments import wording
from mecene.segments.motives import MOTIVES

_FILE = "groups.toml"
_BECAUSE = ("refused", "no_content", "too_few_answers", "one_motive_only", "no_preference")


def label(motive: str, *, lang: str) -> str:
    """Return a motive, or ``unknown``, as readers call it."""
    return str(wording.load(lang, _FILE)["motive"][motive])


def written(scored: pl.DataFrame, *, lang: str) -> pl.Series:
    """Return one sentence a donor, without its full stop, in the order given; never empty.

    Args:
        scored: What ``motives.score`` returned.
        lang: ``fr`` or ``en``.
    """
    words = wording.load(lang, _FILE)["motive"]
    because = pl.col("motive_unknown_because")
    answers = wording.counted(pl.col("answers"), one=words["answer"], many=words["answers"])
    sentence = _known(words, lang=lang, answers=answers)
    sentence = (
        pl.when(pl.col("motive_confidence") == "declared")
        .then(wording.filled(words["declared"], motive=_word(words, "{}")))
        .otherwise(sentence)
    )
    for reason in _BECAUSE:
        told = wording.filled(words[reason], answers=answers)
        sentence = pl.when(because == reason).then(told).otherwise(sentence)
    return scored.select(motive_sentence=sentence).to_series()


def _known(words: dict[str, str], *, lang: str, answers: pl.Expr) -> pl.Expr:
    tenths = (pl.col("expected") * 10).round().cast(pl.Int64)
    mark = str(wording.load(lang)["decimal"])
    expected = pl.concat_str(
        (tenths // 10).cast(pl.String), pl.lit(mark), (tenths % 10).cast(pl.String)
    )
    confidence = pl.lit("")
    for name in ("weak", "fair"):
        held = pl.col("motive_confidence") == name
        confidence = pl.when(held).then(pl.lit(words[f"confidence_{name}"])).otherwise(confidence)
    return wording.filled(
        words["known"],
        contents=_word(words, "contents_{}"),
        answered=pl.col("answered").cast(pl.String),
        answers=answers,
        expected=expected,
        confidence=confidence,
    )


def _word(words: dict[str, str], key: str) -> pl.Expr:
    known = {motive: words[key.format(motive)] for motive in MOTIVES}
    return pl.col("motive").replace_strict(known, default="")
