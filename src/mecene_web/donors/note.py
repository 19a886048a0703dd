"""Note: what a colleague writes about a donor; it is never changed, and the donor may read it."""

from datetime import datetime

from django.db import transaction

from mecene_web.accounts.models import Staff
from mecene_web.audit import write
from mecene_web.donors import whereabouts
from mecene_web.donors.models import Note

LONGEST = 5_000
_DOUBLE_SECONDS = 60


class NothingToNote(ValueError):
    """The note is empty, or longer than five thousand signs."""


def note(donor_id: int, text: str, *, by: Staff, now: datetime) -> Note:
    """Write a note; the same words sent twice within a minute are one.

    Raises:
        NothingToNote: it is empty or too long.
        Donor.DoesNotExist: nobody has this number.
    """
    words = text.replace("\0", "").strip()
    if not words or len(words) > LONGEST:
        raise NothingToNote(f"a note has 1 to {LONGEST} signs, not {len(words)}")
    with transaction.atomic():
        donor = whereabouts.locked(donor_id)
        last = Note.objects.filter(donor=donor, by=by).order_by("-pk").first()
        if last and last.text == words and (now - last.at).total_seconds() < _DOUBLE_SECONDS:
            return last
        made = Note.objects.create(donor=donor, by=by, at=now, text=words)
        write.write("create", "note", made.pk, by=by, now=now, donor_id=donor.pk,
                    after={"text": words})  # fmt: skip
    return made
