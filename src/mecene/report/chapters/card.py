"""Card: what the scores are worth, for whom, and what they must not be used for."""

import math

from mecene import period
from mecene.report import group_names, lexicon
from mecene.report.analysis import Analysis
from mecene.report.chapters.writing import Pen
from mecene.report.page import Block, Section, Table
from mecene.report.pictures import card as pictures
from mecene.report.pictures import card_groups
from mecene.scores import card_words, contact
from mecene.scores.card import Card
from mecene.scores.model import ScoreModel

_METHODS = ("score", "rfm", "repeat", "habit")
# A department is too small a thing to draw; its figures stand below the picture.
_DRAWN = ("age", "gender", "region")


def chapter(analysis: Analysis, pen: Pen) -> Section | None:
    """Return the model card of an analysis; None where nobody who gave may be scored."""
    if analysis.foretold.is_empty():
        return None
    return section(analysis.foresight.model, analysis.foresight.card, pen)


def section(model: ScoreModel, card: Card | None, pen: Pen) -> Section:
    """Return the card of a model, as a chapter; ``card`` is None where it was never tested."""
    if card is None:
        return _untested(model, pen)
    said = card_words.sentences(
        card, lang=pen.lang, named=lambda of, group: group_names.named(of, group, lang=pen.lang)
    )
    return Section(
        anchor="card",
        title=pen.say("chapters.card"),
        lead=" ".join(said["worth"]),
        blocks=(
            _points("short", said["short"], pen),
            _points("not_for", said["not_for"], pen),
            _money(card, said["money"], pen),
            _beside(card, said["beside"], pen),
            _calibration(card, said["calibration"], pen),
            *_lift(card, said["lift"], pen),
            *_groups(card, said["groups"], pen),
            *_fairness(card, said["short"][-1], pen),
            _years(card, pen),
            *_drift(card, said["drift"], pen),
            _points("learnt", said["learnt"], pen, folded=True),
        ),
    )


def _untested(model: ScoreModel, pen: Pen) -> Section:
    learnt = card_words.learnt(model.origins, model.donors, lang=pen.lang)
    return Section(
        anchor="card",
        title=pen.say("chapters.card"),
        lead=pen.say("leads.card_untested"),
        blocks=(
            _points("not_for", card_words.not_for(lang=pen.lang), pen),
            _points("learnt", learnt, pen, folded=True),
        ),
    )


def _points(name: str, points: tuple[str, ...], pen: Pen, *, folded: bool = False) -> Block:
    title = pen.say(f"captions.{name}")
    return Block(lead="", how="", title=title, points=points, folded=folded)


def _money(card: Card, said: tuple[str, ...], pen: Pen) -> Block:
    supposed = card.contact_minor == contact.default_minor(card.currency)
    return Block(
        lead=" ".join((*said, *((pen.say("leads.card_cost"),) if supposed else ()))),
        how=pen.say("how.net", months=card.period_months, contact=pen.exact(card.contact_minor)),
        picture=pictures.net(card.depths, currency=card.currency, lang=pen.lang),
    )


def _beside(card: Card, said: tuple[str, ...], pen: Pen) -> Block:
    methods = card.backtest.goodness
    rows = tuple(
        (
            pen.say(f"methods.{name}"),
            "–" if math.isnan(told.auc) else pen.number(round(100 * told.auc)),
            pen.percent(told.mean_chance, decimals=1),
            pen.number(100 * told.calibration_error, decimals=1),
            pen.number(told.log_loss, decimals=2),
        )
        for name in _METHODS
        if (told := methods.get(name))
    )
    heads = ("method", "well_ordered", "foretold", "gap", "log_loss")
    return Block(
        lead=" ".join(said),
        how=pen.say(
            "how.tested",
            better=pen.number(card.better_by, decimals=4),
            se=pen.number(card.better_se, decimals=4),
        ),
        table=Table(_heads(heads, pen), rows, pen.say("captions.beside")),
        folded=True,
    )


def _calibration(card: Card, said: tuple[str, ...], pen: Pen) -> Block:
    return Block(
        lead=" ".join(said),
        how=pen.say("how.calibration"),
        picture=pictures.calibration(card.curve, lang=pen.lang),
        folded=True,
    )


def _lift(card: Card, said: tuple[str, ...], pen: Pen) -> list[Block]:
    if not card.goodness.outcomes:
        return []
    picture = pictures.lift(card.lift, lang=pen.lang)
    return [Block(lead=" ".join(said), how=pen.say("how.lift"), picture=picture, folded=True)]


def _groups(card: Card, said: tuple[str, ...], pen: Pen) -> list[Block]:
    told = card.groups.filter(~card.groups["too_few"])["dimension"].unique().to_list()
    drawn = next((name for name in ("segment", "gifts") if told.count(name)), None)
    if drawn is None:
        return []
    picture = card_groups.by_group(card.groups, drawn, lang=pen.lang)
    how = pen.say("how.card_groups")
    return [Block(lead=" ".join(said), how=how, picture=picture, folded=True)]


def _fairness(card: Card, said: str, pen: Pen) -> list[Block]:
    told = card.fairness.filter(~card.fairness["too_few"])
    if not told["dimension"].is_in(_DRAWN).any():
        return []
    good = card.goodness
    whole = good.mean_chance - good.outcomes / good.donors
    picture = card_groups.fairness(card.fairness, whole, dimensions=_DRAWN, lang=pen.lang)
    return [Block(lead=said, how=pen.say("how.fairness"), picture=picture, folded=True)]


def _years(card: Card, pen: Pen) -> Block:
    rows = tuple(
        (
            period.written(row["origin"], lang=pen.lang),
            pen.number(row["donors"]),
            pen.percent(row["foretold"], decimals=1),
            pen.percent(row["seen"], decimals=1),
            ("+" if row["gap"] > 0 else "") + pen.number(100 * row["gap"], decimals=1),
            "–" if math.isnan(row["auc"]) else pen.number(round(100 * row["auc"])),
        )
        for row in card.years.to_dicts()
    )
    heads = ("period_from", "donors", "foretold", "seen", "gap_points", "well_ordered")
    gaps = ", ".join(f"{row[4]} ({row[0]})" for row in rows)
    return Block(
        lead=pen.say("leads.card_years", list=gaps),
        how=pen.say("how.years"),
        table=Table(_heads(heads, pen), rows, pen.say("captions.card_years")),
        folded=True,
    )


def _drift(card: Card, said: tuple[str, ...], pen: Pen) -> list[Block]:
    if card.columns is None:
        return []
    states = lexicon.labels("drift", lang=pen.lang)
    rows = tuple(
        (
            card_words.theme(row["theme"], lang=pen.lang),
            pen.number(row["psi"], decimals=2),
            states[row["state"]],
        )
        for row in card.columns.to_dicts()
        # What the file never held has not moved.
        if row["psi"] > 0
    )
    return [
        Block(
            lead=" ".join(said),
            how=pen.say("how.drift"),
            table=Table(
                _heads(("theme", "psi", "drift_state"), pen),
                rows,
                pen.say("captions.drift"),
                words=(0, 2),
            ),
            folded=True,
        )
    ]


def _heads(names: tuple[str, ...], pen: Pen) -> tuple[str, ...]:
    return tuple(pen.say(f"tables.{name}") for name in names)
