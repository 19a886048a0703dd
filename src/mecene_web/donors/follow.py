"""Follow: who looks after a donor, what comes next, and whom to speak to."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from mecene_web.accounts.models import Staff
from mecene_web.audit import write
from mecene_web.donors import enter, whereabouts
from mecene_web.donors.models import ContactPerson, Following

LONGEST = 500


class Unusable(ValueError):
    """Something written cannot be used."""


def follow(donor_id: int, said: Mapping[str, str], *, by: Staff, now: datetime) -> Following:
    """Write down who looks after a donor and what comes next; what held before stays to be seen.

    Raises:
        Unusable: the colleague, the day or the mark of a legacy cannot be used.
        Donor.DoesNotExist: nobody has this number.
    """
    owner, next_on = said.get("owner", ""), said.get("next_on", "").strip()
    step, legacy = said.get("next_step", "").replace("\0", "").strip(), said.get("legacy", "")
    try:
        told = {
            "owner": Staff.objects.get(pk=int(owner), is_active=True) if owner else None,
            "next_on": enter.day(next_on) if next_on else None,
            "next_step": step, "legacy": legacy,
        }  # fmt: skip
    except (ValueError, Staff.DoesNotExist, OverflowError) as wrong:
        raise Unusable(str(wrong)) from wrong
    if len(step) > LONGEST or legacy not in Following.LEGACIES:
        raise Unusable("the step is too long, or the legacy is not one of the list")
    with transaction.atomic():
        donor = whereabouts.locked(donor_id)
        last = Following.objects.filter(donor=donor).order_by("-at", "-pk").first()
        if last and all(getattr(last, name) == value for name, value in told.items()):
            return last
        made = Following.objects.create(donor=donor, at=now, by=by, **told)
        write.write("follow", "donor", donor.pk, by=by, now=now, donor_id=donor.pk,
                    after={**told, "owner": made.owner_id})  # fmt: skip
    return made


def introduce(donor_id: int, said: Mapping[str, str], *, by: Staff, now: datetime) -> ContactPerson:
    """Write down somebody to speak to at a company, or beside a donor.

    Raises:
        Unusable: there is no name, or it is too long.
        enter.Unusable: the telephone or the e-mail cannot be read.
        Donor.DoesNotExist: nobody has this number.
    """
    name, role = (" ".join(said.get(key, "").split()) for key in ("name", "role"))
    if not name or max(len(name), len(role)) > enter.LONGEST:
        raise Unusable("a contact person has a name")
    told = enter.clean({"email": said.get("email", ""), "phone": said.get("phone", "")},
                       today=timezone.localdate(now))  # fmt: skip
    with transaction.atomic():
        donor = whereabouts.locked(donor_id)
        made, fresh = ContactPerson.objects.get_or_create(
            donor=donor, name=name, role=role, email=told["email"] or "",
            phone=told["phone"] or "", left_at=None, defaults={"by": by, "at": now},
        )  # fmt: skip
        if fresh:
            write.write("create", "contact_person", made.pk, by=by, now=now, donor_id=donor.pk,
                        after={"name": name, "role": role})  # fmt: skip
    return made


def gone(person_id: int, *, by: Staff, now: datetime) -> None:
    """Say that somebody is no longer to be spoken to there."""
    with transaction.atomic():
        if ContactPerson.objects.filter(pk=person_id, left_at=None).update(left_at=now):
            held = ContactPerson.objects.get(pk=person_id)
            write.write("end", "contact_person", person_id, by=by, now=now, donor_id=held.donor_id)
