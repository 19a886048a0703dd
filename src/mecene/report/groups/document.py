"""Document: the groups of a file, put in reading order as one page."""

from typing import Any

from mecene import money, period
from mecene.report import page
from mecene.report.chapters.writing import Pen
from mecene.report.groups import lexicon, pictures
from mecene.report.groups.finding import Groups
from mecene.report.page import Block, Card, Section, Table
from mecene.segments import motive_words, motives
from mecene.segments.cluster_page import GroupShown
from mecene.segments.cluster_rules import Adopted


def document(groups: Groups) -> page.Page:
    """Return the page, in the language asked for."""
    pen = Pen(lang=groups.asked.lang, currency=groups.currency)
    day = period.written(groups.asked.as_of, lang=pen.lang)
    several = groups.clusters.k > 1
    chapters = [_shape(groups, pen) if several else None, *_each(groups, pen)]
    chapters += [_motives(groups, pen), _argument(groups, pen)]
    if several:
        chapters.append(_adopting(groups, pen))
    return page.Page(
        title=_say("titles.page", pen, day=day),
        subtitle=_say("titles.subtitle", pen),
        cards=_cards(groups, pen),
        sentences=[groups.shown.why, *([_say("findings.not_a_segment", pen)] if several else [])],
        actions=[],
        sections=[chapter for chapter in chapters if chapter],
        footer=[_say("titles.footer", pen), pen.say("titles.footer")],
    )


def fidelity(adopted: Adopted, *, lang: str) -> str:
    """Return how far a condition stands for its group, in a sentence."""
    return lexicon.say(
        "rules.fidelity",
        lang=lang,
        precision=money.percent(adopted.precision, lang=lang),
        recall=money.percent(adopted.recall, lang=lang),
        donors=money.number(adopted.donors, lang=lang),
    )


def _cards(groups: Groups, pen: Pen) -> list[Card]:
    shown = groups.shown.groups
    reason = _say(f"cards.{groups.clusters.reason}", pen)
    cards = [
        Card(pen.number(len(shown)), _say("cards.groups", pen), reason),
        Card(
            pen.number(sum(each.donors for each in shown)), _say("cards.donors", pen),
            _say("cards.sampled", pen, n=pen.number(groups.clusters.sampled)),
        ),
    ]  # fmt: skip
    stable = [each.stability for each in shown if each.stability is not None]
    if stable:
        cards.append(
            Card(
                pen.percent(min(stable)), _say("cards.stability", pen),
                _say("cards.stability_note", pen), tone="good" if min(stable) >= 0.75 else "warn",
            )
        )  # fmt: skip
    return cards


def _shape(groups: Groups, pen: Pen) -> Section:
    shown = groups.shown.groups
    names = {each.number: each.name for each in shown}
    blocks = (
        Block(
            _say("leads.sizes", pen), _say("how.sizes", pen),
            pictures.sizes(shown, currency=pen.currency, lang=pen.lang),
        ),
        Block(
            _say("leads.profile", pen), _say("how.profile", pen),
            pictures.profile(groups.clusters, names, lang=pen.lang),
        ),
    )  # fmt: skip
    return Section("shape", _say("chapters.shape", pen), blocks)


def _each(groups: Groups, pen: Pen) -> list[Section]:
    return [_one(each, groups, pen) for each in groups.shown.groups]


def _one(shown: GroupShown, groups: Groups, pen: Pen) -> Section:
    lead = _say(
        "leads.group", pen, donors=lexicon.donors(shown.donors, lang=pen.lang),
        share=pen.percent(shown.donors_share),
        income=pen.amount(shown.amount_12m_minor),
        income_share=pen.percent(shown.amount_12m_share),
    )  # fmt: skip
    if shown.stability_words:
        lead += " " + _sentence(shown.stability_words)
    blocks = []
    if shown.distinguishing:
        points = tuple(_sentence(each) for each in shown.distinguishing)
        blocks.append(Block("", "", title=_say("captions.differs", pen), points=points))
    if shown.typical:
        points = tuple(_sentence(each) for each in shown.typical)
        title = _say("captions.typical", pen)
        blocks.append(Block("", groups.shown.invented, title=title, points=points))
    return Section(f"group-{shown.number}", f"{shown.number}. {shown.name}", tuple(blocks), lead)


def _motives(groups: Groups, pen: Pen) -> Section:
    title, lead = _say("chapters.motives", pen), _say("leads.motives", pen)
    if not (any(groups.motives.answer_rates) or any(groups.motives.chosen_shares)):
        return Section("motives", title, (), f"{lead} {_say('leads.motives_none', pen)}")
    known = [each for each in groups.shown.groups if each.motives]
    heads = tuple(motive_words.label(name, lang=pen.lang).capitalize() for name in motives.MOTIVES)
    unknown = motive_words.label("unknown", lang=pen.lang).capitalize()
    told = groups.motives.affinities
    affinities = Table(
        header=(_say("tables.group", pen), *heads),
        rows=tuple(
            (
                f"{each.number}. {each.name}",
                *(f"× {pen.number(value, decimals=2)}" for value in told[str(each.number)]),
            )
            for each in groups.shown.groups
            if str(each.number) in told
        ),
        caption=_say("captions.affinities", pen),
    )
    blocks = [Block(_say("leads.affinities", pen), _say("how.motives", pen), table=affinities)]
    if known:
        rows = tuple(
            (f"{each.number}. {each.name}", *(pen.part(share) for share in each.motives.values()))
            for each in known
        )
        table = Table(
            (_say("tables.group", pen), *heads, unknown), rows, _say("captions.motives", pen)
        )
        blocks.append(Block("", "", table=table))
    else:
        lead = f"{lead} {_say('leads.motives_few', pen)}"
    return Section("motives", title, tuple(blocks), lead)


def _argument(groups: Groups, pen: Pen) -> Section:
    rows = tuple(
        _candidate(row, groups, pen) for row in groups.shown.argument.iter_rows(named=True)
    )
    table = Table(
        header=tuple(
            _say(f"tables.{name}", pen)
            for name in ("k", "strength", "silhouette", "of_one", "verdict")
        ),
        rows=rows,
        caption=_say("captions.argument", pen),
        words=(0, 4),
    )
    block = Block(_say("leads.argument", pen), _say("how.argument", pen), table=table)
    title = _say("chapters.argument", pen)
    return Section("argument", title, (block,) if rows else (), "" if rows else groups.shown.why)


def _candidate(row: dict[str, Any], groups: Groups, pen: Pen) -> tuple[str, ...]:
    kept = row["k"] == groups.clusters.k
    verdict = "kept" if kept else row["refused_for"] or "coarser"
    return (
        pen.number(row["k"]),
        pen.percent(row["prediction_strength"]),
        pen.number(row["silhouette"], decimals=2),
        pen.number(row["silhouette_of_one"], decimals=2),
        _say(f"verdicts.{verdict}", pen),
    )


def _adopting(groups: Groups, pen: Pen) -> Section:
    rows = tuple(
        (
            f"{number}. {adopted.title}", adopted.name, pen.percent(adopted.precision),
            pen.percent(adopted.recall),
            _say("verdicts.faithful" if adopted.faithful else "verdicts.unfaithful", pen),
        )
        for number, adopted in groups.conditions.items()
    )  # fmt: skip
    steps = tuple(_say(f"steps.{name}", pen) for name in lexicon.labels("steps", lang=pen.lang))
    blocks = [Block("", "", title=_say("captions.steps", pen), points=steps)]
    if rows:
        header = tuple(
            _say(f"tables.{name}", pen)
            for name in ("group", "name", "precision", "recall", "verdict")
        )
        caption = _say("captions.conditions", pen)
        table = Table(header=header, rows=rows, caption=caption, words=(0, 1, 4))
        blocks.append(
            Block(_say("leads.conditions", pen), _say("how.conditions", pen), table=table)
        )
    return Section(
        "adopting", _say("chapters.adopting", pen), tuple(blocks), _say("leads.adopting", pen)
    )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _say(key: str, pen: Pen, **values: object) -> str:
    return lexicon.say(key, lang=pen.lang, **values)
