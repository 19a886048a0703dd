"""Sentences: how a donor is best reached, in French or in English.

« Répond surtout par courrier (7 sur 8), sûr à 97 % ; agit surtout le jeudi, plutôt entre 18 h et
20 h. »
"""

from collections.abc import Mapping
from typing import Any

import polars as pl

from mecene import money
from mecene.words import LANGUAGES, Lexicon

_WORDS = Lexicon("mecene.channels")
_MOST_SURE = 0.99  # habits change: nobody is told of a certainty
SURE_ENOUGH = 0.8  # a day or an hour that is hardly above the next is not told


class UnknownLanguage(ValueError):
    """Sentences are written in French (``fr``) and English (``en``) only."""


def written(preferences: pl.DataFrame, *, lang: str) -> pl.Series:
    """Return one sentence a row of ``preferences.of``, in its order; never null.

    A day or an hour is told from ``SURE_ENOUGH`` on; a channel always, with how sure it is.

    Raises:
        UnknownLanguage: ``lang`` is neither ``fr`` nor ``en``.
    """
    if lang not in LANGUAGES:
        raise UnknownLanguage(f"lang is {' or '.join(LANGUAGES)}; got {lang!r}")
    told = [_one(row, lang) for row in preferences.iter_rows(named=True)]
    return pl.Series("sentence", told, dtype=pl.String)


def _one(row: Mapping[str, Any], lang: str) -> str:
    pieces = [_channel(row, lang)]
    if (row["weekday_sure"] or 0) >= SURE_ENOUGH:
        day = _WORDS.say(f"weekday.{row['best_weekday']}", lang=lang)
        key = f"say.weekday_{row['weekday_learnt_from']}"
        pieces.append(_WORDS.say(key, lang=lang, weekday=day))
    if (row["hour_sure"] or 0) >= SURE_ENOUGH:
        start = row["best_hour"]
        key = f"say.hour_{row['hour_learnt_from']}"
        pieces.append(_WORDS.say(key, lang=lang, start=start, end=start + 2))
    if row["crosses_devices"]:
        read, acted = (
            _WORDS.say(f"device.{row[name]}", lang=lang)
            for name in ("best_read_device", "best_acted_device")
        )
        pieces.append(_WORDS.say("say.crosses", lang=lang, read=read, acted=acted))
    whole = _WORDS.say("say.join", lang=lang).join(pieces)
    return f"{whole[:1].upper()}{whole[1:]}."


def _channel(row: Mapping[str, Any], lang: str) -> str:
    if row["best_channel"] is None:
        return _WORDS.say("say.channel_unknown", lang=lang)
    channel = _WORDS.say(f"channel.{row['best_channel']}", lang=lang)
    learnt_from = row["channel_learnt_from"]
    if learnt_from != "own":
        return _WORDS.say(f"say.channel_{learnt_from}", lang=lang, channel=channel)
    said = _WORDS.say(
        "say.channel_own", lang=lang, channel=channel,
        part=row["channel_best_acts"], acts=row["channel_acts"],
    )  # fmt: skip
    sure = money.percent(min(row["channel_sure"], _MOST_SURE), lang=lang)
    return f"{said}, {_WORDS.say('say.sure', lang=lang, sure=sure)}"
