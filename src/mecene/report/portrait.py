"""Portrait: what a finished report knows of one donor, in words."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from mecene import money
from mecene.report import lexicon, roll, spreadsheet, weak_signals
from mecene.report.weak_signals import WeakSignals
from mecene.words import LANGUAGES

_NAMED_AT_MOST = 8
_GIFTS_SHOWN = 12


class NoReport(FileNotFoundError):
    """There is no ``donors.parquet`` in the folder."""


class NobodyFound(LookupError):
    """No donor has this number, reference, e-mail or name."""


class SeveralFound(LookupError):
    """Several donors answer; the message names their numbers."""


@dataclass(frozen=True)
class Portrait:
    """One row of the roll, the donor's latest gifts (newest first), and what was found besides."""

    row: dict[str, Any]
    gifts: tuple[dict[str, Any], ...]
    folder: Path = Path()
    weak: WeakSignals = field(default_factory=WeakSignals)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        gifts = [dict(gift) for gift in self.gifts]
        return {**self.row, **self.weak.to_dict(), "latest_gifts": gifts}


def find(folder: Path, asked: str) -> Portrait:
    """Return the donor that a number, a reference, an e-mail or a name designates.

    Raises:
        NoReport: the folder holds no finished report.
        NobodyFound: nobody answers.
        SeveralFound: more than one donor does.
    """
    file = folder / "donors.parquet"
    if not file.exists():
        raise NoReport(str(file))
    roll = pl.scan_parquet(file)
    # An organisation has the name "" of a person: nothing asked must not find it.
    for condition in _ways(asked) if asked.strip() else []:
        found = roll.filter(condition).head(_NAMED_AT_MOST).collect()
        if found.height == 1:
            row = found.row(0, named=True)
            number = row["donor_id"]
            return Portrait(row, _gifts(folder, number), folder, weak_signals.of(folder, number))
        if found.height:
            raise SeveralFound(", ".join(str(number) for number in found["donor_id"]))
    raise NobodyFound(asked)


def lines(portrait: Portrait, *, lang: str) -> list[str]:
    """Return the portrait as lines for a person."""
    row = portrait.row
    who = " ".join(
        part
        for part in (row["civility"], row["first_name"], row["last_name"], row["organisation_name"])
        if part
    )
    names = lexicon.labels("columns", lang=lang)
    colon = "\u00a0: " if lang == "fr" else ": "
    shown = [f"{row['donor_id']}  {who or lexicon.say('portrait.no_name', lang=lang)}".rstrip()]
    # The report's own language has no second column.
    shown.append(f"  {row.get(roll.sentence_in(lang)) or row['sentence']}")
    besides = weak_signals.lines(portrait.weak, lang=lang, folder=portrait.folder)
    shown += [f"  {line}" for line in besides]
    for name, value in row.items():
        if name not in _SAID_ELSEWHERE and value not in (None, False, []):
            shown.append(f"  {names.get(name, name)}{colon}{_written(name, value, row, lang)}")
    if portrait.gifts:
        shown.append(f"  {lexicon.say('portrait.latest_gifts', lang=lang)}")
        shown += [f"    {_gift(gift, lang)}" for gift in portrait.gifts]
    return shown


_SAID_ELSEWHERE = (
    "donor_id", "civility", "first_name", "last_name", "organisation_name", "sentence", "reason",
    *(roll.sentence_in(lang) for lang in LANGUAGES),
)  # fmt: skip


def _ways(asked: str) -> list[pl.Expr]:
    """Return the ways a donor can be asked for, surest first."""
    folded = asked.strip().casefold()
    name = pl.concat_str("first_name", "last_name", separator=" ", ignore_nulls=True)
    ways = [
        pl.col("external_ids").list.contains(asked.strip()),
        pl.col("email") == folded,
        name.str.to_lowercase() == folded,
        pl.col("last_name").str.to_lowercase() == folded,
        pl.col("organisation_name").str.to_lowercase() == folded,
    ]
    number = [pl.col("donor_id") == int(folded)] if folded.isdecimal() else []
    return number + ways


def _gifts(folder: Path, donor_id: int) -> tuple[dict[str, Any], ...]:
    files = sorted((folder / "facts" / "gifts").glob(f"bucket={donor_id % 16:02d}/*.parquet"))
    if not files:
        return ()
    wanted = ("given_on", "amount_minor", "currency", "kind", "status", "campaign_id")
    return tuple(
        pl.scan_parquet(files, hive_partitioning=False)
        .filter(pl.col("donor_id") == donor_id)
        .sort("given_on", descending=True)
        .select(wanted)
        .head(_GIFTS_SHOWN)
        .collect()
        .to_dicts()
    )


def _gift(gift: dict[str, Any], lang: str) -> str:
    amount = money.text(gift["amount_minor"], currency=gift["currency"], lang=lang)
    kind = lexicon.labels("kinds", lang=lang)[gift["kind"]].lower()
    received = gift["status"] == "received"
    status = "" if received else lexicon.say(f"statuses.{gift['status']}", lang=lang)
    parts = [_day(gift["given_on"], lang), amount, kind, status, gift["campaign_id"]]
    return " · ".join(part for part in parts if part)


def _written(name: str, value: Any, row: dict[str, Any], lang: str) -> str:
    if name in spreadsheet.CODES:
        return spreadsheet.code(name, value, lang=lang)
    if name.endswith("_minor"):
        return money.text(round(value), currency=row["currency"] or "EUR", lang=lang)
    if name.startswith("p_") or name.endswith("_sure"):
        return money.percent(value, lang=lang)
    if isinstance(value, bool):
        return lexicon.say("words.yes", lang=lang)
    if isinstance(value, float):
        return money.number(value, lang=lang, decimals=1)
    if hasattr(value, "isoformat"):
        return _day(value, lang)
    return ", ".join(value) if isinstance(value, list) else str(value)


def _day(day: Any, lang: str) -> str:
    return str(day.strftime("%d/%m/%Y") if lang == "fr" else day.isoformat())
