"""Leave: a donor unsubscribes from what a message was, by its own way out."""

import json
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from mecene_web.audit import write as audit
from mecene_web.channels import known
from mecene_web.consent import links
from mecene_web.consent.models import Consent
from mecene_web.donors import touch
from mecene_web.events.models import Interaction
from mecene_web.messages import tokens
from mecene_web.messages.models import Outgoing

ONE_CLICK = "List-Unsubscribe=One-Click"


@dataclass(frozen=True)
class Way:
    """Where a way out leads from."""

    row: Outgoing
    purposes: tuple[str, ...]
    choices: str


def read(token: str) -> Way:
    """Return what a way out is of.

    Raises:
        tokens.Forged: it is none of ours, or of somebody we know nothing of any more.
    """
    row = Outgoing.objects.filter(key=tokens.read_way_out(token)).select_related("donor").first()
    if row is None:
        raise tokens.Forged("the message is not known any more")
    return of(row)


def of(row: Outgoing) -> Way:
    """Return what a message is left from."""
    purposes = tuple(name for name in row.purposes if name != "transactional")
    return Way(row, purposes, links.address(row.donor_id))


def leave(way: Way, *, how: str, now: datetime) -> bool:
    """Write that a donor leaves; return whether it is new. It holds from the next message on.

    Args:
        way: Whose, and from what.
        how: ``one_click`` (RFC 8058), ``page``, or ``stop`` (a text's answer).
        now: When.
    """
    row, ref = way.row, f"unsubscribe:{way.row.key}"
    if row.trial_to or not way.purposes:
        return False
    channel = known.channel(row.channel).consent or row.channel
    with transaction.atomic():
        if Consent.objects.filter(donor_id=row.donor_id, source_ref__startswith=ref).exists():
            return False
        Consent.objects.bulk_create(
            Consent(
                donor_id=row.donor_id, purpose=purpose, channel=channel, status="objected",
                legal_basis="legitimate_interest_optout", occurred_at=now, written_at=now,
                source=how, proof=json.dumps({"message": row.key}), source_ref=f"{ref}:{purpose}",
            )
            for purpose in way.purposes
        )  # fmt: skip
        Interaction.objects.create(
            donor_id=row.donor_id, at=now, kind="unsubscribe", channel=channel,
            campaign_code=row.campaign_code, source_ref=ref,
        )  # fmt: skip
        touch.touch([row.donor_id], now=now)
        audit.write("unsubscribe", "donor", row.donor_id, by=None, now=now, donor_id=row.donor_id,
                    after={"purposes": way.purposes, "channel": channel, "how": how})  # fmt: skip
    return True
