"""Alike: which donors somebody being written down may be already."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q

from mecene.sources import folding
from mecene_web.donors import enter, search
from mecene_web.donors.models import Donor, Record

SHOWN = 6
_NEIGHBOURS = 2_000


@dataclass(frozen=True)
class Alike:
    """A donor, and what they share: ``email``, ``phone``, ``place`` or ``name``."""

    donor: Donor
    why: tuple[str, ...]

    @property
    def sure(self) -> bool:
        """Return whether one address or number is theirs."""
        return bool({"email", "phone"} & set(self.why))


def alike(said: Mapping[str, str], *, besides: int | None = None) -> list[Alike]:
    """Return donors who share an e-mail, a telephone, or name and postcode; the surest first.

    Args:
        said: What is written so far, as typed.
        besides: A donor who is not looked at: who is being put right.
    """
    why: dict[int, list[str]] = {}
    for name, ids in (
        ("email", _by_email(said)), ("phone", _by_phone(said)),
        ("place", _by_place(said)), ("name", _by_name(said)),
    ):  # fmt: skip
        for number in ids:
            if number != besides:
                why.setdefault(number, []).append(name)
    if not why:
        return []
    donors = Donor.objects.in_bulk(list(why)[: 4 * SHOWN])
    found = [Alike(donors[number], tuple(told)) for number, told in why.items() if number in donors]
    return sorted(found, key=lambda one: (not one.sure, -len(one.why)))[:SHOWN]


def _by_email(said: Mapping[str, str]) -> list[int]:
    email = said.get("email", "").strip().lower()
    if "@" not in email or len(email) > enter.LONGEST:
        return []
    return _holders(Q(email=email))


def _by_phone(said: Mapping[str, str]) -> list[int]:
    try:
        return _holders(Q(phone=enter.telephone(said.get("phone", "")[:40])))
    except ValueError:
        return []


def _holders(asked: Q) -> list[int]:
    return list(Record.objects.filter(asked).values_list("donor_id", flat=True)[:SHOWN])


def _by_place(said: Mapping[str, str]) -> list[int]:
    postcode = said.get("postcode", "").replace(" ", "")
    name = _folded(said.get("last_name") or said.get("organisation_name") or "")
    if not postcode or not name:
        return []
    there = Donor.objects.filter(postcode=postcode[:20]).values_list(
        "pk", "last_name", "organisation_name"
    )
    return [
        number for number, last_name, body in there[:_NEIGHBOURS]
        if name in (_folded(last_name or ""), _folded(body or ""))
    ][:SHOWN]  # fmt: skip


def _by_name(said: Mapping[str, str]) -> list[int]:
    name = f"{said.get('last_name', '')} {said.get('first_name', '')}"[: enter.LONGEST]
    if len(folding.fold(name).split()) < 2:
        return []
    return [donor.pk for donor in search.search(name)[:SHOWN]]


def _folded(text: str) -> str:
    return folding.fold(text[: enter.LONGEST]).replace(" ", "")
