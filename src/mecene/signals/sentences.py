"""Sentences: why a donor is alarmed, with the figures, in French or in English.

« N'a rien donné depuis 14 mois, contre 6 mois d'habitude entre deux dons ; n'a pas cliqué depuis
4 mois, contre 1,2 clic par mois d'habitude. »
"""

from collections.abc import Mapping
from typing import Any

import polars as pl

from mecene import money
from mecene.words import LANGUAGES, Lexicon

AT_MOST = 3
_WORDS = Lexicon("mecene.signals")
_DAYS_A_MONTH = 30.4375
_COUNTS = ("clicks", "visits", "replies", "opens")


class UnknownLanguage(ValueError):
    """Sentences are written in French (``fr``) and English (``en``) only."""


def written(
    alarms: pl.DataFrame, *, lang: str, currency: str = "EUR", at_most: int = AT_MOST
) -> pl.Series:
    """Return one sentence a row of ``alarms.of``, in its order; null where nobody is alarmed.

    Args:
        alarms: What ``alarms.of`` returned.
        lang: ``fr`` or ``en``.
        currency: ISO 4217 code of donors whose own is not known.
        at_most: How much of the evidence is told, the strongest first.

    Raises:
        UnknownLanguage: ``lang`` is neither ``fr`` nor ``en``.
    """
    if lang not in LANGUAGES:
        raise UnknownLanguage(f"lang is {' or '.join(LANGUAGES)}; got {lang!r}")
    rows = alarms.select("group", "learnt_from", "currency", "evidence").iter_rows(named=True)
    told = [_whole(row, lang=lang, currency=currency, at_most=at_most) for row in rows]
    return pl.Series("sentence", told, dtype=pl.String)


def clause(
    item: Mapping[str, Any], *, group: str, learnt_from: str, currency: str, lang: str
) -> str:
    """Return one piece of evidence in words, without capital nor full stop."""
    signal, figure, usual = item["signal"], item["figure"], item["usual"]
    key, said = signal, {"figure": _days(figure, lang=lang), "usual": "", "since": ""}
    if signal == "silence":
        said["usual"] = _days(usual, lang=lang)
        if group == "regular":
            key = "silence_regular"
        elif learnt_from == "group":
            key = "silence_of_group"
    elif signal == "amounts":
        said["figure"] = money.text(round(figure), currency=currency, lang=lang)
        said["usual"] = money.text(usual, currency=currency, lang=lang, decimals=0)
    elif signal in _COUNTS:
        key, said = _of_count(item, lang=lang)
    elif signal == "campaigns":
        key, said = _of_campaigns(item, lang=lang)
    elif signal == "failed_debit":
        key = "failed_debit_many" if figure > 1 else signal
        said["figure"] = money.number(figure, lang=lang)
    elif signal == "card" and figure < 0:
        key, said["figure"] = "card_expired", _days(-figure, lang=lang)
    elif signal == "standing":
        said |= {
            name: money.percent(value, lang=lang)
            for name, value in (("figure", figure), ("usual", usual))
        }
    return _WORDS.say(f"signal.{key}", lang=lang, **said)


def _whole(row: Mapping[str, Any], *, lang: str, currency: str, at_most: int) -> str | None:
    told = [
        clause(
            item, group=row["group"], learnt_from=row["learnt_from"],
            currency=row["currency"] or currency, lang=lang,
        )
        for item in row["evidence"][:at_most]
    ]  # fmt: skip
    if not told:
        return None
    evidence = _WORDS.say("whole.join", lang=lang).join(told)
    return _WORDS.say("whole.alarm", lang=lang, evidence=evidence[:1].upper() + evidence[1:])


def _of_count(item: Mapping[str, Any], *, lang: str) -> tuple[str, dict[str, str]]:
    signal, figure, a_month = item["signal"], item["figure"], item["usual"]
    every, rate = ("month", a_month) if a_month >= 0.25 else ("year", 12 * a_month)
    decimals = 0 if round(rate, 1) == round(rate) else 1
    count = _counted(rate, f"count.{signal}", lang=lang, decimals=decimals)
    said = {
        "figure": _counted(figure, f"count.{signal}", lang=lang),
        "usual": _WORDS.say(f"every.{every}", lang=lang, count=count),
        "since": _days(item["since_days"] or 2 * 365, lang=lang),
    }
    return (signal if figure else f"{signal}_none"), said


def _of_campaigns(item: Mapping[str, Any], *, lang: str) -> tuple[str, dict[str, str]]:
    figure, received = item["figure"], item["since_days"] or 1
    said = {
        "figure": money.number(figure, lang=lang),
        "usual": money.percent(item["usual"], lang=lang),
        "since": money.number(received, lang=lang),
    }
    if figure:
        return "campaigns", said
    return ("campaigns_none" if received > 1 else "campaigns_none_one"), said


def _days(days: float | None, *, lang: str) -> str:
    """Return a number of days in words, as fundraisers say them: months until two years."""
    days = max(days or 1.0, 1.0)
    months = round(days / _DAYS_A_MONTH)
    if months < 2:
        return _counted(round(days), "duration.day", lang=lang)
    if months < 24:
        return _counted(months, "duration.month", lang=lang)
    return _counted(round(days / 365.25), "duration.year", lang=lang)


def _counted(value: float, key: str, *, lang: str, decimals: int = 0) -> str:
    # French counts « 1,9 clic », English « 0.5 clicks ».
    one = value < 2 if lang == "fr" else value == 1
    number = money.number(value, lang=lang, decimals=decimals)
    return _WORDS.say(f"{key}_{'one' if one else 'many'}", lang=lang, count=number)
