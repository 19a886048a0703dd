"""Pressure: the core's verdict on messages that are about to leave (``MECENE_PRESSURE``).

What was said to the whole household counts, whichever journey, campaign or colleague said it: the
contacts, and the messages that left, which know what kind they were.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from mecene.pressure import hours, rules, verdict, zones
from mecene.pressure.verdict import Happened, Hindrance, History, Proposal, Sent
from mecene_web.donors.models import Donor, Task
from mecene_web.events.models import Contact, Interaction
from mecene_web.giving.models import Gift
from mecene_web.messages.models import LEFT, Outgoing
from mecene_web.messages.pressure import Asked, Held

# Longer than any rule looks back.
_DAYS = 400
_AGAIN = timedelta(days=1)
_KINDS = {"appeal": "ask", "legacy": "ask", "commercial": "ask", "transactional": "thanks"}
# The rule's family → the reason that messages tell (``words.toml`` of messages).
_REASONS = {"cap": "cap", "thank": "unthanked", "closed": "quiet_hours"}
_SPOKEN = ("email", "sms", "post", "phone")


def held(asked: Sequence[Asked], *, now: datetime) -> dict[str, Held]:
    """Return key → why it must not leave now, of the messages that must not."""
    spoken = [one for one in asked if one.channel in _SPOKEN]
    if not spoken:
        return {}
    wanted = [one.donor_id for one in spoken]
    homes = {one.household_id for one in spoken} - {None}
    people = _people(wanted, homes)
    sent, happened = _sent(people, now), _happened(wanted, now)
    where = _zones(wanted)
    rules_now = rules.usual(on=timezone.localdate(now))
    at_home: dict[int, list[int]] = defaultdict(list)
    for donor, home in people.items():
        if home is not None:
            at_home[home].append(donor)
    found = {}
    for one in spoken:
        household = at_home.get(one.household_id or 0) or [one.donor_id]
        history = History(
            tuple(each for donor in household for each in sent[donor]),
            tuple(happened[one.donor_id]),
        )
        try:
            judged = verdict.judge(
                Proposal(one.donor_id, one.channel, one.kind), history=history, rules=rules_now,
                zone=where[one.donor_id], now=now,
            )  # fmt: skip
        except hours.NeverOpen:
            found[one.key] = Held("quiet_hours", until=now + _AGAIN)
            continue
        if not judged.allowed:
            found[one.key] = _told(judged.why, judged.next_at or now + _AGAIN)
    return found


def _told(why: Sequence[Hindrance], until: datetime) -> Held:
    first = why[0]
    family = first.rule.partition("_")[0]
    reason = _REASONS.get(family, "recent_gift" if first.rule == "silence_gift" else "silence")
    said = {lang: " ".join(each.text(lang=lang) for each in why) for lang in ("fr", "en")}
    return Held(reason, until=until, details={"rule": first.name, "text": said})


def _people(donors: Iterable[int], homes: Iterable[int | None]) -> dict[int, int | None]:
    both = Donor.objects.filter(pk__in=list(donors)) | Donor.objects.filter(
        household__in=[home for home in homes if home is not None]
    )
    return dict(both.values_list("pk", "household_id"))


def _sent(people: Mapping[int, int | None], now: datetime) -> dict[int, list[Sent]]:
    since = now - timedelta(days=_DAYS)
    found: dict[int, list[Sent]] = defaultdict(list)
    left = Outgoing.objects.filter(
        donor_id__in=list(people), state__in=LEFT, trial_to="", handed_at__gte=since
    )
    for donor, at, channel, kind in left.values_list("donor_id", "handed_at", "channel", "kind"):
        if channel in _SPOKEN:
            found[donor].append(Sent(donor, at, channel, kind))
    # The contact of a message that left is that message; all others are what somebody said.
    said = Contact.objects.filter(donor_id__in=list(people), at__gte=since, at__lte=now)
    said = said.exclude(source_ref__startswith="outgoing:")
    for donor, at, channel, purpose in said.values_list("donor_id", "at", "channel", "purpose"):
        found[donor].append(Sent(donor, at, channel, _KINDS.get(purpose or "", "news")))
    return found


def _happened(donors: Sequence[int], now: datetime) -> dict[int, list[Happened]]:
    first = timezone.localdate(now) - timedelta(days=_DAYS)
    found: dict[int, list[Happened]] = defaultdict(list)
    gifts = Gift.objects.filter(donor_id__in=donors, given_on__gte=first).values_list(
        "donor_id", "given_on", "given_at", "kind", "status", "status_on"
    )
    for donor, on, at, kind, status, status_on in gifts:
        if status == "failed":
            found[donor].append(Happened("failed_debit", _moment(status_on or on)))
        elif kind != "legacy":
            found[donor].append(Happened("gift", at or _moment(on), kind != "instalment"))
    complaints = Interaction.objects.filter(
        donor_id__in=donors, kind="complaint", at__gte=now - timedelta(days=_DAYS)
    )
    for donor, at in complaints.values_list("donor_id", "at"):
        found[donor].append(Happened("complaint", at))
    refused = Task.objects.filter(donor_id__in=donors, outcome="refuses_calls")
    for donor, at in refused.values_list("donor_id", "done_at"):
        found[donor].append(Happened("refused_call", at))
    return found


def _zones(donors: Sequence[int]) -> dict[int, zones.Zone]:
    rows = Donor.objects.filter(pk__in=donors).values_list("pk", "country", "postcode")
    return {donor: zones.of(country=country, postcode=postcode)
            for donor, country, postcode in rows}  # fmt: skip


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(settings.TIME_ZONE)).astimezone(UTC)
