"""Document: what was found of donors who drift away, put in reading order as one page."""

import math

import polars as pl

from mecene import money, period
from mecene.report.chapters.writing import Pen
from mecene.report.page import Block, Card, Page, Section, Table
from mecene.report.watch import examples, lexicon, pictures, rhythm_picture
from mecene.report.watch.looking import UNKNOWN, Watch, signals_of
from mecene.report.watch.past import CHECKS, FLAGGED, Past
from mecene.signals.backtest import Marks

_FIRST = 12
_TRAITS = ("channel", "read_device", "acted_device")
# Published for monthly donors (docs/methods/signals.md): the share flagged, what they hold.
_BAR = {"lapse": 0.07, "recall": 0.5, "precision": 0.15}


def document(watch: Watch) -> Page:
    """Return the page, in the language of the sentences."""
    pen = Pen(lang=watch.asked.lang, currency=watch.currency)
    day = period.written(watch.asked.as_of, lang=pen.lang)
    chapters = [_signs(watch, pen), _donors(watch, pen), _trust(watch, pen), _reach(watch, pen)]
    return Page(
        title=_say("titles.page", pen, day=day),
        subtitle=_say("titles.subtitle", pen, rate=_percent(watch.asked.false_alarm_rate, pen)),
        cards=_cards(watch, pen),
        sentences=_sentences(watch, pen),
        actions=[],
        sections=[*(chapter for chapter in chapters if chapter), _silent(watch, pen)],
        footer=[_say("titles.footer_weak", pen), pen.say("titles.footer")],
    )


def at_stake(watch: Watch) -> int:
    """Return what is at stake in the main currency, of those who may be contacted."""
    kept = watch.alarmed.filter(
        pl.col("kept_out").is_null() & (pl.col("currency") == watch.currency)
    )
    return int(kept["at_stake_minor"].sum())


def known(share: float) -> float | None:
    """Return a share, None where it is undefined."""
    return None if math.isnan(share) else share


def _cards(watch: Watch, pen: Pen) -> list[Card]:
    watched = watch.number(pl.col("state") == "watched")
    strong = watch.number(pl.col("level") == "strong")
    cards = [
        Card(
            pen.number(watched), _say("cards.watched", pen),
            _counted("cards.lapsed", watch.number(pl.col("state") == "lapsed"), pen),
        ),
        Card(
            pen.number(watch.alarmed.height), _say("cards.alarms", pen),
            _counted("cards.strong", strong, pen), tone="warn",
        ),
        Card(
            _about(watch.chance, pen), _say("cards.chance", pen),
            _say("cards.chance_note", pen, rate=_percent(watch.asked.false_alarm_rate, pen)),
        ),
        Card(pen.amount(at_stake(watch)), _say("cards.stake", pen), _say("cards.stake_note", pen)),
    ]  # fmt: skip
    if watch.past:
        marks = watch.past.marks["all"]
        cards.append(
            Card(
                pen.percent(known(marks.eventual_precision)), _say("cards.right", pen),
                _say(
                    "cards.right_note", pen,
                    base=pen.percent(known(marks.leaving / marks.watched)),
                    day=period.written(watch.past.day, lang=pen.lang),
                ),
            )
        )  # fmt: skip
        if watch.past.lead_days is not None:
            cards.append(
                Card(
                    _counted("words.days", round(watch.past.lead_days), pen),
                    _say("cards.lead", pen), _say("cards.lead_note", pen, checks=CHECKS),
                )
            )  # fmt: skip
    return cards


def _sentences(watch: Watch, pen: Pen) -> list[str]:
    out = watch.alarmed.filter(pl.col("kept_out").is_not_null())["kept_out"].value_counts(sort=True)
    said = [_say("findings.order", pen)]
    if out.height:
        causes = [_counted(f"kept_out.{name}", number, pen) for name, number in out.iter_rows()]
        said.append(
            _counted("findings.kept_out", int(out["count"].sum()), pen, list=", ".join(causes))
        )
    if not watch.past:
        said.append(_say("findings.no_past", pen))
    return said


def _signs(watch: Watch, pen: Pen) -> Section | None:
    counted = signals_of(watch.alarmed)
    if counted.is_empty():
        return None
    blocks = [
        Block(
            _say("leads.signs", pen), _say("how.signs", pen),
            picture=pictures.signs(counted, lang=pen.lang),
        )
    ]  # fmt: skip
    found = examples.of(watch)
    if found:
        drawn = rhythm_picture.rhythms(found, lang=pen.lang)
        blocks.append(Block(_say("leads.rhythms", pen), _say("how.rhythms", pen), picture=drawn))
        points = tuple(
            _say("words.example", pen, donor=number, sentence=sentence)
            for number, sentence in found.donors.select("donor_id", "sentence").iter_rows()
        )
        blocks.append(Block("", "", title=_say("captions.examples", pen), points=points))
    return Section("signs", _say("chapters.signs", pen), tuple(blocks))


def _donors(watch: Watch, pen: Pen) -> Section | None:
    first = watch.alarmed.filter(pl.col("kept_out").is_null()).head(_FIRST)
    if first.is_empty():
        return None
    rows = tuple(
        (
            pen.number(row["donor_id"]),
            row["evidence_sentence"] or _say("words.several", pen),
            row["reach_sentence"],
            money.text(
                row["at_stake_minor"], currency=row["currency"] or pen.currency, lang=pen.lang,
                decimals=0,
            ),
        )
        for row in first.iter_rows(named=True)
    )  # fmt: skip
    table = Table(
        header=_heads("donor", "evidence", "reach", "stake", pen=pen),
        rows=rows,
        caption=_say("captions.first", pen, n=len(rows)),
        words=(0, 1, 2),
    )
    return Section(
        "donors",
        _say("chapters.donors", pen),
        (Block(_say("leads.donors", pen), _say("how.donors", pen), table=table),),
    )


def _trust(watch: Watch, pen: Pen) -> Section:
    past = watch.past
    lead = _learnt(watch, pen)
    if past is None:
        return Section("trust", _say("chapters.trust", pen), (), lead=lead)
    day = period.written(past.day, lang=pen.lang)
    drawn = pictures.false_alarms(past, rate=watch.asked.false_alarm_rate, lang=pen.lang)
    blocks = (
        Block(_say("leads.false_alarms", pen, day=day), _say("how.false_alarms", pen), drawn),
        Block(_say("leads.past", pen, day=day), _say("how.past", pen), table=_marks(past, pen)),
    )
    return Section("trust", _say("chapters.trust", pen), blocks, lead=lead)


def _learnt(watch: Watch, pen: Pen) -> str:
    groups = watch.learnt.calibration.groups
    held = set(watch.counts.filter(pl.col("state") == "watched")["group"])
    theory = [name for name, each in groups.items() if name in held and not each.learnt]
    if not theory:
        return _say("leads.learnt", pen)
    names = [_say(f"parts.{name}", pen) for name in theory]
    return _say("leads.theory", pen, list=", ".join(names))


def _marks(past: Past, pen: Pen) -> Table:
    rows = [_row(_say(f"parts.{name}", pen), marks, pen) for name, marks in past.marks.items()]
    bar = (
        _say("parts.published", pen), "–", pen.percent(_BAR["lapse"]),
        pen.percent(FLAGGED), pen.percent(_BAR["recall"]), pen.percent(_BAR["precision"]),
        pen.number(_BAR["precision"] / _BAR["lapse"], decimals=1), "–",
    )  # fmt: skip
    return Table(
        header=_heads(
            "part", "watched", "lapsing", "flagged", "recall", "precision", "lift", "in_the_end",
            pen=pen,
        ),
        rows=(*rows, bar),
        caption=_say("captions.past", pen),
    )  # fmt: skip


def _row(name: str, marks: Marks, pen: Pen) -> tuple[str, ...]:
    base = marks.lapsing / marks.watched
    lift = marks.precision / base if marks.lapsing and marks.alarmed else None
    return (
        name,
        pen.number(marks.watched),
        pen.percent(base, decimals=1),
        pen.percent(marks.alarmed / marks.watched),
        pen.percent(known(marks.recall)),
        pen.percent(known(marks.precision)),
        pen.number(lift, decimals=1),
        pen.percent(known(marks.eventual_precision)),
    )


def _reach(watch: Watch, pen: Pen) -> Section | None:
    blocks = []
    shown = watch.reach.filter(pl.col("trait").is_in(_TRAITS))
    if shown.height:
        blocks.append(
            Block(_say("leads.reach", pen), _say("how.reach", pen), table=_choices(shown, pen))
        )
    for trait in ("weekday", "hour"):
        acts = watch.acts.filter(pl.col("trait") == trait)
        if acts["acts"].sum():
            sure = _counted(f"leads.sure_{trait}", watch.sure[trait], pen)
            lead = f"{_say(f'leads.moments_{trait}', pen)} {sure}"
            drawn = pictures.moments(acts, trait, lang=pen.lang)
            blocks.append(Block(lead, _say("how.moments", pen), picture=drawn))
    if not blocks:
        return None
    return Section("reach", _say("chapters.reach", pen), tuple(blocks))


def _choices(shown: pl.DataFrame, pen: Pen) -> Table:
    wide = shown.pivot("learnt_from", index=["trait", "choice"], values="donors")
    sources = ("declared", "own", "group")
    held = [name for name in sources if name in wide.columns]
    rows = tuple(
        (
            _say(
                f"traits.{row['trait']}", pen, choice=_say(f"choices.{trait}_{row['choice']}", pen)
            ),
            *(pen.number(row.get(name) or 0) for name in held),
        )
        for trait in _TRAITS
        for row in wide.filter(pl.col("trait") == trait)
        .sort(pl.sum_horizontal(held), descending=True)
        .iter_rows(named=True)
    )
    return Table(
        header=_heads("reached", *held, pen=pen), rows=rows, caption=_say("captions.reach", pen)
    )


def _silent(watch: Watch, pen: Pen) -> Section:
    points = tuple(_say(f"unknown.{name}", pen) for name in UNKNOWN if name in watch.unknown)
    always = tuple(_say(f"limits.{name}", pen) for name in lexicon.labels("limits", lang=pen.lang))
    blocks = [Block("", "", title=_say("captions.unknown", pen), points=points)] if points else []
    blocks.append(Block("", "", title=_say("captions.limits", pen), points=always))
    return Section("limits", _say("chapters.limits", pen), tuple(blocks))


def _heads(*names: str, pen: Pen) -> tuple[str, ...]:
    return tuple(_say(f"tables.{name}", pen) for name in names)


def _about(number: float, pen: Pen) -> str:
    return _say("words.about", pen, n=pen.number(round(number)))


def _percent(rate: float, pen: Pen) -> str:
    whole = abs(100 * rate - round(100 * rate)) < 1e-9
    return pen.percent(rate, decimals=0 if whole else 1)


def _say(key: str, pen: Pen, **values: object) -> str:
    return lexicon.say(key, lang=pen.lang, **values)


def _counted(key: str, number: int, pen: Pen, **values: object) -> str:
    one = abs(number) < 2 if pen.lang == "fr" else number == 1
    form = f"{key}_one" if one else f"{key}_many"
    return _say(form, pen, n=pen.number(number), **values)
