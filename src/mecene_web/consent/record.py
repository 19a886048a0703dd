"""Record: something a person said is written in the ledger, by a colleague who heard it."""

from datetime import datetime

from django.db import transaction

from mecene import facts
from mecene.law import consent as law
from mecene_web.accounts.models import Staff
from mecene_web.audit import write
from mecene_web.consent.models import Consent
from mecene_web.donors import touch
from mecene_web.donors.models import Donor

SOURCES = ("phone_call", "letter", "email", "in_person", "form", "other")
_SAYABLE = ("granted", "refused", "withdrawn", "objected")


class NothingSaid(ValueError):
    """What would be recorded makes no sense; the message says which part."""


class FromTheFuture(ValueError):
    """It would have been said after now."""


def record(
    donor: Donor,
    *,
    purpose: str | None,
    channel: str | None,
    status: str,
    occurred_at: datetime,
    source: str,
    by: Staff,
    now: datetime,
    once: str,
    proof: str = "",
) -> Consent:
    """Write down what a person said; return the row, the same one for the same ``once``.

    Args:
        donor: Who said it.
        purpose: Of ``facts.PURPOSES``; None: every purpose, which only a no can be of.
        channel: Of ``law.CHANNELS``; None: every channel.
        status: ``granted``, ``refused``, ``withdrawn`` or ``objected``.
        occurred_at: When they said it.
        source: One of ``SOURCES``.
        by: Who heard it.
        now: The moment it is written.
        once: The form's own token.
        proof: What shows it: a letter's number, a recording's.

    Raises:
        NothingSaid: a word is unknown, or consent would be given to everything.
        FromTheFuture: it was not said yet.
    """
    _check(purpose, channel, status, source)
    if occurred_at > now:
        raise FromTheFuture(f"{occurred_at:%Y-%m-%d} is after today")
    with transaction.atomic():
        Donor.objects.select_for_update().get(pk=donor.pk)
        ref = f"hand:{once}"
        held = Consent.objects.filter(donor=donor, source_ref=ref).first()
        if held:
            return held
        made = Consent.objects.create(
            donor=donor, purpose=purpose, channel=channel, status=status, by=by,
            legal_basis=basis(status), occurred_at=occurred_at, written_at=now, source=source,
            proof=proof or None, source_ref=ref,
        )  # fmt: skip
        touch.touch([donor.pk], now=now)
        write.write(
            "consent", "donor", donor.pk, by=by, now=now, donor_id=donor.pk,
            after={"purpose": purpose, "channel": channel, "status": status, "source": source},
        )  # fmt: skip
    return made


def basis(status: str) -> str:
    """Return the legal basis a statement speaks of."""
    return "consent" if status in ("granted", "withdrawn") else "legitimate_interest_optout"


def _check(purpose: str | None, channel: str | None, status: str, source: str) -> None:
    if status not in _SAYABLE:
        raise NothingSaid(f"status is `{status}`; it is one of {', '.join(_SAYABLE)}")
    if purpose is not None and purpose not in facts.PURPOSES:
        raise NothingSaid(f"purpose is `{purpose}`; facts.PURPOSES has the list")
    if channel is not None and channel not in law.CHANNELS:
        raise NothingSaid(f"channel is `{channel}`; it is one of {', '.join(law.CHANNELS)}")
    if source not in SOURCES:
        raise NothingSaid(f"source is `{source}`; it is one of {', '.join(SOURCES)}")
    if status == "granted" and purpose is None:
        raise NothingSaid("consent names its purpose: nobody agrees to everything at once")
