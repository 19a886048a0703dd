"""Score telling: what is said of a model and of the scores it gave, in a screenful."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from mecene import money, period
from mecene.cli.lexicon import LEXICON, counted, say
from mecene.cli.model_folder import Kept, Outcome
from mecene.cli.score_files import CSV, PARQUET, Written
from mecene.scores import card_words
from mecene.scores.card import Card
from mecene.scores.goodness import Goodness
from mecene.scores.model import ScoreModel
from mecene.scores.trials import BASELINES, Test


@dataclass(frozen=True)
class Scored:
    """A model kept, what was written with it, and how it came to speak (None: told so)."""

    as_of: date
    kept: Kept
    written: Written
    outcome: Outcome | None
    out: Path

    @property
    def fitted(self) -> ScoreModel:
        """Return the model, which a command that writes scores always has."""
        assert self.kept.fitted is not None
        return self.kept.fitted

    def to_dict(self) -> dict[str, Any]:
        """Return all of it for machines."""
        files = [self.out / PARQUET, self.out / CSV, self.kept.path]
        return {
            "as_of": self.as_of.isoformat(),
            "donors": self.written.donors,
            "retention_alarms": self.written.alarms,
            "by_confidence": self.written.by_confidence,
            "currency": self.fitted.currency,
            "income_12m": asdict(self.written.income_12m) | {"confidence": 0.8},
            "model": described(self.fitted, self.kept.card),
            "champion": self.outcome.to_dict() if self.outcome else None,
            "files": [str(path) for path in files],
        }

    def lines(self, *, lang: str) -> list[str]:
        """Return what a person is told."""
        fitted, written = self.fitted, self.written
        income = written.income_12m
        amounts = {
            name: money.text(value, currency=fitted.currency, lang=lang, decimals=0)
            for name, value in (
                ("expected", income.expected_minor),
                ("low", income.low_minor),
                ("high", income.high_minor),
            )
        }
        lines = [
            "  " + say("scores.income", lang=lang, **amounts),
            "  " + counted("scores.alarms", written.alarms, lang=lang),
        ]
        return [
            "  " + counted("scores.donors", written.donors, lang=lang),
            *lines,
            "",
            *of_model(fitted, self.kept.card, lang=lang),
            *_lateness(fitted, self.as_of, lang=lang),
            *(of_outcome(self.outcome, lang=lang) if self.outcome else []),
            "",
            say("scores.files", lang=lang, out=self.out.resolve(), model=self.kept.path.resolve()),
        ]


def described(fitted: ScoreModel, card: Card | None) -> dict[str, Any]:
    """Return what a model is, for machines; what is not a number is null."""
    test = fitted.giving.tests[-1] if fitted.giving.tests else None
    return {
        "as_of": fitted.as_of.isoformat(),
        "origins": [origin.isoformat() for origin in fitted.origins],
        "period_months": fitted.period_months,
        "learnt_from": fitted.donors,
        "confidence": fitted.giving.confidence,
        "method": fitted.giving.method,
        "fingerprint": fitted.fingerprint,
        "warnings": list(fitted.warnings),
        "test": test and {
            "origin": test.origin.isoformat(),
            "on_other_donors": test.folds,
            "best_baseline": test.best_baseline,
            "better_by": number(test.better_by),
            "se": number(test.se),
            "methods": {name: numbers(found) for name, found in test.goodness.items()},
        },
        "card": card and of_card(card),
    }  # fmt: skip


def of_card(card: Card) -> dict[str, Any]:
    """Return the headline figures of a card, for machines."""
    told = card.backtest
    return {
        "tested_on": told.origin.isoformat(),
        "months": told.months,
        "verdict": card.verdict,
        "level": card.level,
        "best_baseline": card.best_baseline,
        "better_by": card.better_by,
        "better_by_se": card.better_se,
        "methods": {name: numbers(found) for name, found in told.goodness.items()},
        "expected_minor": told.expected_minor,
        "seen_minor": told.seen_minor,
        "contact_minor": card.contact_minor,
        "at_a_fifth": dict(card.fifth),
        "unequal": card.fairness.filter("unequal").select("dimension", "group").to_dicts(),
    }


def of_model(fitted: ScoreModel, card: Card | None, *, lang: str) -> list[str]:
    """Return what a model learnt from, how sure it is, and how it did where it had not seen."""
    lines = [_learnt(fitted, lang), sure(fitted, lang=lang)]
    if card:
        lines += _of_card(card, lang=lang)
    elif fitted.giving.tests:
        lines += _of_test(fitted.giving.tests[-1], fitted.giving.method, lang=lang)
    known = LEXICON.labels("model_warnings", lang=lang)
    return [*lines, *(f"  ! {known.get(name, name)}" for name in fitted.warnings)]


def sure(fitted: ScoreModel, *, lang: str) -> str:
    """Return how far to trust a model, and which method speaks."""
    return say(
        "scores.sure",
        lang=lang,
        confidence=say(f"confidence.{fitted.giving.confidence}", lang=lang),
        method=say(f"methods.{fitted.giving.method if fitted.origins else 'published'}", lang=lang),
    )


def of_outcome(found: Outcome, *, lang: str) -> list[str]:
    """Return which model speaks, and why, with the figures it rests on."""
    words: dict[str, object] = {"before": found.before or ""}
    duel = found.duel
    if duel:
        words |= {
            "origin": period.written(duel.origin, lang=lang),
            "months": duel.months,
            "donors": counted("intake.donors", duel.donors, lang=lang),
            "anew": money.number(duel.challenger_log_loss, lang=lang, decimals=4),
            "old": money.number(duel.champion_log_loss, lang=lang, decimals=4),
            "gap": money.number(duel.worse_by, lang=lang, decimals=4),
            "se": money.number(duel.se, lang=lang, decimals=4),
        }
    lines = [say(f"champions.{found.why}", lang=lang, **words)]
    return lines + ([say("champions.duel", lang=lang, **words)] if duel else [])


def table(goodness: Mapping[str, Goodness], names: Sequence[str], *, lang: str) -> list[str]:
    """Return a line a method: log loss, AUC, calibration error and its noise."""
    heads = [
        say(f"scores.{name}", lang=lang)
        for name in ("method", "log_loss", "auc", "calibration", "noise")
    ]
    rows = [heads] + [
        [
            say(f"methods.{name}", lang=lang),
            figure(goodness[name].log_loss, lang=lang, decimals=4),
            figure(goodness[name].auc, lang=lang, decimals=3),
            figure(goodness[name].calibration_error, lang=lang, decimals=3),
            figure(goodness[name].calibration_noise, lang=lang, decimals=3),
        ]
        for name in names
        if name in goodness
    ]
    return aligned(rows)


def aligned(rows: list[list[str]]) -> list[str]:
    """Return rows of cells in columns, the first to the left and numbers to the right."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return [
        "    "
        + "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def figure(value: float, *, lang: str, decimals: int) -> str:
    """Return a number as written, a dash where there is none."""
    return "–" if math.isnan(value) else money.number(value, lang=lang, decimals=decimals)


def number(value: float) -> float | None:
    """Return a number, None for what is none: JSON has no word for it."""
    return value if math.isfinite(value) else None


def numbers(found: Goodness) -> dict[str, float | None]:
    """Return a goodness for machines."""
    return {name: number(value) for name, value in asdict(found).items()}


def _learnt(fitted: ScoreModel, lang: str) -> str:
    day = period.written(fitted.as_of, lang=lang)
    if not fitted.origins:
        return say("scores.learnt_nothing", lang=lang, day=day)
    return say(
        "scores.learnt",
        lang=lang,
        day=day,
        rows=counted("scores.rows", fitted.donors, lang=lang),
        origins=counted("scores.origins", len(fitted.origins), lang=lang),
        months=fitted.period_months,
    )


def _of_card(card: Card, *, lang: str) -> list[str]:
    day = period.written(card.backtest.origin, lang=lang)
    gap = say(
        "scores.against",
        lang=lang,
        best=say(f"methods.{card.best_baseline}", lang=lang),
        gain=figure(card.better_by, lang=lang, decimals=4),
        se=figure(card.better_se, lang=lang, decimals=4),
    )
    names = ("score", *BASELINES)
    worth = " ".join(card_words.sentences(card, lang=lang)["worth"])
    return [
        say("scores.test", lang=lang, day=day),
        *table(card.backtest.goodness, names, lang=lang),
        f"  {gap}",
        f"  {worth}",
    ]


def _of_test(test: Test, used: str, *, lang: str) -> list[str]:
    key = "scores.test_folds" if test.folds else "scores.test"
    names = list(dict.fromkeys(("mixture", used, *BASELINES)))
    gap = say(
        "scores.against",
        lang=lang,
        best=say(f"methods.{test.best_baseline}", lang=lang),
        gain=figure(test.better_by, lang=lang, decimals=4),
        se=figure(test.se, lang=lang, decimals=4),
    )
    day = period.written(test.origin, lang=lang)
    return [say(key, lang=lang, day=day), *table(test.goodness, names, lang=lang), f"  {gap}"]


def _lateness(fitted: ScoreModel, as_of: date, *, lang: str) -> list[str]:
    """Return a doubt where a model is used on another day than it was learnt on."""
    if fitted.as_of == as_of:
        return []
    # Months are learnt in their order after the day of learning.
    key = "same_month" if fitted.as_of.month == as_of.month else "other_month"
    learnt, day = (period.written(each, lang=lang) for each in (fitted.as_of, as_of))
    return ["  ! " + say(f"scores.{key}", lang=lang, learnt=learnt, day=day)]
