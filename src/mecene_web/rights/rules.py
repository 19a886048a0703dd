"""Rules: whom and what we have kept long enough, by the law of the day?

A rule finds; nothing goes until somebody confirmed it (``sweep``). Whoever has no date at all is
not found: nothing says that their time is over.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from mecene import period
from mecene.law import parameters
from mecene.law.parameters import Parameter
from mecene_web.consent.models import Asked, Consent
from mecene_web.donors.models import Donor, Mention, Merge, Record
from mecene_web.events.models import Interaction, Visitor
from mecene_web.giving.models import Commitment, Gift
from mecene_web.imports.models import Import
from mecene_web.rights.models import Archive

# Not begun by the person, or no contact in the regulator's eyes.
_PASSIVE = ("open", "proxy_open", "bounce", "delivered")
_EXAMPLES = 10
_LINK_DAYS = 30


@dataclass(frozen=True)
class Rule:
    """What a rule looks for.

    Attributes:
        name: Of ``words.toml``, [rules].
        law: Name of its figure; empty for a rule of the house.
        of_donors: Whether what it finds are donors, to be erased; other rows are removed.
        find: Moment → what is older.
    """

    name: str
    law: str
    of_donors: bool
    find: Callable[[datetime], QuerySet[Any]]


@dataclass(frozen=True)
class Found:
    """What a rule finds today."""

    rule: Rule
    figure: Parameter | None
    before: date
    count: int
    examples: list[Any]


def _prospects(before: datetime) -> QuerySet[Donor]:
    never = ~Exists(Gift.objects.filter(Q(donor=OuterRef("pk")) | Q(payer=OuterRef("pk"))))
    return _silent(before).filter(never)


def _donors(before: datetime) -> QuerySet[Donor]:
    gifts = Gift.objects.filter(Q(donor=OuterRef("pk")) | Q(payer=OuterRef("pk")))
    late = gifts.filter(given_on__gte=timezone.localdate(before))
    return _silent(before, known=True).filter(Exists(gifts), ~Exists(late))


def _silent(before: datetime, *, known: bool = False) -> QuerySet[Donor]:
    """Return donors without a commitment that runs, who began no contact since a day."""
    mine = {"donor": OuterRef("pk")}
    acts = Interaction.objects.filter(at__gte=before, **mine).exclude(kind__in=_PASSIVE)
    said = Consent.objects.filter(occurred_at__gte=before, **mine)
    runs = Commitment.objects.filter(**mine).filter(
        Q(ended_on=None) | Q(ended_on__gte=timezone.localdate(before))
    )
    found = Donor.objects.filter(
        Exists(Record.objects.filter(**mine)), ~Exists(acts), ~Exists(said), ~Exists(runs)
    ).exclude(Exists(Merge.objects.filter(absorbed=OuterRef("pk"), undone_at=None)))
    return found if known else found.filter(_collected(before))


def _collected(before: datetime) -> Q:
    """Met before a day; where nobody said when, read in files before it, and in none since."""
    mentions = Mention.objects.filter(record__donor=OuterRef("pk"))
    late = Import.objects.filter(loaded_at__gte=before).values("pk")
    early = Import.objects.filter(loaded_at__lt=before).values("pk")
    by_file = Q(acquired_on=None) & Q(Exists(mentions.filter(import_id__in=early)))
    return Q(acquired_on__lt=timezone.localdate(before)) | (
        by_file & ~Q(Exists(mentions.filter(import_id__in=late)))
    )


def _page_views(before: datetime) -> QuerySet[Interaction]:
    return Interaction.objects.filter(kind="page_view", at__lt=before)


def _trackers(before: datetime) -> QuerySet[Visitor]:
    late = Interaction.objects.filter(visitor=OuterRef("pk"), at__gte=before)
    return Visitor.objects.filter(~Exists(late), donor=None)


def _archives(before: datetime) -> QuerySet[Archive]:
    return Archive.objects.filter(keep_until__lte=timezone.localdate(before))


def _asked(before: datetime) -> QuerySet[Asked]:
    return Asked.objects.filter(at__lt=before)


RULES = {
    rule.name: rule
    for rule in (
        Rule("prospects", "retention.prospect_months", of_donors=True, find=_prospects),
        Rule("donors", "retention.donor_months", of_donors=True, find=_donors),
        Rule("page_views", "retention.page_view_months", of_donors=False, find=_page_views),
        Rule("trackers", "retention.tracker_months", of_donors=False, find=_trackers),
        Rule("archives", "", of_donors=False, find=_archives),
        Rule("asked", "", of_donors=False, find=_asked),
    )
}


def found(name: str, *, today: date) -> Found:
    """Return how much a rule finds, with examples; nothing is changed.

    Raises:
        KeyError: there is no such rule.
    """
    rule = RULES[name]
    figure = parameters.of(rule.law, on=today) if rule.law else None
    day = before(name, today=today)
    rows = rule.find(moment(day))
    # Only donors are shown by name: to whoever may see them anyway.
    examples = list(rows.order_by("pk")[:_EXAMPLES]) if rule.of_donors else []
    return Found(rule, figure, day, rows.count(), examples)


def before(name: str, *, today: date) -> date:
    """Return the day before which a rule finds what is too old."""
    rule = RULES[name]
    if rule.law:
        return period.add_months(today, -parameters.of(rule.law, on=today).value)
    return date.fromordinal(today.toordinal() - _LINK_DAYS) if name == "asked" else today


def moment(day: date) -> datetime:
    """Return the first moment of a day, here."""
    return timezone.make_aware(datetime.combine(day, time.min))
