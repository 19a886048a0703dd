"""Requests: somebody exercises a right; it is written down with the day an answer is due."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from mecene import period
from mecene.law import parameters
from mecene_web.accounts.models import Staff
from mecene_web.audit import write
from mecene_web.donors.models import Donor
from mecene_web.rights.models import Request

_LONGEST = 300


class NotAsked(ValueError):
    """The request lacks what makes it one; the message says which part."""


class Closed(ValueError):
    """The request was answered already."""


def receive(
    *, kind: str, donor: Donor | None, asked_by: str, received_on: date, by: Staff | None,
    now: datetime, token: str, note: str = "",
) -> Request:  # fmt: skip
    """Write a request down; the same form twice is one request.

    Raises:
        NotAsked: the kind is unknown, nobody is named, or the day has not come.
    """
    who = " ".join(asked_by.split())[:_LONGEST] or (str(donor) if donor else "")
    if kind not in Request.KINDS:
        raise NotAsked("kind")
    if not who:
        raise NotAsked("asked_by")
    if not date(2018, 5, 25) <= received_on <= timezone.localdate(now):
        raise NotAsked("received_on")
    months = parameters.of("rights.answer_months", on=received_on).value
    with transaction.atomic():
        made, new = Request.objects.get_or_create(
            token=token,
            defaults={
                "kind": kind, "donor": donor, "asked_by": who, "received_on": received_on,
                "due_on": period.add_months(received_on, months), "by": by, "at": now,
                "note": note[:2_000],
            },
        )  # fmt: skip
        if new:
            write.write("receive", "request", made.pk, by=by, now=now,
                        donor_id=donor.pk if donor else None, after={"kind": kind})  # fmt: skip
    return made


def close(request_id: int, *, state: str, note: str, by: Staff | None, now: datetime) -> None:
    """Write down that a request was answered, or refused and why.

    Raises:
        NotAsked: the state is unknown, or a refusal has no reason.
        Closed: it was closed before.
    """
    if state not in ("done", "refused"):
        raise NotAsked("state")
    if state == "refused" and not note.strip():
        raise NotAsked("note")
    with transaction.atomic():
        told = {"state": state, "closed_at": now, "closed_by": by}
        if note.strip():
            told["note"] = note.strip()[:2_000]
        if not Request.objects.filter(pk=request_id, state="open").update(**told):
            raise Closed(f"request {request_id} is closed")
        write.write("close", "request", request_id, by=by, now=now, after={"state": state})


def doubtful(donor_id: int, *, now: datetime) -> Request:
    """Open a request to look at a donor whom a restored backup shows with others erased since."""
    return receive(
        kind="erasure", donor=Donor.objects.get(pk=donor_id), asked_by="", by=None, now=now,
        received_on=timezone.localdate(now), token=f"replay-{donor_id}-{now:%Y%m%d}",
    )  # fmt: skip
