"""Campaigns: one message to many people, once: begun, agreed to, sent, looked at.

Who the people are is told by a floor above: ``settings.MECENE_AUDIENCE`` names a function that
returns the donors of an audience (a segment), asked when the campaign begins; and
``settings.MECENE_DRAW`` one that returns who of them gets which version, the others being held
back on purpose.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.utils.module_loading import import_string

from mecene_web.accounts.models import Staff
from mecene_web.audit import write as audit
from mecene_web.donors.models import Donor
from mecene_web.messages import publish, queue
from mecene_web.messages.models import Campaign, Click, Outgoing, Rules
from mecene_web.messages.texts import Template, Version

_AT_ONCE = 2_000


@dataclass(frozen=True)
class Given:
    """What somebody of an audience is given: a published version, and what it is counted with."""

    version_id: int
    group: str


class NothingToSend(ValueError):
    """The template was never published."""


class NotYours(PermissionError):
    """Whoever prepared a campaign does not agree to it alone: another person does."""


class NotNow(ValueError):
    """The campaign is not in a state in which this can be done."""


def prepare(
    name: str, *, template_id: int, audience: str, due_at: datetime, by: Staff, now: datetime,
    token: UUID, most_cost_minor: int | None = None, cost_each_minor: int = 0,
    values: Mapping[str, object] | None = None,
) -> Campaign:  # fmt: skip
    """Write a campaign down; nothing leaves before somebody agrees to it.

    Args:
        name: For the members.
        template_id: What it says: what is published now, whatever is published later.
        audience: To whom: a name that ``MECENE_AUDIENCE`` knows.
        due_at: When it leaves.
        by: Who prepares it.
        now: When.
        token: The form's own: the same makes one.
        most_cost_minor: What it may cost, in minor units; None: whatever.
        cost_each_minor: What one message costs.
        values: What the template may say to everybody.

    Raises:
        NothingToSend: there is no such template, or it was never published.
    """
    template = Template.objects.filter(pk=template_id, archived_at=None).first()
    version = publish.latest(template_id)
    if template is None or version is None:
        raise NothingToSend(f"template {template_id} was never published")
    with transaction.atomic():
        made, fresh = Campaign.objects.get_or_create(
            token=token,
            defaults={
                "name": name.strip()[:120] or template.name, "code": f"m-{token.hex[:10]}",
                "template": template, "version": version, "audience": audience, "due_at": due_at,
                "most_cost_minor": most_cost_minor, "cost_each_minor": cost_each_minor,
                "values": dict(values or {}), "made_at": now, "made_by": by, "state": "waiting",
            },
        )  # fmt: skip
        if fresh:
            audit.write("prepare", "campaign", made.pk, by=by, now=now,
                        after={"name": made.name, "audience": audience})  # fmt: skip
    return made


def agree(campaign_id: int, *, by: Staff, now: datetime) -> None:
    """Agree that a campaign leaves; a second time does nothing.

    Raises:
        NotYours: the association wants two people, and this one prepared it.
        NotNow: it was cancelled, or left already.
    """
    rules = Rules.objects.first() or Rules()
    with transaction.atomic():
        held = Campaign.objects.select_for_update().get(pk=campaign_id)
        if rules.two_people and held.made_by_id == by.pk:
            raise NotYours("another member agrees to what one has prepared")
        if held.state == "approved":
            return
        if held.state != "waiting":
            raise NotNow(held.state)
        Campaign.objects.filter(pk=campaign_id).update(state="approved", approved_at=now,
                                                       approved_by=by)  # fmt: skip
        audit.write("approve", "campaign", campaign_id, by=by, now=now)


def stop(campaign_id: int, *, by: Staff, now: datetime) -> int:
    """Stop a campaign for good; return how many messages will not leave."""
    with transaction.atomic():
        held = Campaign.objects.select_for_update().get(pk=campaign_id)
        if held.state in ("done", "cancelled"):
            return 0
        Campaign.objects.filter(pk=campaign_id).update(state="cancelled", ended_at=now)
        kept_back = sum(queue.withdraw(one, why="campaign_stopped", now=now)
                        for one in set(groups(held)))  # fmt: skip
        audit.write("stop", "campaign", campaign_id, by=by, now=now, after={"messages": kept_back})
    return kept_back


def resume(campaign_id: int, *, by: Staff, now: datetime) -> None:
    """Go on with a campaign that paused: what made it pause was mended."""
    with transaction.atomic():
        paused = Campaign.objects.filter(pk=campaign_id, state="paused")
        if paused.update(state="sending", paused_why=""):
            audit.write("resume", "campaign", campaign_id, by=by, now=now)


def follow(*, now: datetime) -> int:
    """Begin the campaigns whose time has come, end those with nothing left; return how many."""
    begun = 0
    for campaign in Campaign.objects.filter(state="approved", due_at__lte=now).order_by("pk"):
        people = import_string(settings.MECENE_AUDIENCE)(campaign.audience, now=now)
        begin(campaign.pk, people, now=now)
        begun += 1
    for campaign in Campaign.objects.filter(state="sending"):
        left = Outgoing.objects.filter(
            campaign=campaign, state__in=("queued", "claimed", "sending")
        )
        if not left.exists():
            sending = Campaign.objects.filter(pk=campaign.pk, state="sending")
            sending.update(state="done", ended_at=now)
    return begun


def begin(campaign_id: int, donor_ids: Iterable[int], *, now: datetime) -> int:
    """Write a campaign's messages down, all in one transaction; return how many."""
    with transaction.atomic():
        held = Campaign.objects.select_for_update().select_related("template").get(pk=campaign_id)
        if held.state != "approved":
            return 0
        wanted = sorted(set(donor_ids))
        people = [number for first in range(0, len(wanted), _AT_ONCE)
                  for number in Donor.objects.filter(pk__in=wanted[first : first + _AT_ONCE])
                  .values_list("pk", flat=True)]  # fmt: skip
        added = queue.add(_decided(held, _drawn(held, people, now=now), now=now), now=now)
        Campaign.objects.filter(pk=campaign_id).update(state="sending", began_at=now)
    return added


def _drawn(held: Campaign, people: list[int], *, now: datetime) -> Mapping[int, Given]:
    """Return who gets what; who is not there is held back, or waits."""
    if settings.MECENE_DRAW:
        told: Mapping[int, Given] = import_string(settings.MECENE_DRAW)(held, people, now=now)
        return told
    assert held.version_id is not None
    return dict.fromkeys(people, Given(held.version_id, group(held)))


def _decided(
    held: Campaign, given: Mapping[int, Given], *, now: datetime
) -> Iterator[queue.Decided]:
    texts = {one.pk: one.template for one in Version.objects.select_related("template")
             .filter(pk__in={one.version_id for one in given.values()})}  # fmt: skip
    for number, what in given.items():
        text = texts[what.version_id]
        yield queue.Decided(
            origin=group(held), group=what.group, donor_id=number, channel=text.channel,
            purposes=tuple(text.purposes), kind=text.kind, version_id=what.version_id, due_at=now,
            campaign_id=held.pk, campaign_code=held.code, cost_minor=held.cost_each_minor,
            values=held.values,
        )  # fmt: skip


def group(campaign: Campaign, *, arm: int = 0) -> str:
    """Return what the messages of a campaign are counted with; each arm of a test by itself."""
    return f"campaign:{campaign.pk}" + (f":{arm}" if arm else "")


def groups(campaign: Campaign) -> list[str]:
    """Return every group that messages of a campaign are counted with."""
    held = Outgoing.objects.filter(campaign=campaign).order_by()
    return [group(campaign), *held.values_list("group", flat=True).distinct()]


def figures(campaign: Campaign) -> dict[str, Any]:
    """Return how a campaign stands: by state, refusals by reason, shares delivered and clicked."""
    rows = Outgoing.objects.filter(campaign=campaign)
    states = dict(rows.values_list("state").annotate(n=Count("pk")).order_by())
    reasons = rows.filter(state="refused").values_list("reason").annotate(n=Count("pk"))
    left = sum(
        states.get(name, 0) for name in ("handed_over", "delivered", "bounced", "complained")
    )
    counted = groups(campaign)
    people = Click.objects.filter(group__in=counted, machine=False)
    clicked = people.values("mark").distinct().count()
    arrived = states.get("delivered", 0) + states.get("complained", 0)
    return {
        "states": states, "all": sum(states.values()), "left": left,
        "reasons": sorted(reasons.order_by(), key=lambda row: -row[1]),
        "delivered": arrived / left if left and arrived else None,
        "bounced": states.get("bounced", 0) / left if left else None,
        "complained": states.get("complained", 0) / left if left else None,
        "clicked": clicked / left if left else None, "clicks": people.count(),
        "machines": Click.objects.filter(group__in=counted, machine=True).count(),
    }  # fmt: skip
