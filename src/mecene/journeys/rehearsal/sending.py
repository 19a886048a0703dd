"""Sending: would this message have been let out at that moment, or held back, or never?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mecene.journeys.rehearsal.cast import Person, Telling
from mecene.journeys.steps import Call, Letter, Message
from mecene.journeys.traveller import Effect, Traveller
from mecene.law import consent
from mecene.pressure import verdict
from mecene.pressure.rules import Rules
from mecene.pressure.verdict import Happened, History, Proposal, Sent

_A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Proposed:
    """A message that a journey would like to send.

    Attributes:
        again_at: When it is to be tried.
        why: The rule that first held it back; empty: none did yet.
    """

    key: str
    journey: str
    step: str
    template: str
    donor_id: int
    kind: str
    purpose: str
    channel: str | None
    decided_at: datetime
    expires_at: datetime
    again_at: datetime
    why: str = ""


def proposed(effect: Effect, traveller: Traveller, person: Person) -> Proposed:
    """Return the message that an effect asks for; by no channel, if its own does not reach them."""
    act = effect.act
    if not isinstance(act, Message | Letter | Call) or effect.expires_at is None:
        raise TypeError(f"journeys: {effect.key} tells nobody anything")
    channel = effect.channel if effect.channel in person.channels else None
    return Proposed(
        effect.key, traveller.journey, act.key, act.template, traveller.donor_id, act.kind,
        effect.purpose or "", channel, effect.decided_at, effect.expires_at, effect.decided_at,
    )  # fmt: skip


def tried(
    one: Proposed,
    person: Person,
    *,
    sent: Sequence[Sent],
    happened: Sequence[Happened],
    rules: Rules,
    at: datetime,
) -> Telling | Proposed:
    """Return what became of a message, or the same to be tried again later.

    What waits for thanks is tried again the day after.
    """
    if at > one.expires_at:
        return settled(one, one.expires_at, "expired")
    if one.channel is None:
        return settled(one, at, "refused", why="unreachable")
    allowed = consent.verdict(
        person.said, purposes=[one.purpose], channel=one.channel,
        on=at.astimezone(clock(person)).date(), person=consent.Person(country=person.country),
    )  # fmt: skip
    if not allowed.allowed:
        return settled(one, at, "refused", why=allowed.reason)
    found = verdict.judge(
        Proposal(one.donor_id, one.channel, one.kind),
        history=History(tuple(sent), tuple(happened)), rules=rules, zone=person.zone, now=at,
    )  # fmt: skip
    if found.allowed:
        return settled(one, at, "late" if one.why else "sent")
    again_at = found.next_at or at + _A_DAY
    return replace(one, again_at=again_at, why=one.why or found.why[0].name)


def settled(one: Proposed, at: datetime, outcome: str, *, why: str = "") -> Telling:
    """Return what became of a message."""
    return Telling(
        one.key, one.journey, one.step, one.template, one.donor_id, one.kind, one.channel,
        one.decided_at, at, outcome, one.why or why,
    )  # fmt: skip


def clock(person: Person) -> ZoneInfo:
    """Return the donor's own clock."""
    return ZoneInfo(person.zone.name)
