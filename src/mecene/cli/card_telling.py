"""Card telling: what a model's card says in a few lines, and beside others."""

from collections.abc import Mapping

from mecene import money, period
from mecene.cli import score_telling
from mecene.cli.lexicon import counted, say
from mecene.cli.score_telling import figure
from mecene.scores import card_words
from mecene.scores.card import Card


def lines(card: Card, *, lang: str) -> list[str]:
    """Return what a model was worth where it had not looked, in sentences."""
    told, fifth = card.goodness, card.fifth

    def written(minor: float) -> str:
        return money.text(round(minor), currency=card.currency, lang=lang, decimals=0)

    return [
        " ".join(card_words.sentences(card, lang=lang)["worth"]),
        say(
            "models.card_auc",
            lang=lang,
            day=period.written(card.backtest.origin, lang=lang),
            donors=counted("intake.donors", told.donors, lang=lang),
            auc=figure(100 * told.auc, lang=lang, decimals=0),
            foretold=money.percent(told.mean_chance, lang=lang, decimals=1),
            seen=money.percent(told.outcomes / told.donors, lang=lang, decimals=1),
        ),
        say(
            "models.card_net",
            lang=lang,
            contact=money.text(card.contact_minor, currency=card.currency, lang=lang),
            net=written(fifth["net_minor"]),
            rfm=written(fifth["net_rfm_minor"]),
            random=written(fifth["net_all_even_minor"]),
        ),
    ]


def table(cards: Mapping[str, Card], *, lang: str) -> list[str]:
    """Return a line a model: the period it was tested on, and how it did."""
    heads = [
        say(key, lang=lang)
        for key in (
            "models.head_model",
            "models.head_period",
            "scores.auc",
            "scores.log_loss",
            "scores.calibration",
            "models.head_gain",
            "models.head_net",
        )
    ]
    rows = [
        [
            name,
            card.backtest.origin.isoformat(),
            figure(card.goodness.auc, lang=lang, decimals=3),
            figure(card.goodness.log_loss, lang=lang, decimals=4),
            figure(card.goodness.calibration_error, lang=lang, decimals=3),
            figure(card.better_by, lang=lang, decimals=4),
            money.text(
                round(card.fifth["net_minor"]), currency=card.currency, lang=lang, decimals=0
            ),
        ]
        for name, card in cards.items()
    ]
    return score_telling.aligned([heads, *rows])
