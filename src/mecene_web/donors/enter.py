"""Enter: a donor written down by hand, or put right; what a colleague decides wins over files."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import phonenumbers
import polars as pl
from django.db import transaction
from django.utils import timezone

from mecene.sources import people
from mecene_web.accounts.models import Staff
from mecene_web.audit import write
from mecene_web.donors import decide, redraw, touch
from mecene_web.donors.models import Donor, Record

TEXTS = (
    "civility", "first_name", "last_name", "organisation_name", "email", "phone", "address",
    "postcode", "city", "country", "language",
)  # fmt: skip
DAYS = ("birth_date", "deceased_on", "undeliverable_on")
FIELDS = (*TEXTS, *DAYS)
LONGEST = 200
_NAMING = ("last_name", "organisation_name", "email", "phone")
_EMAIL = re.compile(r"[^@\s,;<>()]+@[^@\s,;<>()]+\.[a-z0-9\-]{2,}")


class Unusable(ValueError):
    """Something written cannot be used; ``problems`` says what of which field."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(", ".join(f"{field}: {why}" for field, why in problems.items()))
        self.problems = dict(problems)


class KnownAlready(ValueError):
    """Somebody written with exactly these words is a donor already."""

    def __init__(self, donor_id: int) -> None:
        super().__init__(f"these words are of donor {donor_id}")
        self.donor_id = donor_id


def new(said: Mapping[str, str], *, by: Staff, now: datetime) -> Donor:
    """Write down a donor nobody told of yet; return them.

    Raises:
        Unusable: a field cannot be used, or nothing names them.
        KnownAlready: the same words were read before, in a file or by hand.
    """
    told = clean(said, today=timezone.localdate(now))
    if not any(told[name] for name in _NAMING):
        raise Unusable({"last_name": "nobody"})
    key = _key(told)
    with transaction.atomic():
        known = Record.objects.filter(key=key).first()
        if known:
            raise KnownAlready(known.donor_id)
        donor = Donor.objects.create()
        Record.objects.create(
            key=key, donor=donor, by_hand=True, declared=True, written_at=now, written_by=by,
            acquired_on=timezone.localdate(now), decided=list(_told(told)), **told,
        )  # fmt: skip
        redraw.redraw([donor.pk])
        touch.touch([donor.pk], now=now)
        write.write("create", "donor", donor.pk, by=by, now=now, donor_id=donor.pk,
                    after=_told(told))  # fmt: skip
    donor.refresh_from_db()
    return donor


def edit(donor_id: int, said: Mapping[str, str], *, by: Staff, now: datetime) -> list[str]:
    """Put a donor right: fields that differ are decided, even those now empty; return which.

    Raises:
        Unusable: a field cannot be used.
        Donor.DoesNotExist: nobody has this number.
    """
    told = clean(said, today=timezone.localdate(now))
    return decide.decide(donor_id, told, by=by, now=now)


def clean(said: Mapping[str, str], *, today: date) -> dict[str, Any]:
    """Return what was written as columns of a record; None for nothing.

    Raises:
        Unusable: a text is too long, or is no address, telephone or day.
    """
    told: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for name in FIELDS:
        text = _plain(said.get(name, ""))
        if len(text) > LONGEST:
            problems[name] = "long"
            continue
        try:
            told[name] = _READ.get(name, _text)(text, said) if text else None
        except ValueError:
            problems[name] = "unread"
    for name in DAYS:
        if told.get(name) and told[name] > today:
            problems[name] = "future"
    if problems:
        raise Unusable(problems)
    return told


def telephone(text: str, *, country: str = "FR") -> str:
    """Return a telephone number as E.164.

    Raises:
        ValueError: it is none.
    """
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as wrong:
        raise ValueError(text) from wrong
    if not phonenumbers.is_possible_number(number):
        raise ValueError(text)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def day(text: str) -> date:
    """Return a day written ``2026-03-01`` or ``01/03/2026``.

    Raises:
        ValueError: it is none.
    """
    found = re.fullmatch(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})", text.strip())
    read = date(*map(int, found.groups()[::-1])) if found else date.fromisoformat(text.strip())
    if read.year < 1850:
        raise ValueError(text)
    return read


def _plain(text: str) -> str:
    """Return one line: signs nobody can see are gone, runs of spaces are one."""
    bare = "".join(sign if unicodedata.category(sign)[0] != "C" else " " for sign in text)
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", bare)).strip()


def _text(text: str, _said: Mapping[str, str]) -> str:
    return text


def _email(text: str, _said: Mapping[str, str]) -> str:
    if not _EMAIL.fullmatch(text.lower()):
        raise ValueError(text)
    return text.lower()


def _phone(text: str, said: Mapping[str, str]) -> str:
    return telephone(text, country=(said.get("country") or "FR").upper()[:2])


def _country(text: str, _said: Mapping[str, str]) -> str:
    if not re.fullmatch(r"[A-Za-z]{2}", text):
        raise ValueError(text)
    return text.upper()


def _postcode(text: str, _said: Mapping[str, str]) -> str:
    return text.replace(" ", "").upper()


_READ: dict[str, Any] = {
    "email": _email, "phone": _phone, "country": _country, "postcode": _postcode,
    **{name: lambda text, _said: day(text) for name in DAYS},
    "language": lambda text, _said: text.lower()[:2],
}  # fmt: skip


def _key(told: Mapping[str, Any]) -> int:
    row = {name: told.get(name) for name in people.IDENTITY}
    schema = {name: people.PERSON[name] for name in people.IDENTITY}
    return int(people.keys(pl.DataFrame([row], schema=schema))[0])


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}
