"""Outcome: what became of a message, as our own worker saw it or as a provider says later.

Who left is a fact of the donor's (``events.Contact``), written once, with the moment it left. What
came back follows the codes (``channels.email.returns``): a wrong address is silenced at once, a
full mailbox after three times, and a refusal of ourselves stops the sending, not the donor.
"""

import re
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from mecene_web.audit import write as audit
from mecene_web.channels import known
from mecene_web.channels.email import returns
from mecene_web.channels.parcel import Sent
from mecene_web.consent import suppression
from mecene_web.consent.models import Consent
from mecene_web.donors import touch
from mecene_web.donors.models import Task
from mecene_web.events.models import Contact, Interaction
from mecene_web.messages import texts
from mecene_web.messages.models import LEFT, UNDER_WAY, Bounce, Campaign, Halt, Outgoing
from mecene_web.organisation.indexed import Seen
from mecene_web.organisation.models import Organisation

_MOST_SAID = 500
_OUR_ID = re.compile(r"<?([0-9a-f]{32})@")
# Words of a provider who has the message, whatever became of it since.
_HAS_IT = frozenset(
    {"sent", "queued", "deferred", "delivered", "opened", "clicked", "bounced", "complained",
     "unsubscribed"}
)  # fmt: skip
_POLICY_REST = timedelta(hours=1)
_SEARCH = {"fr": "Retrouver l’adresse e-mail : la précédente n’existe plus",
           "en": "Find the e-mail address again: the last one is gone"}  # fmt: skip


def handed_over(
    row: Outgoing, sent: Sent, *, channel: known.Channel, worker: str, now: datetime
) -> None:
    """Write that the other side took a message, in the transaction under way."""
    # Also where a reaper was quicker than a slow server: who knows is us.
    mine = Outgoing.objects.filter(pk=row.pk, state__in=("sending", "unknown"), claimed_by=worker)
    if mine.update(
        state="handed_over", provider=sent.provider, provider_ref=sent.ref[:500], handed_at=now,
        leased_until=None, reason="", details={},
    ):  # fmt: skip
        # Nobody wrote the contact before: the message had not been handed over.
        left(row, channel=channel, at=now, now=now, first=True)


def left(
    row: Outgoing, *, channel: known.Channel, at: datetime, now: datetime, first: bool = False
) -> None:
    """Write the fact that a donor was written to; once, whoever says it and however often.

    Args:
        row: The message.
        channel: Its own.
        at: When it left.
        now: When that is written.
        first: Nobody can have written it before; it is not looked for.
    """
    if row.trial_to or not channel.is_contact:
        return
    ref = f"outgoing:{row.key}"
    if not first and Contact.objects.filter(donor_id=row.donor_id, source_ref=ref).exists():
        return
    purpose = next((name for name in row.purposes if name != "transactional"), "transactional")
    Contact.objects.create(
        donor_id=row.donor_id, at=at, channel=channel.consent or channel.name, purpose=purpose,
        campaign_code=row.campaign_code, variant=row.motive or texts.content_type(row.version_id),
        cost_minor=row.cost_minor or None, source_ref=ref,
    )  # fmt: skip
    touch.touch([row.donor_id], now=now)


def unsure(row: Outgoing, *, said: str) -> None:
    """Write that nobody knows whether a message was taken."""
    Outgoing.objects.filter(pk=row.pk, state="sending").update(
        state="unknown", leased_until=None, reason="no_answer", details={"said": said[:_MOST_SAID]}
    )


def not_taken(row: Outgoing, *, worker: str, due_at: datetime, why: str) -> None:
    """Write that a message was certainly not taken, through no fault of its own: it waits again."""
    if Outgoing.objects.filter(pk=row.pk, state="sending", claimed_by=worker).update(
        state="queued", claimed_by="", leased_until=None, due_at=due_at, reason=why,
        attempts=F("attempts") - 1,
    ):  # fmt: skip
        _refund(row)


def postponed(
    row: Outgoing, *, address: str, said: str, code: str, channel: known.Channel, now: datetime
) -> None:
    """Write that a server says to come back: after a day, two, three; then it has come back."""
    found = returns.read(said, code=code)
    if found.kind == "policy":
        _policy(row, found, said=said, now=now)
        return
    if row.attempts < len(returns.AGAIN) + 1:
        _refund(row)
        _returned(row, found, address=address, now=now)
        Outgoing.objects.filter(pk=row.pk, state="sending").update(
            state="queued", claimed_by="", leased_until=None, reason="try_again",
            due_at=now + returns.AGAIN[max(row.attempts, 1) - 1],
            details={"code": found.code, "said": said[:_MOST_SAID]},
        )  # fmt: skip
        return
    refused(row, address=address, said=said, code=code, channel=channel, now=now)


def refused(
    row: Outgoing, *, address: str, said: str, code: str, channel: known.Channel, now: datetime
) -> None:
    """Write that the other side wants neither this message nor, perhaps, any for this address."""
    if channel.name != "email":
        _ended(row, "bounced", code=code, said=said, now=now, states=("sending",))
        _refund(row)
        return
    found = returns.read(said, code=code)
    if found.kind == "policy":
        _policy(row, found, said=said, now=now)
        return
    _refund(row)
    _ended(row, "bounced", code=found.code, said=said, now=now, states=("sending",))
    if not row.trial_to:
        _returned(row, found, address=address, now=now)
        _interaction(row, "bounce", at=now, code=found.code)


def heard(
    *, key: str = "", ref: str = "", event: str, at: datetime, now: datetime, said: str = "",
    reason: str = "",
) -> Outgoing | None:  # fmt: skip
    """Write what a provider says of a message; return it, None where it is none of ours.

    The same event told twice changes nothing; one told late undoes nothing that came after it.

    Args:
        key: Ours, as the provider hands it back.
        ref: Its own number for it, where it hands ours back to nobody.
        event: Anymail's word: ``sent``, ``delivered``, ``bounced``, ``rejected``, ``deferred``,
            ``complained``…
        at: When it happened.
        now: When it is heard.
        said: The server's words.
        reason: Anymail's normalised reason.
    """
    with transaction.atomic():
        row = _found(key, ref)
        if row is None:
            return None
        channel = known.channel(row.channel)
        if event in _HAS_IT and row.state in UNDER_WAY:
            # It has it: it was handed over, whatever our own worker lived to write, and whatever
            # a human decided meanwhile.
            Outgoing.objects.filter(pk=row.pk).update(
                state="handed_over", handed_at=at, leased_until=None, reason="", details={}
            )
            row.state = "handed_over"
            left(row, channel=channel, at=at, now=now)
        match event:
            case "delivered" if row.state == "handed_over":
                _ended(row, "delivered", now=at, states=("handed_over",))
            case "bounced" | "rejected" | "failed" if _can_return(row, at):
                _bounced(row, said=said, reason=reason, at=at)
            case "complained" if row.state != "complained":
                _complained(row, at=at, now=now)
            case _:
                pass
    return row


def halt(channel: str, *, why: str, now: datetime, domain: str = "") -> Halt:
    """Stop sending by a channel, or to a domain, until somebody lifts it."""
    with transaction.atomic():
        made, fresh = Halt.objects.get_or_create(
            channel=channel, domain=domain, lifted_at=None,
            defaults={"why": why[:_MOST_SAID], "at": now},
        )  # fmt: skip
        if fresh:
            audit.write("halt", "sending", channel, by=None, now=now,
                        after={"domain": domain, "why": why[:_MOST_SAID]})  # fmt: skip
    return made


def _found(key: str, ref: str) -> Outgoing | None:
    if not key and (own := _OUR_ID.match(ref)):
        # Our own Message-ID, kept as it was: the key stands in it.
        key = own[1]
    rows = Outgoing.objects.select_for_update(of=("self",)).select_related("donor")
    if key and (found := rows.filter(key=key).first()):
        return found
    # Written out, the index of those that have a number answers.
    return rows.filter(provider_ref=ref).exclude(provider_ref=Seen("")).first() if ref else None


def _can_return(row: Outgoing, at: datetime) -> bool:
    """Return whether a message can have come back: also one that a server took, and then sent."""
    late = row.state == "delivered" and row.ended_at is not None and at >= row.ended_at
    return late or row.state in ("handed_over", "sending", "unknown")


def _bounced(row: Outgoing, *, said: str, reason: str, at: datetime) -> None:
    found = returns.read(said, reason=reason)
    _ended(row, "bounced", code=found.code, said=said, now=at,
           states=("handed_over", "sending", "unknown", "delivered"))  # fmt: skip
    if found.kind == "policy":
        halt(row.channel, domain=row.domain, why=said or found.code or reason, now=at)
        _pause(row, why=said or reason)
    if not row.trial_to:
        _returned(row, found, address=row.address, now=at)


def _complained(row: Outgoing, *, at: datetime, now: datetime) -> None:
    """Take a complaint as an objection to every message by this channel, at once."""
    _ended(row, "complained", now=at, states=LEFT)
    if row.trial_to:
        return
    channel = known.channel(row.channel).consent or row.channel
    ref = f"complaint:{row.key}"
    if not Consent.objects.filter(donor_id=row.donor_id, source_ref=ref).exists():
        Consent.objects.create(
            donor_id=row.donor_id, purpose=None, channel=channel, status="objected",
            legal_basis="legitimate_interest_optout", occurred_at=at, written_at=now,
            source="complaint", source_ref=ref,
        )  # fmt: skip
        touch.touch([row.donor_id], now=now)


def _returned(row: Outgoing, found: returns.Returned, *, address: str, now: datetime) -> None:
    """Count what came back, and silence an address that is gone or stays full."""
    hashed = suppression.hashed("email", address) or ""
    Bounce.objects.create(donor_id=row.donor_id, outgoing=row, at=now, code=found.code,
                          kind=found.kind, hashed=hashed, domain=row.domain)  # fmt: skip
    since = now - returns.FULL_WITHIN
    full = Bounce.objects.filter(hashed=hashed, kind="full", at__gte=since).count()
    gone = found.kind == "hard"
    if (gone or (found.kind == "full" and full >= returns.FULL_TIMES)) and hashed:
        suppression.add([("email", address)], reason="bounce", now=now)
        touch.touch([row.donor_id], now=now)
        if gone:
            house = Organisation.objects.first()
            what = _SEARCH[house.language if house and house.language in _SEARCH else "fr"]
            Task.objects.get_or_create(donor_id=row.donor_id, kind="other", what=what,
                                       done_at=None, defaults={"made_at": now})  # fmt: skip


def _policy(row: Outgoing, found: returns.Returned, *, said: str, now: datetime) -> None:
    """We are refused, not they: the message waits, and so do all those for this domain."""
    Bounce.objects.create(donor_id=row.donor_id, outgoing=row, at=now, code=found.code,
                          kind="policy", hashed="", domain=row.domain)  # fmt: skip
    if Outgoing.objects.filter(pk=row.pk, state="sending").update(
        state="queued", claimed_by="", leased_until=None, due_at=now + _POLICY_REST,
        reason="halted", details={"code": found.code, "said": said[:_MOST_SAID]},
        attempts=F("attempts") - 1,
    ):  # fmt: skip
        _refund(row)
    halt(row.channel, domain=row.domain, why=f"{found.code} {said}".strip(), now=now)
    _pause(row, why=said)


def _pause(row: Outgoing, *, why: str) -> None:
    Campaign.objects.filter(pk=row.campaign_id, state="sending").update(
        state="paused", paused_why=why[:_MOST_SAID]
    )


def _ended(
    row: Outgoing, state: str, *, now: datetime, states: tuple[str, ...], code: str = "",
    said: str = "",
) -> None:  # fmt: skip
    told: dict[str, Any] = {"code": code, "said": said[:_MOST_SAID]} if code or said else {}
    Outgoing.objects.filter(pk=row.pk, state__in=states).update(
        state=state, ended_at=now, leased_until=None, details=told, reason=code
    )


def _refund(row: Outgoing) -> None:
    if row.campaign_id and row.cost_minor and not row.trial_to:
        Campaign.objects.filter(pk=row.campaign_id).update(
            spent_minor=F("spent_minor") - row.cost_minor
        )


def _interaction(row: Outgoing, kind: str, *, at: datetime, code: str) -> None:
    Interaction.objects.create(
        donor_id=row.donor_id, at=at, kind=kind, channel=row.channel,
        campaign_code=row.campaign_code, properties={"code": code} if code else None,
        source_ref=f"outgoing:{row.key}:{timezone.localdate(at):%Y%m%d}",
    )  # fmt: skip
