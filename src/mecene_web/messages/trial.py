"""Trial: a draft is sent to whoever writes it, filled in with a real donor."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from mecene_web.accounts.models import Staff
from mecene_web.audit import write as audit
from mecene_web.messages import queue
from mecene_web.messages.models import Outgoing
from mecene_web.messages.texts import Part

PART = "trial_part"


def ask(part_id: int, *, donor_id: int, by: Staff, now: datetime, token: UUID) -> Outgoing:
    """Write down that a part is to be tried; the same form asks once.

    It goes by the outbox as every message does, to the member's own address; the donor is not
    written to, and nothing of it is theirs.
    """
    part = Part.objects.select_related("version__template").get(pk=part_id)
    origin = f"trial:{token}"
    with transaction.atomic():
        queue.add(
            [queue.Decided(origin=origin, group="trial", donor_id=donor_id, channel="email",
                           purposes=tuple(part.version.template.purposes), version_id=None,
                           kind=part.version.template.kind, due_at=now,
                           values={PART: part_id}, trial_to=by.email)],
            now=now,
        )  # fmt: skip
        audit.write("try", "template", part.version.template_id, by=by, now=now)
    return Outgoing.objects.get(origin=origin)
