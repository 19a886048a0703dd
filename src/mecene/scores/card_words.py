"""Card words: a model card in sentences, in reading order; they stand in ``card.toml``."""

from collections.abc import Callable, Sequence
from datetime import date

import polars as pl

from mecene import money, period
from mecene.scores.card import Card
from mecene.words import LANGUAGES, Lexicon

_WORDS = Lexicon("mecene.scores", "card.toml")
_REASONS = Lexicon("mecene.scores", "reasons.toml")

# The most moved: more is a list, and stands in the table.
_THEMES = 3

Named = Callable[[str, str], str]


class UnknownLanguage(LookupError):
    """There are sentences in French and in English only."""


def as_they_are(dimension: str, group: str) -> str:
    """Return a group by its code."""
    return group


def sentences(card: Card, *, lang: str, named: Named = as_they_are) -> dict[str, tuple[str, ...]]:
    """Return the card in words: section → sentences, in reading order.

    Sections: ``worth``, ``short``, ``beside``, ``calibration``, ``lift``, ``money``, ``groups``,
    ``drift``, ``learnt``, ``not_for``.

    Args:
        card: The card.
        lang: ``fr`` or ``en``.
        named: What a group of a dimension is called, ``("gender", "f")``.

    Raises:
        UnknownLanguage: ``lang`` is neither ``fr`` nor ``en``.
    """
    if lang not in LANGUAGES:
        raise UnknownLanguage(f"lang is {lang!r}; sentences exist in fr and en")
    blanks = _blanks(card, lang, named)

    def said(section: str, *names: str) -> tuple[str, ...]:
        return tuple(_WORDS.say(f"{section}.{name}", lang=lang, **blanks) for name in names)

    low = ("low",) if card.confidence == "low" else ()
    return {
        "worth": said("worth", _worth(card), *low),
        "short": said("short", "test", "discrimination", "level", "income", _fairness(card)),
        "beside": said("beside", card.verdict),
        "calibration": said("calibration", card.level),
        "lift": said("lift", "reach"),
        "money": said("money", "net", *(("behind",) if card.behind_from < 1 else ()), "received"),
        "groups": said("groups", "apart" if card.groups["unequal"].any() else "even"),
        "drift": said("drift", _drift(card)),
        "learnt": learnt(card.origins, card.learnt_from, lang=lang),
        "not_for": not_for(lang=lang),
    }


def learnt(origins: Sequence[date], learnt_from: int, *, lang: str) -> tuple[str, ...]:
    """Return what a model has learnt from, and from whom never."""
    known = {
        "learnt_from": money.number(learnt_from, lang=lang),
        "origins": ", ".join(period.written(day, lang=lang) for day in origins),
    }
    names = ("from", "nothing_later") if origins else ("nothing",)
    always = ("objectors", "anonymous", "never_gave")
    return tuple(_WORDS.say(f"learnt.{name}", lang=lang, **known) for name in (*names, *always))


def not_for(*, lang: str) -> tuple[str, ...]:
    """Return what a score must not be used for."""
    return tuple(_WORDS.labels("not_for", lang=lang).values())


def theme(name: str, *, lang: str) -> str:
    """Return what a theme of columns is about."""
    return _REASONS.say(f"theme.{name}", lang=lang)


def _worth(card: Card) -> str:
    if card.method != "mixture":
        return "rule_used"
    if card.verdict != "better":
        return card.verdict
    return "trust" if card.level == "right" else "trust_order"


def _fairness(card: Card) -> str:
    if not (~card.fairness["too_few"]).any():
        return "fairness_unknown"
    return "unequal" if card.fairness["unequal"].any() else "equal"


def _drift(card: Card) -> str:
    if card.columns is None:
        return "unknown"
    return "moved" if (card.columns["state"] != "steady").any() else "steady"


def _blanks(card: Card, lang: str, named: Named) -> dict[str, str]:
    told, fifth = card.goodness, card.fifth

    def written(minor: float) -> str:
        unit = 10 ** money.exponent(card.currency)
        whole = round(minor / unit) * unit
        return money.text(whole, currency=card.currency, lang=lang, decimals=0)

    return {
        "best": _WORDS.say(f"methods.{card.best_baseline}", lang=lang),
        "used": _used(card, lang),
        "auc": money.number(round(told.auc * 100), lang=lang),
        "tested": money.number(told.donors, lang=lang),
        "tested_on": period.written(card.backtest.origin, lang=lang),
        "months": str(card.period_months),
        "foretold": money.percent(told.mean_chance, lang=lang, decimals=1),
        "seen": money.percent(told.outcomes / told.donors, lang=lang, decimals=1),
        "expected": written(card.backtest.expected_minor),
        "given": written(card.backtest.seen_minor),
        "error": money.number(told.calibration_error * 100, lang=lang, decimals=1),
        "noise": money.number(told.calibration_noise * 100, lang=lang, decimals=1),
        "reached": money.percent(fifth["givers"], lang=lang),
        "net": written(fifth["net_minor"]),
        "net_rfm": written(fifth["net_rfm_minor"]),
        "net_random": written(fifth["net_all_even_minor"]),
        "behind": money.percent(card.behind_from, lang=lang),
        "contact": money.text(card.contact_minor, currency=card.currency, lang=lang),
        "unequal": _unequal(card.fairness, named, lang),
        "apart": _unequal(card.groups, named, lang),
        "moved": _moved(card, lang),
    }


def _used(card: Card, lang: str) -> str:
    known = _WORDS.labels("methods", lang=lang)
    return known.get(card.method, card.method)


def _unequal(table: pl.DataFrame, named: Named, lang: str) -> str:
    apart = table.filter("unequal").select("dimension", "group").rows()
    # A name may hold a comma.
    between = "\u202f; " if lang == "fr" else "; "
    return between.join(named(dimension, group) for dimension, group in apart)


def _moved(card: Card, lang: str) -> str:
    if card.columns is None:
        return ""
    moved = card.columns.filter(pl.col("state") != "steady").select("state", "theme", "psi")
    moved = moved.head(_THEMES)
    return ", ".join(
        _WORDS.say(
            f"states.{state}",
            lang=lang,
            theme=theme(name, lang=lang),
            psi=money.number(psi, lang=lang, decimals=2),
        )
        for state, name, psi in moved.rows()
    )
