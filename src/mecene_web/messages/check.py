"""Check: asked again at the moment of sending, may each of these messages leave?

Whoever decided a message asked too, perhaps weeks ago. Consent, death and protection, the
suppression list, objections, the address, the pressure on the person, the hours where they live:
each no is a reason that is written down and can be read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from mecene_web.channels import known
from mecene_web.channels.parcel import NoAddress
from mecene_web.consent import state
from mecene_web.messages import pressure, twice, values
from mecene_web.messages.models import LEFT, Halt, Outgoing
from mecene_web.messages.values import Reader
from mecene_web.organisation.indexed import Seen

_LATER_FOR_A_HALT = timedelta(hours=1)


@dataclass(frozen=True)
class Refusal:
    """Why a message does not leave: never, or not before a moment.

    Attributes:
        reason: Of ``words.toml``'s ``reasons``.
        until: When it is asked again; None: never.
        details: What decided, for « Why? ».
    """

    reason: str
    until: datetime | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Cleared:
    """A message that may leave, and where to.

    Attributes:
        watched: Whether this reader allowed that what they click is known to be theirs.
    """

    row: Outgoing
    reader: Reader
    address: str
    domain: str
    watched: bool


def check(
    rows: Sequence[Outgoing], *, now: datetime
) -> tuple[list[Cleared], list[tuple[Outgoing, Refusal]]]:
    """Return the messages that may leave now, and why the others do not."""
    today = timezone.localdate(now)
    readers = values.of([row.donor_id for row in rows], today=today, site=settings.MECENE_ADDRESS)
    allowed = _verdicts(rows, now=now)
    watched = _watched(rows, now=now)
    halted = set(Halt.objects.filter(lifted_at=None).values_list("channel", "domain"))
    cleared: list[Cleared] = []
    refused: list[tuple[Outgoing, Refusal]] = []
    for row in rows:
        try:
            reader, no = readers[row.donor_id], allowed.get(row.pk)
            if row.trial_to:
                cleared.append(Cleared(row, reader, row.trial_to, "", watched=False))
            elif (why := _late(row, now) or no) is not None:
                refused.append((row, why))
            else:
                cleared.append(_reached(row, reader, halted, watched, now))
        except KeyError:
            refused.append((row, Refusal("gone")))
        except _Not as not_now:
            refused.append((row, not_now.refusal))
    return _pressed(_once(cleared, refused), refused, now=now)


class _Not(Exception):
    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal


def _late(row: Outgoing, now: datetime) -> Refusal | None:
    return Refusal("out_of_date") if row.until is not None and now >= row.until else None


def _verdicts(rows: Sequence[Outgoing], *, now: datetime) -> dict[int, Refusal]:
    """Return row → the law's no, and what the person said."""
    found: dict[int, Refusal] = {}
    groups: dict[tuple[tuple[str, ...], str], list[Outgoing]] = {}
    for row in rows:
        channel = known.channel(row.channel).consent
        if channel is not None and not row.trial_to:
            groups.setdefault((tuple(row.purposes), channel), []).append(row)
    for (purposes, channel), some in groups.items():
        verdicts = state.among(
            [row.donor_id for row in some],
            purposes=purposes,
            channel=channel,
            on=state.heard_by(now),
        )
        for row in some:
            verdict = verdicts.get(row.donor_id)
            if verdict is None:
                found[row.pk] = Refusal("gone")
            elif not verdict.allowed:
                said = verdict.said_on.isoformat() if verdict.said_on else None
                found[row.pk] = Refusal(
                    "consent",
                    details={"verdict": verdict.reason, "said_on": said, "basis": verdict.basis},
                )
    return found


def _watched(rows: Sequence[Outgoing], *, now: datetime) -> set[int]:
    mail = [row.donor_id for row in rows if row.channel == "email"]
    if not mail:
        return set()
    asked = state.among(mail, purposes=["open_tracking"], channel="email", on=state.heard_by(now))
    return {donor for donor, verdict in asked.items() if verdict.allowed}


def _reached(
    row: Outgoing, reader: Reader, halted: set[tuple[str, str]], watched: set[int], now: datetime
) -> Cleared:
    channel = known.channel(row.channel)
    try:
        address = channel.address(reader.donor, row.values)
    except NoAddress as none:
        raise _Not(Refusal(f"address_{none.why}")) from none
    domain = address.rpartition("@")[2].lower() if row.channel == "email" else ""
    if (row.channel, domain) in halted:
        raise _Not(Refusal("halted", until=now + _LATER_FOR_A_HALT, details={"domain": domain}))
    return Cleared(row, reader, address, domain, watched=row.donor_id in watched)


def _once(cleared: list[Cleared], refused: list[tuple[Outgoing, Refusal]]) -> list[Cleared]:
    """Return the messages that reach an address for the first time.

    Of two donors who share one, the second is not written the same thing.
    """
    asked = [one for one in cleared if twice.counts(one.row)]
    had = Outgoing.objects.filter(
        group__in={one.row.group for one in asked}, address__in={one.address for one in asked},
        state__in=(*LEFT, "sending", "unknown"),
    ).exclude(address=Seen(""))  # fmt: skip
    taken = {(group, address): donor for group, address, donor in
             had.values_list("group", "address", "donor_id")} if asked else {}  # fmt: skip
    again = set()
    for one in asked:
        first = taken.setdefault((one.row.group, one.address), one.row.donor_id)
        if first != one.row.donor_id:
            refused.append((one.row, Refusal("same_address", details={"donor": first})))
            again.add(one.row.pk)
    return [one for one in cleared if one.row.pk not in again]


def _pressed(
    cleared: list[Cleared], refused: list[tuple[Outgoing, Refusal]], *, now: datetime
) -> tuple[list[Cleared], list[tuple[Outgoing, Refusal]]]:
    asked = [
        pressure.Asked(
            key=one.row.key, donor_id=one.row.donor_id, household_id=one.reader.donor.household_id,
            channel=one.row.channel, purposes=tuple(one.row.purposes), kind=one.row.kind,
            group=one.row.group,
        )
        for one in cleared
        if not one.row.trial_to
    ]  # fmt: skip
    held = pressure.held(asked, now=now)
    for one in cleared:
        if no := held.get(one.row.key):
            until = no.until
            late = until is not None and one.row.until is not None and until >= one.row.until
            refused.append((one.row, Refusal(no.reason, None if late else until, no.details)))
    return [one for one in cleared if one.row.key not in held], refused
