"""Decide: what a human says of a message of which nobody knows whether it left."""

from datetime import datetime

from django.db import transaction

from mecene_web.accounts.models import Staff
from mecene_web.audit import write as audit
from mecene_web.channels import known
from mecene_web.messages import outcome
from mecene_web.messages.models import Halt, Outgoing
from mecene_web.organisation.indexed import Seen

DECISIONS = ("left", "send_again", "give_up")


class NotUnknown(ValueError):
    """What became of the message is known by now: nothing is left to decide."""


def decide(outgoing_id: int, decision: str, *, by: Staff, now: datetime) -> Outgoing:
    """Write what a colleague decided of an unknown message.

    Args:
        outgoing_id: Which.
        decision: ``left``: it was received, they checked; ``send_again``: it was not, or twice
            does no harm; ``give_up``: neither known nor sent again.
        by: Who decided.
        now: When.

    Raises:
        NotUnknown: the provider, or a colleague, was quicker.
        KeyError: there is no such decision.
    """
    told = {
        "left": {"state": "handed_over", "handed_at": now},
        "send_again": {"state": "queued", "due_at": now, "claimed_by": ""},
        "give_up": {"state": "cancelled", "ended_at": now},
    }[decision]
    with transaction.atomic():
        unknown = Outgoing.objects.filter(pk=outgoing_id, state="unknown")
        if not unknown.update(reason=f"decided_{decision}", decided_by=by, **told):
            raise NotUnknown(f"message {outgoing_id} is not unknown")
        row = Outgoing.objects.get(pk=outgoing_id)
        if decision == "left":
            outcome.left(row, channel=known.channel(row.channel), at=now, now=now)
        audit.write("decide", "message", outgoing_id, by=by, now=now, donor_id=row.donor_id,
                    after={"decision": decision})  # fmt: skip
    return row


def lift(halt_id: int, *, by: Staff, now: datetime) -> None:
    """Send again by a channel, or to a domain, that was halted: somebody mended what was wrong."""
    with transaction.atomic():
        held = Halt.objects.filter(pk=halt_id, lifted_at=None)
        if held.update(lifted_at=now, lifted_by=by):
            halt = Halt.objects.get(pk=halt_id)
            waiting = Outgoing.objects.filter(
                state=Seen("queued"), channel=halt.channel, reason="halted"
            )
            if halt.domain:
                waiting = waiting.filter(domain__in=["", halt.domain])
            waiting.update(due_at=now, reason="")
            audit.write("lift_halt", "sending", halt.channel, by=by, now=now,
                        before={"why": halt.why, "domain": halt.domain})  # fmt: skip
