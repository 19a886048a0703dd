"""Folder: the alarms as files a person can open: a page, the list to act on, everybody's habits."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from mecene.engine.store import FactStore
from mecene.report import left_beside, page, reach, roll, spreadsheet
from mecene.report.watch import document, speech
from mecene.report.watch.looking import Watch
from mecene.sources import safe_writing

PAGE, ALARMS, HABITS = "watch.html", "alarms.csv", "habits.csv"
_PERSON = (
    "external_ids", "civility", "first_name", "last_name", "organisation_name", "email", "phone",
    "address", "postcode", "city",
)  # fmt: skip
_NAMED = ("external_ids", "first_name", "last_name", "organisation_name")
_ALARM = (
    "level", "evidence_sentence", "at_stake_minor", "expected_value_12m_minor", "alarm",
    "reach_sentence",
)  # fmt: skip
# Past so many donors, who is not in alarm is known by number only.
_MOST_NAMED = 200_000


def write(watch: Watch, into: Path) -> list[Path]:
    """Write ``watch.html``, ``alarms.csv``, ``habits.csv``, ``watch.parquet``; return their paths.

    Args:
        watch: What was found.
        into: A folder that is there.
    """
    lang, store = watch.asked.lang, watch.asked.store
    left_beside.write(
        (part.drop("evidence_sentence", "reach_sentence") for part in _parts(watch)),
        into / left_beside.WATCH,
        store=store,
        as_of=watch.asked.as_of,
    )
    how = spreadsheet.FORMAT[lang]
    people = _people(watch, store)
    safe_writing.write_csv(
        spreadsheet.worded(listed(watch, people), lang=lang), into / ALARMS, **how
    )
    safe_writing.write_csv(
        (_habits(part, people, lang=lang) for part in _parts(watch)), into / HABITS, **how
    )
    html = page.render(document.document(watch), lang=lang)
    (into / PAGE).write_text(html, encoding="utf-8")
    return [into / name for name in (PAGE, ALARMS, HABITS, left_beside.WATCH)]


def listed(watch: Watch, people: pl.DataFrame) -> pl.DataFrame:
    """Return the donors in alarm who may be contacted, what is at stake first, with who they are.

    Args:
        watch: What was found.
        people: ``donor_id`` and who they are, of all donors in alarm.
    """
    wanted = watch.alarmed.filter(pl.col("kept_out").is_null())
    named = _reached(wanted, people)
    held = [name for name in (*_PERSON, *reach.COLUMNS) if named[name].is_not_null().any()]
    person = [name for name in held if name in _PERSON]
    known = [name for name in held if name not in _PERSON]
    return named.select("donor_id", *person, *_ALARM, *known, "currency")


def _habits(part: pl.DataFrame, people: pl.DataFrame, *, lang: str) -> pl.DataFrame:
    """Return how each donor is best reached, as a person reads it; always the same columns."""
    shown = _reached(part, people).select("donor_id", *_NAMED, "reach_sentence", *reach.COLUMNS)
    return spreadsheet.worded(shown, lang=lang)


def _reached(donors: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Return donors with who they are, and of how to reach them only what is sure enough."""
    told = reach.told(donors)
    rest = donors.drop(reach.COLUMNS)
    return rest.join(told, on="donor_id", how="left", maintain_order="left").join(
        people, on="donor_id", how="left", maintain_order="left"
    )


def _people(watch: Watch, store: FactStore) -> pl.DataFrame:
    """Return who donors are; of a large file, those in alarm only."""
    everybody = int(watch.counts["donors"].sum()) <= _MOST_NAMED
    files = sorted(watch.donors.glob("*.parquet"))
    wanted = pl.read_parquet(files, columns=["donor_id"]) if everybody else watch.alarmed
    found = roll.named(store, as_of=watch.asked.as_of, only=wanted)
    return found.select("donor_id", *_PERSON)


def _parts(watch: Watch) -> Iterator[pl.DataFrame]:
    for file in sorted(watch.donors.glob("*.parquet")):
        yield pl.read_parquet(file)


def figures(watch: Watch) -> dict[str, Any]:
    """Return what was found as plain values, for machines: amounts in minor units."""
    past = watch.past
    return {
        "as_of": watch.asked.as_of.isoformat(),
        "currency": watch.currency,
        "false_alarm_rate": watch.asked.false_alarm_rate,
        "watched": watch.number(pl.col("state") == "watched"),
        "lapsed": watch.number(pl.col("state") == "lapsed"),
        "alarms": watch.alarmed.height,
        "strong": watch.number(pl.col("level") == "strong"),
        "by_chance": watch.chance,
        "listed": watch.alarmed.filter(pl.col("kept_out").is_null()).height,
        "at_stake_minor": document.at_stake(watch),
        "unknown": list(watch.unknown),
        "past": past and {
            "day": past.day.isoformat(),
            "lead_days": past.lead_days,
            "parts": {
                name: {
                    "watched": marks.watched,
                    "lapsing": marks.lapsing,
                    "alarmed": marks.alarmed,
                    "recall": speech.known(marks.recall),
                    "precision": speech.known(marks.precision),
                    "false_alarm_rate": speech.known(marks.false_alarm_rate),
                }
                for name, marks in past.marks.items()
            },
        },
    }  # fmt: skip
