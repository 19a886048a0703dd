"""Caps: what ``mecene.pressure`` says of messages that are about to leave (``MECENE_PRESSURE``).

The core judges; here its history is read: what left by the outbox or may have, what a file or a
caller told of, and what happened to the donor.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone

from mecene.pressure import rules as practice
from mecene.pressure import verdict, zones
from mecene.pressure.verdict import Happened, History, Proposal, Sent
from mecene_web.donors.models import Donor, Task
from mecene_web.events.models import Contact, Interaction
from mecene_web.giving.models import Gift
from mecene_web.messages import write
from mecene_web.messages.models import LEFT, Outgoing
from mecene_web.messages.pressure import Asked, Held
from mecene_web.organisation.indexed import Seen

_LOOKS_BACK = timedelta(days=366)
# What only something else lets go (thanks) is asked about again after so long.
_ASKED_AGAIN = timedelta(days=1)
_MAY_HAVE_LEFT = (*LEFT, "sending", "unknown")


def held(asked: Sequence[Asked], *, now: datetime) -> Mapping[str, Held]:
    """Return key → why a message must not leave now, of those that must not."""
    judged = [one for one in asked if one.channel != "webhook"]
    if not judged:
        return {}
    people = {row.pk: row for row in Donor.objects.filter(pk__in=[x.donor_id for x in judged])}
    homes = _homes(people.values())
    sent = _sent({one for members in homes.values() for one in members}, now=now)
    happened = _happened(list(people), now=now)
    rules = practice.usual(on=timezone.localdate(now))
    found = {}
    for one in judged:
        donor = people[one.donor_id]
        told = verdict.judge(
            Proposal(one.donor_id, one.channel, one.kind),
            history=History(
                tuple(x for member in homes[one.donor_id] for x in sent[member]),
                tuple(happened[one.donor_id]),
            ),
            rules=rules, zone=zones.of(country=donor.country, postcode=donor.postcode), now=now,
        )  # fmt: skip
        if not told.allowed:
            until = told.next_at or now + _ASKED_AGAIN
            found[one.key] = Held("pressure", until=until, details={
                "rule": told.why[0].rule, "fr": told.text(lang="fr"), "en": told.text(lang="en"),
            })  # fmt: skip
    return found


def _homes(people: "Collection[Donor]") -> dict[int, set[int]]:
    """Return donor → who lives with them, themselves among them."""
    homes = {donor.household_id for donor in people} - {None}
    members: dict[int | None, set[int]] = defaultdict(set)
    for number, home in Donor.objects.filter(household_id__in=homes).values_list(
        "pk", "household_id"
    ):
        members[home].add(number)
    return {donor.pk: members[donor.household_id] | {donor.pk} for donor in people}


def _sent(donors: Collection[int], *, now: datetime) -> dict[int, list[Sent]]:
    since, found = now - _LOOKS_BACK, defaultdict(list)
    rows = Outgoing.objects.filter(
        donor_id__in=donors, state__in=_MAY_HAVE_LEFT, trial_to="", asked_at__gte=since
    ).exclude(channel="webhook")
    for donor, handed, asked, channel, kind in rows.values_list(
        "donor_id", "handed_at", "asked_at", "channel", "kind"
    ):
        # A call that is asked for is made by who calls, and then told as a contact.
        if channel != "phone":
            found[donor].append(Sent(donor, handed or asked, channel, kind))
    calls = Task.objects.filter(donor_id__in=donors, kind="call", done_at=None, made_at__gte=since)
    for donor, at in calls.values_list("donor_id", "made_at"):
        found[donor].append(Sent(donor, at, "phone", "news"))
    told = Contact.objects.filter(donor_id__in=donors, at__gte=since)
    for donor, at, channel, purpose in told.exclude(source_ref__startswith="outgoing:").values_list(
        "donor_id", "at", "channel", "purpose"
    ):
        found[donor].append(Sent(donor, at, channel, write.usual_kind([purpose or "appeal"])))
    return found


def _happened(donors: Collection[int], *, now: datetime) -> dict[int, list[Happened]]:
    since, found = now - _LOOKS_BACK, defaultdict(list)
    thanked_here = _thanks_since()
    gifts = Gift.objects.filter(donor_id__in=donors).filter(
        Q(given_on__gte=timezone.localdate(since)) | Q(status_on__gte=timezone.localdate(since))
    )
    for donor, on, status, status_on, kind in gifts.values_list(
        "donor_id", "given_on", "status", "status_on", "kind"
    ):
        if status == "failed":
            found[donor].append(Happened("failed_debit", _at(status_on or on)))
        elif status == "received":
            owed = kind != "instalment" and thanked_here is not None and on >= thanked_here
            found[donor].append(Happened("gift", _at(on), to_be_thanked=owed))
    said = Interaction.objects.filter(donor_id__in=donors, kind="complaint", at__gte=since)
    for donor, at in said.values_list("donor_id", "at"):
        found[donor].append(Happened("complaint", at))
    calls = Task.objects.filter(donor_id__in=donors, outcome="refuses_calls", done_at__gte=since)
    for donor, at in calls.values_list("donor_id", "done_at"):
        found[donor].append(Happened("refused_call", at))
    return found


def _thanks_since() -> date | None:
    """Return the day from which this association thanks by the outbox; None: it does elsewhere.

    Gifts from before it were thanked in ways nobody told us of: they hold nothing back.
    """
    first = Outgoing.objects.filter(kind=Seen("thanks"), trial_to=Seen("")).order_by("pk").first()
    return timezone.localdate(first.asked_at) if first else None


def _at(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
