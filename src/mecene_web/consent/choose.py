"""Choose: what a person ticked in their preference centre becomes rows of the ledger.

Only what differs from what held before is written. Who had refused everything, and ticks one box,
takes the refusal back for that purpose and refuses each other channel in the same breath.
"""

import json
from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from mecene.law import consent as law
from mecene.law.consent import AGAINST, ANY, Person, Statement
from mecene_web.audit import write
from mecene_web.consent import state, suppression, wording
from mecene_web.consent.links import Visit
from mecene_web.consent.models import Consent
from mecene_web.donors import touch
from mecene_web.donors.models import Donor

SOURCE = "preference_centre"
Box = tuple[str, str]
_UNSEEN = ("transactional",)
_AT_ONCE_ONLY = ("partner_charity_sharing", "open_tracking", "web_tracking", "profiling")


def boxes(donor_id: int, *, now: datetime) -> dict[Box, bool]:
    """Return (purpose, channel) → ticked, of every box a person may tick."""
    verdicts = state.of(donor_id, on=state.heard_by(now))
    return {
        box: found.allowed for box, found in verdicts.items()
        if box[0] not in _UNSEEN and (box[1] == ANY) == (box[0] in _AT_ONCE_ONLY)
    }  # fmt: skip


def choose(visit: Visit, ticked: Collection[Box], *, now: datetime) -> int:
    """Write what a person chose; return how many boxes changed. The same again changes none.

    Args:
        visit: Whose link was used.
        ticked: The boxes that are ticked; unknown ones are not heard.
        now: The moment.
    """
    with transaction.atomic():
        donor = Donor.objects.select_for_update().get(pk=visit.donor.pk)
        known = state.read([donor.pk])[donor.pk]
        held = boxes(donor.pk, now=now)
        wanted = {box: box in ticked for box in held}
        changed = [box for box in held if held[box] != wanted[box]]
        rows: list[Statement] = []
        for purpose in dict.fromkeys(box[0] for box in changed):
            rows += _said(purpose, held, wanted, known.said, known.person, now)
        _written(visit, donor, rows, now=now)
        for box in changed:
            if wanted[box]:
                _unsilenced(donor, box[1])
    return len(changed)


def stop(visit: Visit, *, now: datetime) -> bool:
    """Write that a person wants nothing any more, nor to be profiled; return whether it is new."""
    with transaction.atomic():
        donor = Donor.objects.select_for_update().get(pk=visit.donor.pk)
        if not any(boxes(donor.pk, now=now).values()):
            return False
        _written(visit, donor, [Statement(None, None, "objected", now)], now=now)
    return True


def _said(
    purpose: str, held: dict[Box, bool], wanted: dict[Box, bool], said: list[Statement],
    person: Person, now: datetime,
) -> list[Statement]:  # fmt: skip
    """Return the words that take a purpose from what held to what is wanted."""
    mine = [box for box in held if box[0] == purpose]
    refused = _refused_everywhere(said, purpose)
    lifting = refused and any(wanted[box] and not held[box] for box in mine)
    rows = [Statement(purpose, None, "granted", now)] if lifting else []
    for _, channel in mine:
        box = (purpose, channel)
        if held[box] == wanted[box] and not lifting:
            continue
        rule = law.regime(purpose, channel, on=timezone.localdate(now), person=person)
        no = "objected" if rule == "opt_out" else "withdrawn"
        status = "granted" if wanted[box] else no
        if not (lifting and channel == ANY):
            rows.append(Statement(purpose, None if channel == ANY else channel, status, now))
    return rows


def _refused_everywhere(said: list[Statement], purpose: str) -> bool:
    heard = [word for word in said if word.channel is None and word.status != "unknown"
             if word.purpose in (None, purpose)]  # fmt: skip
    last = max(heard, key=lambda one: (one.occurred_at, one.status in AGAINST), default=None)
    return last is not None and last.status in AGAINST


def _written(visit: Visit, donor: Donor, rows: list[Statement], *, now: datetime) -> None:
    if not rows:
        return
    version = wording.current(today=timezone.localdate(now)).version
    proof = json.dumps({"link": visit.link, "on": f"{now:%Y-%m-%d}", "by": "donor"})
    Consent.objects.bulk_create(
        Consent(
            donor=donor, purpose=row.purpose, channel=row.channel, status=row.status,
            legal_basis="consent" if row.status in ("granted", "withdrawn")
            else "legitimate_interest_optout",
            occurred_at=row.occurred_at, written_at=now, source=SOURCE, text_version=version,
            proof=proof, source_ref=f"centre:{visit.link}:{now:%Y%m%d%H%M%S%f}:{number}",
        )
        for number, row in enumerate(rows)
    )  # fmt: skip
    touch.touch([donor.pk], now=now)
    write.write(
        "choose", "donor", donor.pk, by=None, now=now, donor_id=donor.pk,
        after=[{"purpose": row.purpose, "channel": row.channel, "status": row.status}
               for row in rows],
    )  # fmt: skip


def _unsilenced(donor: Donor, channel: str) -> None:
    """Their own yes takes their own address off the suppression list."""
    for kind, channels in suppression.CHANNELS.items():
        if channel in channels:
            suppression.lift(kind, getattr(donor, kind))
