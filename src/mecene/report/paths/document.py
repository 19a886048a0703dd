"""Document: the paths to an act, put in reading order as one page."""

from mecene import period
from mecene.attribution import sentences
from mecene.attribution.credit import RULES
from mecene.attribution.looking import Found
from mecene.report import page
from mecene.report.chapters.writing import Pen
from mecene.report.page import Block, Card, Section, Table
from mecene.report.paths import lexicon, pictures


def document(found: Found, *, lang: str) -> page.Page:
    """Return the page, in a language."""
    pen = Pen(lang=lang, currency=found.asked.currency)
    act = sentences.act(found.asked.act, lang=lang)
    day = period.written(found.asked.as_of, lang=lang)
    told = [sentences.met(found, lang=lang)]
    if found.rules is not None:
        told.append(sentences.caution(lang=lang))
    chapters = [_credit(found, pen), _paths(found, pen)] if found.rules is not None else []
    return page.Page(
        title=_say("titles.page", pen, act=act, day=day),
        subtitle=_say("titles.subtitle", pen, days=pen.number(found.asked.within_days)),
        cards=_cards(found, pen),
        sentences=told,
        actions=[],
        sections=[*chapters, _devices(found, pen)],
        footer=[_say("titles.footer", pen)],
    )


def _cards(found: Found, pen: Pen) -> list[Card]:
    if found.rules is None:
        return []
    whole = found.rules.acts + found.rules.untouched
    best = {
        rule: max((one for one in found.rules.credits if one.rule == rule), key=lambda c: c.acts)
        for rule in RULES
    }
    return [
        Card(pen.number(found.rules.acts), _say("cards.met", pen),
             _say("cards.of_all", pen, share=pen.percent(found.rules.acts / whole))),
        *(
            Card(sentences.channel(one.channel, lang=pen.lang),
                 _say(f"cards.{rule}", pen), _say("cards.share", pen, share=pen.percent(one.share)))
            for rule, one in best.items()
        ),
    ]  # fmt: skip


def _credit(found: Found, pen: Pen) -> Section:
    drawn = Block(
        _say("leads.credit", pen), _say("how.credit", pen), pictures.credit(found, lang=pen.lang)
    )
    told = tuple(sentences.gap(gap, lang=pen.lang) for gap in found.gaps)
    told += tuple(said for one in found.held for said in sentences.held(one, lang=pen.lang))
    lead = "" if told else _say("leads.no_hold_out", pen)
    beside = Block(lead, _say("how.gaps", pen), title=_say("captions.gaps", pen), points=told)
    return Section("credit", _say("chapters.credit", pen), (drawn, beside))


def _paths(found: Found, pen: Pen) -> Section:
    flow = Block(
        _say("leads.flow", pen), _say("how.flow", pen), pictures.flow(found, lang=pen.lang)
    )
    most = Table(
        tuple(_say(f"tables.{name}", pen) for name in ("path", "acts", "share", "rate")),
        tuple(
            (
                sentences.path(row["path"], lang=pen.lang), pen.number(row["conversions"]),
                pen.part(row["share"]), pen.part(row["rate"]),
            )
            for row in found.most.to_dicts()
        ),
        _say("captions.most", pen),
    )  # fmt: skip
    jumps = Table(
        tuple(_say(f"tables.{name}", pen) for name in ("before", "now", "acts")),
        tuple(
            (
                sentences.channel(row["before"], lang=pen.lang),
                sentences.channel(row["now"], lang=pen.lang), pen.number(row["acts"]),
            )
            for row in found.jumps.head(12).to_dicts()
        ),
        _say("captions.jumps", pen), words=(0, 1),
    )  # fmt: skip
    blocks = [flow, Block(_say("leads.most", pen), _say("how.most", pen), table=most)]
    if jumps.rows:
        blocks.append(Block(_say("leads.jumps", pen), "", table=jumps))
    return Section("paths", _say("chapters.paths", pen), tuple(blocks))


def _devices(found: Found, pen: Pen) -> Section:
    lead = sentences.devices(found, lang=pen.lang)
    rows = tuple(
        (
            sentences.device(row["reading"], lang=pen.lang),
            sentences.device(row["acting"], lang=pen.lang), pen.number(row["acts"]),
        )
        for row in found.devices.table.to_dicts()
    )  # fmt: skip
    header = tuple(_say(f"tables.{name}", pen) for name in ("reading", "acting", "acts"))
    table = Table(header, rows, _say("captions.devices", pen), words=(0, 1))
    blocks = (Block("", _say("how.devices", pen), table=table),) if rows else ()
    return Section("devices", _say("chapters.devices", pen), blocks, lead)


def _say(key: str, pen: Pen, **values: object) -> str:
    return lexicon.say(key, lang=pen.lang, **values)
