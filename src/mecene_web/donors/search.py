"""Search: which donors somebody is looking for, as they type.

Words in any order, each the beginning of a name, an e-mail address, a postcode, a town, a telephone
number or our own number; or a reference as a source wrote it.
"""

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from mecene.sources import folding
from mecene_web.donors import sought
from mecene_web.donors.models import Donor, Record
from mecene_web.organisation import indexed

SHOWN = 25
LONGEST = 200
_MOST_WORDS = 8
# Donors joined to others are found and left out: look a little further.
_MARGIN = 3


def search(text: str) -> list[Donor]:
    """Return at most ``SHOWN`` donors: references first, then whole words, then beginnings.

    ``donor.standing`` is there without another query, where the night has worked it out.
    """
    ids = numbers(text, most=SHOWN)
    known = Exists(Record.objects.filter(donor=OuterRef("pk")))
    found = Donor.objects.filter(known, pk__in=ids).select_related("standing")
    by_id = {donor.pk: donor for donor in found}
    return [by_id[number] for number in dict.fromkeys(ids) if number in by_id][:SHOWN]


def numbers(text: str, *, most: int) -> list[int]:
    """Return the numbers of the donors somebody is looking for, the likeliest first.

    Some may be others' by now, and some stand twice.

    Args:
        text: What was typed.
        most: About how many are wanted: no further kind of match is looked for once there are.
    """
    # What stands after the @ is of half the donors: it tells nobody apart, and takes long.
    words = folding.fold(text[:LONGEST].partition("@")[0]).split()[:_MOST_WORDS]
    if not words:
        return []
    ids = _by_address(text) or _by_reference(text)
    for begun in (False, True):
        if len(ids) < most and not ("@" in text and ids):
            ids += sought.matching(connection, words, begun=begun, limit=most * _MARGIN)
    return ids


def _by_address(text: str) -> list[int]:
    """Return the donors whose e-mail address begins so, once it is more than a name."""
    address = text.strip()[:LONGEST].lower()
    if "@" not in address or "\0" in address:
        return []
    held = Donor.objects.filter(indexed.begins("email", address))
    return list(held.values_list("pk", flat=True)[: SHOWN * _MARGIN])


def _by_reference(text: str) -> list[int]:
    """Return the donors whose reference in some source begins so."""
    reference = text.strip()[:LONGEST]
    if len(reference) < 2 or " " in reference or "\0" in reference:
        return []
    asked = Q()
    for written in {reference, reference.upper()}:
        asked |= indexed.begins("external_id", written)
    records = Record.objects.filter(asked).values_list("donor_id", flat=True)
    return list(records[:SHOWN])
