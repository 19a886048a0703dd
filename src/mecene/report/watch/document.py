"""Document: what was found of donors who drift away, put in reading order as one page."""

import polars as pl

from mecene import money, period
from mecene.report.chapters.writing import Pen
from mecene.report.page import Block, Card, Page, Section, Table
from mecene.report.watch import examples, lexicon, pictures, rhythm_picture
from mecene.report.watch.looking import UNKNOWN, Watch, signals_of
from mecene.report.watch.past import CHECKS, FLAGGED, Past
from mecene.report.watch.speech import counted, known, rate, say
from mecene.signals.backtest import Marks

_FIRST = 12
# Departures, and alarms, that say something of how the others would fare.
_TELLING = 20
_TRAITS = ("channel", "read_device", "acted_device")
# Published for monthly donors (docs/methods/signals.md): the share flagged, what they hold.
_BAR = {"lapse": 0.07, "recall": 0.5, "precision": 0.15}


def document(watch: Watch) -> Page:
    """Return the page, in the language of the sentences."""
    pen = Pen(lang=watch.asked.lang, currency=watch.currency)
    day = period.written(watch.asked.as_of, lang=pen.lang)
    chapters = [_signs(watch, pen), _donors(watch, pen), _trust(watch, pen), _reach(watch, pen)]
    return Page(
        title=say("titles.page", pen, day=day),
        subtitle=say("titles.subtitle", pen, rate=rate(watch.asked.false_alarm_rate, pen)),
        cards=_cards(watch, pen),
        sentences=_sentences(watch, pen),
        actions=[],
        sections=[*(chapter for chapter in chapters if chapter), _silent(watch, pen)],
        warnings=_warnings(watch, pen),
        footer=[say("titles.footer_weak", pen), pen.say("titles.footer")],
    )


def at_stake(watch: Watch) -> int:
    """Return what is at stake in the main currency, of those who may be contacted."""
    kept = watch.alarmed.filter(
        pl.col("kept_out").is_null() & (pl.col("currency") == watch.currency)
    )
    return int(kept["at_stake_minor"].sum())


def _cards(watch: Watch, pen: Pen) -> list[Card]:
    watched = watch.number(pl.col("state") == "watched")
    strong = watch.number(pl.col("level") == "strong")
    cards = [
        Card(
            pen.number(watched), say("cards.watched", pen),
            counted("cards.lapsed", watch.number(pl.col("state") == "lapsed"), pen),
        ),
        Card(
            pen.number(watch.alarmed.height), say("cards.alarms", pen),
            counted("cards.strong", strong, pen), tone="warn",
        ),
        Card(
            say("words.about", pen, n=pen.number(round(watch.chance))), say("cards.chance", pen),
            say("cards.chance_note", pen, rate=rate(watch.asked.false_alarm_rate, pen)),
        ),
        Card(pen.amount(at_stake(watch)), say("cards.stake", pen), say("cards.stake_note", pen)),
    ]  # fmt: skip
    if watch.past:
        marks = watch.past.marks["all"]
        cards.append(
            Card(
                pen.percent(known(marks.eventual_precision)), say("cards.right", pen),
                say(
                    "cards.right_note", pen,
                    base=pen.percent(known(marks.leaving / marks.watched)),
                    day=period.written(watch.past.day, lang=pen.lang),
                ),
            )
        )  # fmt: skip
        if watch.past.lead_days is not None:
            cards.append(
                Card(
                    counted("words.days", round(watch.past.lead_days), pen),
                    say("cards.lead", pen), say("cards.lead_note", pen, checks=CHECKS),
                )
            )  # fmt: skip
    return cards


def _sentences(watch: Watch, pen: Pen) -> list[str]:
    out = watch.alarmed.filter(pl.col("kept_out").is_not_null())["kept_out"].value_counts(sort=True)
    said = [say("findings.order", pen)]
    if out.height:
        causes = [counted(f"kept_out.{name}", number, pen) for name, number in out.iter_rows()]
        said.append(
            counted("findings.kept_out", int(out["count"].sum()), pen, list=", ".join(causes))
        )
    slight = watch.alarmed.filter(pl.col("signals").list.len() == 0).height
    if slight:
        said.append(counted("findings.slight", slight, pen))
    if not watch.past:
        said.append(say("findings.no_past", pen))
    return said


def _warnings(watch: Watch, pen: Pen) -> list[str]:
    """Return what the file's own past says against today's alarms."""
    if not watch.past:
        return []
    marks, asked = watch.past.marks["all"], watch.asked.false_alarm_rate
    said = []
    if marks.lapsing >= _TELLING and marks.alarmed >= _TELLING:
        base = marks.lapsing / marks.watched
        if marks.precision < base:
            words = {"precision": pen.percent(marks.precision, decimals=1)}
            said.append(say("warnings.no_better", pen, base=pen.percent(base, decimals=1), **words))
    low, _ = marks.false_alarm_interval()
    if low > asked:
        seen = pen.percent(known(marks.false_alarm_rate), decimals=1)
        said.append(say("warnings.rate", pen, seen=seen, asked=rate(asked, pen)))
    return said


def _signs(watch: Watch, pen: Pen) -> Section | None:
    found_signs = signals_of(watch.alarmed)
    if found_signs.is_empty():
        return None
    blocks = [
        Block(
            say("leads.signs", pen), say("how.signs", pen),
            picture=pictures.signs(found_signs, lang=pen.lang),
        )
    ]  # fmt: skip
    found = examples.of(watch)
    if found:
        drawn = rhythm_picture.rhythms(found, lang=pen.lang)
        blocks.append(Block(say("leads.rhythms", pen), say("how.rhythms", pen), picture=drawn))
        points = tuple(
            say("words.example", pen, donor=number, sentence=sentence)
            for number, sentence in found.donors.select("donor_id", "sentence").iter_rows()
        )
        blocks.append(Block("", "", title=say("captions.examples", pen), points=points))
    return Section("signs", say("chapters.signs", pen), tuple(blocks))


def _donors(watch: Watch, pen: Pen) -> Section | None:
    first = watch.alarmed.filter(pl.col("kept_out").is_null()).head(_FIRST)
    if first.is_empty():
        return None
    rows = tuple(
        (
            pen.number(row["donor_id"]),
            row["evidence_sentence"],
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
        caption=say("captions.first", pen, n=len(rows)),
        words=(0, 1, 2),
    )
    return Section(
        "donors",
        say("chapters.donors", pen),
        (Block(say("leads.donors", pen), say("how.donors", pen), table=table),),
    )


def _trust(watch: Watch, pen: Pen) -> Section:
    past = watch.past
    lead = _learnt(watch, pen)
    if past is None:
        return Section("trust", say("chapters.trust", pen), (), lead=lead)
    day = period.written(past.day, lang=pen.lang)
    table = Block(say("leads.past", pen, day=day), say("how.past", pen), table=_marks(past, pen))
    whole = past.marks["all"]
    if whole.watched == whole.leaving:
        # Nobody stayed: no alarm could be a false one.
        return Section("trust", say("chapters.trust", pen), (table,), lead=lead)
    drawn = pictures.false_alarms(past, rate=watch.asked.false_alarm_rate, lang=pen.lang)
    rates = Block(say("leads.false_alarms", pen, day=day), say("how.false_alarms", pen), drawn)
    return Section("trust", say("chapters.trust", pen), (rates, table), lead=lead)


def _learnt(watch: Watch, pen: Pen) -> str:
    groups = watch.learnt.calibration.groups
    held = set(watch.counts.filter(pl.col("state") == "watched")["group"])
    theory = [name for name, each in groups.items() if name in held and not each.learnt]
    if not theory:
        return say("leads.learnt", pen)
    names = [say(f"parts.{name}", pen) for name in theory]
    return say("leads.theory", pen, list=", ".join(names))


def _marks(past: Past, pen: Pen) -> Table:
    rows = [_row(say(f"parts.{name}", pen), marks, pen) for name, marks in past.marks.items()]
    bar = (
        say("parts.published", pen), "–", pen.percent(_BAR["lapse"]),
        pen.percent(FLAGGED), pen.percent(_BAR["recall"]), pen.percent(_BAR["precision"]),
        pen.number(_BAR["precision"] / _BAR["lapse"], decimals=1), "–",
    )  # fmt: skip
    return Table(
        header=_heads(
            "part", "watched", "lapsing", "flagged", "recall", "precision", "lift", "in_the_end",
            pen=pen,
        ),
        rows=(*rows, bar),
        caption=say("captions.past", pen),
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
            Block(say("leads.reach", pen), say("how.reach", pen), table=_choices(shown, pen))
        )
    for trait in ("weekday", "hour"):
        acts = watch.acts.filter(pl.col("trait") == trait)
        if acts["acts"].sum():
            sure = counted(f"leads.sure_{trait}", watch.sure[trait], pen)
            lead = f"{say(f'leads.moments_{trait}', pen)} {sure}"
            drawn = pictures.moments(acts, trait, lang=pen.lang)
            blocks.append(Block(lead, say("how.moments", pen), picture=drawn))
    if not blocks:
        return None
    return Section("reach", say("chapters.reach", pen), tuple(blocks))


def _choices(shown: pl.DataFrame, pen: Pen) -> Table:
    wide = shown.pivot("learnt_from", index=["trait", "choice"], values="donors")
    sources = ("declared", "own", "group")
    held = [name for name in sources if name in wide.columns]
    rows = tuple(
        (
            say(f"traits.{row['trait']}", pen, choice=say(f"choices.{trait}_{row['choice']}", pen)),
            *(pen.number(row.get(name) or 0) for name in held),
        )
        for trait in _TRAITS
        for row in wide.filter(pl.col("trait") == trait)
        .sort(pl.sum_horizontal(held), descending=True)
        .iter_rows(named=True)
    )
    return Table(
        header=_heads("reached", *held, pen=pen), rows=rows, caption=say("captions.reach", pen)
    )


def _silent(watch: Watch, pen: Pen) -> Section:
    points = tuple(say(f"unknown.{name}", pen) for name in UNKNOWN if name in watch.unknown)
    always = tuple(say(f"limits.{name}", pen) for name in lexicon.labels("limits", lang=pen.lang))
    blocks = [Block("", "", title=say("captions.unknown", pen), points=points)] if points else []
    blocks.append(Block("", "", title=say("captions.limits", pen), points=always))
    return Section("limits", say("chapters.limits", pen), tuple(blocks))


def _heads(*names: str, pen: Pen) -> tuple[str, ...]:
    return tuple(say(f"tables.{name}", pen) for name in names)
