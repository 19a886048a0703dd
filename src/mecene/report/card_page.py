"""Card page: the card of one saved model as a page of its own."""

from mecene import period
from mecene.report import page
from mecene.report.chapters import card as chapter
from mecene.report.chapters.writing import Pen
from mecene.scores.card import Card
from mecene.scores.model import ScoreModel


def html(model: ScoreModel, card: Card | None, *, name: str, lang: str) -> str:
    """Return the page.

    Args:
        model: The model.
        card: Its card; None where it was never put to the test.
        name: Of its file.
        lang: ``fr`` or ``en``.
    """
    pen = Pen(lang=lang, currency=model.currency)
    day = period.written(model.as_of, lang=lang)
    written = page.Page(
        title=pen.say("titles.card", day=day),
        subtitle=pen.say("titles.card_of", name=name),
        cards=(),
        sentences=(),
        actions=(),
        sections=(chapter.section(model, card, pen),),
        footer=(pen.say("titles.footer_value"), pen.say("titles.footer")),
    )
    return page.render(written, lang=lang)
