"""Erase: everything that is a person's goes, for ever, but what the law has us keep.

Their gifts stay as anonymous lines of the books; who gave them is sealed apart for as long as the
law asks (``archive``). Files and free pages of the database are cleared right after (``wipe``).
"""

import hashlib
import hmac
import uuid
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import models, transaction

from mecene_web.accounts.models import Staff
from mecene_web.audit import keys, write
from mecene_web.consent import ledger, state, suppression
from mecene_web.donors import leave
from mecene_web.donors.models import Donor, Household, Merge, Record
from mecene_web.giving.models import Correction, Entry, Gift
from mecene_web.rights import archive, holdings, named
from mecene_web.rights.models import Erasure, Request
from mecene_web.tasks import ask

WIPE = "rights.wipe"
REASONS = ("request", "retention", "restored")


class NobodyThere(LookupError):
    """There is no such donor: they were erased already, or are another now."""


def erase(donor_id: int, *, reason: str, by: Staff | None, now: datetime) -> Erasure:
    """Erase a person, and whoever was found to be them; return what remembers that they are gone.

    Args:
        donor_id: Who.
        reason: One of ``REASONS``. On request, their addresses are silenced for ever; by
            retention, those they had refused.
        by: Who decided it.
        now: The moment.

    Raises:
        NobodyThere: no donor has this number, or they were merged into another.
    """
    with transaction.atomic():
        donor = Donor.objects.select_for_update().filter(pk=donor_id).first()
        if donor is None or Merge.objects.filter(absorbed=donor, undone_at=None).exists():
            raise NobodyThere(f"there is no donor {donor_id} to erase")
        people = everybody(donor_id)
        said = named.words(people)
        made = Erasure.objects.create(
            uid=uuid.uuid4().hex, donor_id=donor_id, reason=reason, at=now, by=by,
            hashes=sorted(known_by(key) for key in _keys(people)),
        )  # fmt: skip
        _silenced(people, reason=reason, now=now)
        archive.seal(donor, now=now)
        _unsigned(people)
        leave.leave(people, now=now)
        with ledger.opened("erasure"):
            _gone(people)
        named.strike(said)
        for number in people:
            keys.destroy(number)
        write.write("erase", "donor", donor_id, by=by, now=now, after={"reason": reason})
        ask.ask(WIPE, now=now, subject_id=made.pk)
    return made


def everybody(donor_id: int) -> list[int]:
    """Return a donor and all who were merged into them, also by way of one another."""
    found, asked = {donor_id}, {donor_id}
    while asked:
        merged = Merge.objects.filter(kept_id__in=asked, undone_at=None)
        asked = set(merged.values_list("absorbed_id", flat=True)) - found
        found |= asked
    return sorted(found)


def known_by(record_key: int) -> str:
    """Return the hash by which a record is known once it is gone."""
    secret = hashlib.sha256(f"mecene.erasure:{settings.SECRET_KEY}".encode()).digest()
    return hmac.new(secret, str(record_key).encode(), hashlib.sha256).hexdigest()


def _keys(people: Sequence[int]) -> list[int]:
    return list(Record.objects.filter(donor_id__in=people).values_list("key", flat=True))


def _silenced(people: Sequence[int], *, reason: str, now: datetime) -> None:
    if reason != "retention":
        suppression.add(suppression.addresses(people), reason="erasure", now=now)
        return
    on = state.heard_by(now)
    refused = [
        (kind, getattr(donor, kind))
        for donor in Donor.objects.filter(pk__in=people)
        for kind, channels in suppression.CHANNELS.items()
        for found in [state.may(donor.pk, purposes=["appeal"], channel=channels[0], on=on)]
        if found and found.reason in ("against", "suppressed")
    ]
    suppression.add(refused, reason="objection", now=now)


def _unsigned(people: Sequence[int]) -> None:
    """Leave their gifts as anonymous lines: day, amount, campaign, and nothing that names."""
    Gift.objects.filter(payer_id__in=people).update(payer=None)
    mine = Gift.objects.filter(donor_id__in=people)
    Entry.objects.filter(gift__in=mine).update(bank="", number="")
    Correction.objects.filter(gift__in=mine).update(reason="")
    mine.filter(commitment_ref__isnull=False).update(commitment_ref=None)
    # A reference may hold a name, or lead to one at the bank or the payment provider.
    mine.update(
        donor=None, record=None, in_memory_of=None,
        source_ref=models.functions.Concat(
            models.Value("erased:"), models.functions.Cast("id", models.TextField())
        ),
    )  # fmt: skip
    Request.objects.filter(donor_id__in=people).update(donor=None, asked_by="[…]")


def _gone(people: Sequence[int]) -> None:
    homes = set(Donor.objects.filter(pk__in=people).values_list("household_id", flat=True))
    records = list(Record.objects.filter(donor_id__in=people).values_list("pk", flat=True))
    for model, field in holdings.bound():
        ids = people if model._meta.get_field(field).related_model is Donor else records
        _removed(holdings.rows(model).filter(**{f"{field}__in": ids}))
    for model in holdings.numbered():
        holdings.rows(model).filter(donor_id__in=people).delete()
    Record.objects.filter(pk__in=records).delete()
    Donor.objects.filter(pk__in=people).delete()
    Household.objects.filter(pk__in=homes - {None}, donors=None).delete()


def _removed(rows: "models.QuerySet[models.Model]") -> None:
    """Remove rows after all that hangs on them, which would refuse otherwise."""
    hanging = [
        relation
        for relation in rows.model._meta.get_fields(include_hidden=True)
        if relation.auto_created and not relation.concrete and relation.is_relation
        if not relation.many_to_many and relation.related_model is not rows.model
    ]
    if not hanging:
        rows._raw_delete(rows.db)
        return
    ids = list(rows.values_list("pk", flat=True))
    for relation in hanging:
        if ids and relation.on_delete is not models.SET_NULL:
            below = holdings.rows(relation.related_model)
            _removed(below.filter(**{f"{relation.field.name}__in": ids}))
    rows.model._base_manager.filter(pk__in=ids).delete()
