"""Carry out: what a journey decided becomes rows: messages, attributes, tags, calls to programs.

Nothing leaves from here: a message is a row of the outbox, under the key of its effect, and is
asked about again when it is sent.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from mecene.journeys import triggers
from mecene.journeys.steps import AddTag, Call, Letter, Message, SetAttribute, StartJourney, Webhook
from mecene.journeys.traveller import Decision, Effect, Event
from mecene_web.donors import touch
from mecene_web.donors.models import Attribute
from mecene_web.giving.models import Gift
from mecene_web.journeys import moments, resuming, stored
from mecene_web.journeys.models import Endpoint, Unheard
from mecene_web.messages import queue
from mecene_web.messages.texts import MOTIVES
from mecene_web.messages.texts import Version as Text
from mecene_web.organisation import numbered
from mecene_web.segments.models import Membership

TAG = "tag"
_OF_A_GIFT = ("gift", "failure", "refund")


class NoText(LookupError):
    """A step says a template that was put away, was never published, or lacks this channel."""


class NoProgram(LookupError):
    """A step tells a program whose address is not known any more."""


@dataclass
class Carried:
    """What is to be written, all together."""

    messages: list[queue.Decided] = field(default_factory=list)
    attributes: list[Attribute] = field(default_factory=list)
    started: list[Unheard] = field(default_factory=list)

    def add(self, other: "Carried") -> None:
        """Take what another holds too."""
        self.messages += other.messages
        self.attributes += other.attributes
        self.started += other.started


@dataclass(frozen=True)
class Surroundings:
    """What is looked up once for many effects.

    Attributes:
        texts: (template, channel) → the version published last.
        programs: Name → address.
        segments: Donor → codes.
        gifts: Number → what a message may say of it.
        hours: Donor → at what hour they act, and their zone; of whom it is not sure, nothing.
        resumes: Reference of an unfinished gift → the page where it is gone on with.
    """

    texts: Mapping[tuple[str, str], int]
    programs: Mapping[str, str]
    segments: Mapping[int, Sequence[str]]
    gifts: Mapping[int, Mapping[str, Any]]
    hours: Mapping[int, tuple[int, str]] = field(default_factory=dict)
    resumes: Mapping[str, str] = field(default_factory=dict)


def surroundings(
    decisions: Iterable[Decision], *, templates: Mapping[tuple[str, str], int]
) -> Surroundings:
    """Return what the effects of some decisions need.

    Args:
        decisions: Which.
        templates: ``following.templates()``.
    """
    acting = [one for one in decisions if one.effects]
    if not acting:
        return Surroundings({}, {}, {}, {})
    donors = {one.traveller.donor_id for one in acting}
    published = Text.objects.filter(
        template__in=set(templates.values()), published_at__isnull=False
    ).order_by("number")
    last = dict(published.values_list("template_id", "pk"))
    texts = {said: last[number] for said, number in templates.items() if number in last}
    segments: dict[int, list[str]] = {}
    held = Membership.objects.filter(numbered.among("donor_id", donors))
    for donor, code in held.values_list("donor_id", "segment__code").order_by("segment_id"):
        segments.setdefault(donor, []).append(code)
    wanted = {number for one in acting if (number := _gift(one.traveller.event.ref))}
    told = Gift.objects.filter(numbered.among("pk", wanted)).values(
        "pk", "amount_minor", "currency", "given_on"
    )
    gifts = {row.pop("pk"): row for row in told} if wanted else {}
    calls = any(isinstance(effect.act, Webhook) for one in acting for effect in one.effects)
    programs = dict(Endpoint.objects.values_list("name", "url")) if calls else {}
    began = resuming.of((one.traveller.donor_id, one.traveller.event) for one in acting)
    return Surroundings(texts, programs, segments, gifts, moments.hours(donors), began)


def ready(decision: Decision, around: Surroundings, *, now: datetime) -> Carried:
    """Return what the effects of a decision would write.

    Raises:
        NoText: a step says what nothing says.
        NoProgram: a step tells a program that is not known.
    """
    carried, donor_id = Carried(), decision.traveller.donor_id
    for effect in decision.effects:
        match effect.act:
            case Message() | Letter() | Call():
                carried.messages.append(_message(effect, decision, around))
            case Webhook():
                carried.messages.append(_program(effect, decision, around))
            case SetAttribute(name=name, value=value):
                carried.attributes.append(_attribute(effect, donor_id, name, value, now))
            case AddTag(tag=tag):
                carried.attributes.append(_attribute(effect, donor_id, TAG, tag, now))
            case StartJourney(journey=code):
                came = triggers.command("api", journey=code, ref=effect.key, at=now)
                carried.started.append(unheard(donor_id, came, now=now))
    return carried


def unheard(donor_id: int, event: Event, *, now: datetime) -> Unheard:
    """Return the row by which journeys will hear of an event that is no fact."""
    return Unheard(donor_id=donor_id, at=now, event=stored.told(event))


def write(carried: Carried, *, now: datetime) -> int:
    """Write it, in the transaction under way; return how many messages are new."""
    added = queue.add(carried.messages, now=now) if carried.messages else 0
    if carried.attributes:
        Attribute.objects.bulk_create(carried.attributes, batch_size=500)
        touch.touch([row.donor_id for row in carried.attributes], now=now)
    if carried.started:
        Unheard.objects.bulk_create(carried.started, batch_size=500)
    return added


def group(code: str, step: str) -> str:
    """Return what the messages of a step are counted with."""
    return f"journey:{code}:{step}"


def _message(effect: Effect, decision: Decision, around: Surroundings) -> queue.Decided:
    act, who = effect.act, decision.traveller
    assert isinstance(act, Message | Letter | Call)
    channel = effect.channel or ""
    text = around.texts.get((act.template, channel))
    if text is None:
        raise NoText(f"{act.template} ({channel})")
    return queue.Decided(
        origin=effect.key, group=group(who.journey, act.key), donor_id=who.donor_id,
        channel=channel, purposes=(effect.purpose or "",), kind=act.kind, version_id=text,
        due_at=moments.best(effect, act.kind, channel, around.hours.get(who.donor_id)),
        until=effect.expires_at, campaign_code=who.journey,
        motive=next((arm for _, arm in effect.arms if arm in MOTIVES), ""),
        segments=around.segments.get(who.donor_id, ()), values=_values(who.event, around),
    )  # fmt: skip


def _program(effect: Effect, decision: Decision, around: Surroundings) -> queue.Decided:
    act, who = effect.act, decision.traveller
    assert isinstance(act, Webhook)
    url = around.programs.get(act.endpoint)
    if url is None:
        raise NoProgram(act.endpoint)
    return queue.Decided(
        origin=effect.key, group=group(who.journey, act.key), donor_id=who.donor_id,
        channel="webhook", purposes=("transactional",), kind="service", version_id=None,
        due_at=effect.decided_at,
        values={"url": url, "donor_id": who.donor_id, "journey": who.journey, "step": act.key,
                "event": who.event.kind, "event_ref": who.event.ref},
    )  # fmt: skip


def _attribute(
    effect: Effect, donor_id: int, name: str, value: str, now: datetime
) -> Attribute:  # fmt: skip
    return Attribute(donor_id=donor_id, name=name, value=value, party="first",
                     collected_on=timezone.localdate(now), source_ref=effect.key)  # fmt: skip


def _values(event: Event, around: Surroundings) -> dict[str, Any]:
    told: dict[str, Any] = {}
    name, on = event.values.get("event_name"), event.values.get("event_on")
    said = {"name": name, "on": on.isoformat() if hasattr(on, "isoformat") else on}
    told["event"] = {key: value for key, value in said.items() if value}
    if resume := around.resumes.get(event.ref):
        told["link"] = {"resume": resume}
    gift = around.gifts.get(_gift(event.ref) or 0)
    if gift is not None:
        told["gift"] = {**gift, "given_on": gift["given_on"].isoformat()}
    return told


def _gift(ref: str) -> int | None:
    kind, _, number = ref.partition(":")
    return int(number) if kind in _OF_A_GIFT and number.isdecimal() else None
