"""Card: what a score is worth, for whom, and what it must not be used for.

All figures are of the last origin, unseen by the model that is tested there (`unseen`); they
are what may be expected of today's scores, by a model of the same making. No donor is in it.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mecene import money
from mecene.scores import drift, fairness, gaps, goodness
from mecene.scores.goodness import Goodness
from mecene.scores.model import ScoreModel
from mecene.scores.typical import running
from mecene.scores.unseen import Unseen

Vector = NDArray[np.float64]

DEPTHS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
LANGUAGES = ("fr", "en")


class UnknownLanguage(LookupError):
    """There are sentences in French and in English only."""


@dataclass(frozen=True)
class Card:
    """What a page about a score needs. Rates are in [0, 1], money in minor units of ``currency``.

    Attributes:
        as_of: Day the shown scores are made on.
        tested_on: The origin the figures are of.
        origins: Days the shown score was learnt from.
        period_months: What a chance is about: a free gift within so many months.
        currency: Of the amounts.
        learnt_from: Donors learnt from, over all origins.
        tested: Donors tested.
        goodness: By method: ``model``, ``rfm``, ``repeat``, ``habit``…; those of the same origin.
        curve: Ten groups of equal size: ``foretold``, ``seen``, its 95 % interval ``low``–``high``.
        lift: Tenths of donors, likeliest first: ``rate``, ``lift``, ``reached`` (share of givers).
        depths: Net money by share of donors written to (see ``net_by_depth``).
        groups: Gaps by ``dimension``: ``gifts``, ``regular``, ``kind``.
        years: By tested origin: ``drift.of_answers`` and the AUC.
        fairness: See ``fairness.of``.
        contact_minor: What writing to one donor costs.
    """

    as_of: date
    tested_on: date
    origins: tuple[date, ...]
    period_months: int
    currency: str
    learnt_from: int
    tested: int
    goodness: Mapping[str, Goodness]
    curve: pl.DataFrame
    lift: pl.DataFrame
    depths: pl.DataFrame
    groups: pl.DataFrame
    years: pl.DataFrame
    fairness: pl.DataFrame
    contact_minor: int


def of(model: ScoreModel, unseen: Unseen, *, contact_minor: int) -> Card:
    """Return the card of a model.

    Args:
        model: The one whose scores are shown.
        unseen: What one of the same making foretold of the last origin.
        contact_minor: What writing to one donor costs, >= 0.

    Raises:
        ValueError: no donor was tested.
    """
    tested = {"model": goodness.of(unseen.chance, unseen.gave)}
    for test in model.giving.tests:
        if test.origin == unseen.origin:
            tested |= {name: found for name, found in test.goodness.items() if name != "mixture"}
    return Card(
        as_of=model.as_of,
        tested_on=unseen.origin,
        origins=model.origins,
        period_months=unseen.period_months,
        currency=model.currency,
        learnt_from=model.donors,
        tested=len(unseen.gave),
        goodness=tested,
        curve=curve(unseen.chance, unseen.gave),
        lift=lift(unseen.chance, unseen.gave),
        depths=net_by_depth(unseen, contact_minor=contact_minor),
        groups=_groups(unseen),
        years=_years(model),
        fairness=fairness.of(unseen),
        contact_minor=contact_minor,
    )


def curve(chance: Vector, outcome: Vector) -> pl.DataFrame:
    """Return ten groups of equal size, least likely first: foretold, seen and its interval."""
    rows = []
    for place, (told, did) in enumerate(goodness.by_group(chance, outcome, groups=10), start=1):
        low, high = gaps.wilson(int(did.sum()), len(did))
        rows.append({
            "group": place, "donors": len(did), "foretold": float(told.mean()),
            "seen": float(did.mean()), "low": low, "high": high,
        })  # fmt: skip
    return pl.DataFrame(rows)


def lift(chance: Vector, outcome: Vector) -> pl.DataFrame:
    """Return tenths of donors, likeliest first.

    Columns: ``tenth`` from 1, ``donors``, ``rate``, ``lift`` (rate over that of all; NaN where
    nobody gave), ``reached``: share of all givers in this tenth and those before.
    """
    whole, reached, rows = outcome.mean(), 0.0, []
    parts = goodness.by_group(-chance, outcome, groups=10)
    for tenth, (_, did) in enumerate(parts, start=1):
        reached += float(did.sum())
        rate = float(did.mean())
        rows.append({
            "tenth": tenth, "donors": len(did), "rate": rate,
            "lift": rate / whole if whole else float("nan"),
            "reached": reached / outcome.sum() if whole else float("nan"),
        })  # fmt: skip
    return pl.DataFrame(rows)


def net_by_depth(unseen: Unseen, *, contact_minor: int) -> pl.DataFrame:
    """Return what writing to the best donors brings, net, by share of the file.

    Columns: ``depth``, a share; ``donors``; ``net_minor``: free gifts of the period less the cost
    of writing, to those of highest expected value; ``net_rfm_minor``: to those first by recency,
    frequency and amount; ``net_all_even_minor``: to as many taken at random. Gifts are those
    really made, asked for or not: an upper bound of what writing brings.
    """
    value = unseen.gave_minor
    by_model = np.cumsum(value[np.argsort(-unseen.worth_minor, kind="stable")])
    by_rfm = np.cumsum(value[np.argsort(-unseen.rfm, kind="stable")])
    rows = []
    for depth in DEPTHS:
        donors = max(1, round(depth * len(value)))
        cost = donors * contact_minor
        rows.append({
            "depth": depth, "donors": donors,
            "net_minor": round(float(by_model[donors - 1])) - cost,
            "net_rfm_minor": round(float(by_rfm[donors - 1])) - cost,
            "net_all_even_minor": round(float(value.sum()) * donors / len(value)) - cost,
        })  # fmt: skip
    return pl.DataFrame(rows)


def sentences(card: Card, *, lang: str) -> dict[str, tuple[str, ...]]:
    """Return the card in words: section → sentences, in reading order.

    Sections: ``measured``, ``learnt``, ``absent``, ``not_for``.

    Raises:
        UnknownLanguage: ``lang`` is neither ``fr`` nor ``en``.
    """
    if lang not in LANGUAGES:
        raise UnknownLanguage(f"lang is {lang!r}; sentences exist in fr and en")
    blanks = _blanks(card, lang)
    said: dict[str, tuple[str, ...]] = {}
    for section, named in _words().items():
        wanted = [words[lang] for name, words in named.items() if _holds(name, card)]
        said[section] = tuple(str(sentence).format(**blanks) for sentence in wanted)
    return said


def _groups(unseen: Unseen) -> pl.DataFrame:
    gifts = pl.col("gifts")
    labels = unseen.summary.select(
        gifts=pl.when(gifts == 1).then(pl.lit("1"))
        .when(gifts == 2).then(pl.lit("2"))
        .when(gifts <= 5).then(pl.lit("3-5"))
        .when(gifts <= 10).then(pl.lit("6-10"))
        .otherwise(pl.lit("11+")),
        regular=pl.when(running()).then(pl.lit("yes")).otherwise(pl.lit("no")),
        kind=pl.col("kind").fill_null("unknown"),
    )  # fmt: skip
    parts: Sequence[pl.DataFrame] = [
        gaps.by(labels[name], unseen.chance, unseen.gave, alarmed=unseen.alarmed).select(
            pl.lit(name).alias("dimension"), pl.all()
        )
        for name in labels.columns
    ]
    return pl.concat(parts)


def _years(model: ScoreModel) -> pl.DataFrame:
    found = drift.of_answers(model.giving)
    aucs = [test.goodness["mixture"].auc for test in model.giving.tests]
    return found.with_columns(auc=pl.Series(aucs, dtype=pl.Float64))


def _holds(name: str, card: Card) -> bool:
    """Return whether a sentence is true of a card; most are of all."""
    told = card.goodness["model"]
    excess = told.calibration_error - told.calibration_noise
    beaten = [f.log_loss for n, f in card.goodness.items() if n in ("rfm", "repeat", "habit")]
    unequal = bool(card.fairness["unequal"].any())
    return {
        "calibrated": excess <= 0.01,
        "miscalibrated": excess > 0.01,
        "better": bool(beaten) and told.log_loss < min(beaten),
        "not_better": bool(beaten) and told.log_loss >= min(beaten),
        "unequal": unequal,
        "equal": not unequal and bool((~card.fairness["too_few"]).any()),
        "fairness_unknown": not bool((~card.fairness["too_few"]).any()),
    }.get(name, True)


def _blanks(card: Card, lang: str) -> dict[str, str]:
    told = card.goodness["model"]
    fifth = card.depths.row(by_predicate=pl.col("depth") == 0.2, named=True)

    def written(minor: float) -> str:
        unit = 10 ** money.exponent(card.currency)
        return money.text(round(minor / unit) * unit, currency=card.currency, lang=lang)

    unequal = card.fairness.filter("unequal")
    return {
        "auc": money.number(told.auc * 100, lang=lang),
        "tested": money.number(card.tested, lang=lang),
        "tested_on": _day(card.tested_on, lang),
        "months": str(card.period_months),
        "foretold": money.percent(told.mean_chance, lang=lang, decimals=1),
        "seen": money.percent(told.outcomes / told.donors, lang=lang, decimals=1),
        "error": money.number(told.calibration_error * 100, lang=lang, decimals=1),
        "noise": money.number(told.calibration_noise * 100, lang=lang, decimals=1),
        "reached": money.percent(float(card.lift["reached"][min(1, card.lift.height - 1)]),
                                 lang=lang),
        "net": written(fifth["net_minor"]),
        "net_rfm": written(fifth["net_rfm_minor"]),
        "contact": money.text(card.contact_minor, currency=card.currency, lang=lang),
        "learnt_from": money.number(card.learnt_from, lang=lang),
        "origins": ", ".join(_day(day, lang) for day in card.origins),
        "groups": ", ".join(unequal["group"].to_list()),
    }  # fmt: skip


def _day(day: date, lang: str) -> str:
    return f"{day:%d/%m/%Y}" if lang == "fr" else f"{day.day} {day:%B %Y}"


@cache
def _words() -> dict[str, Any]:
    text = resources.files("mecene.scores").joinpath("card.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
