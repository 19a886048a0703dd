"""Donor: all that is known of one donor, gathered for their page with few questions."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, F, Max, Prefetch, Sum
from django.db.models.functions import ExtractYear

from mecene_web.consent.models import Consent
from mecene_web.donors import asking, enter, whereabouts
from mecene_web.donors.models import (
    Attribute,
    ContactPerson,
    Donor,
    Following,
    Merge,
    Record,
    Task,
)
from mecene_web.giving.models import Commitment, CommitmentChange, Gift
from mecene_web.imports.models import File
from mecene_web.overview import gift_chart, there
from mecene_web.overview.gift_chart import Bar
from mecene_web.scores.models import Standing

_LOYAL_GIFTS = 3
_CONSENTS_READ = 400


class MergedInto(LookupError):
    """The donor is another one now."""

    def __init__(self, donor_id: int) -> None:
        super().__init__(f"this donor is donor {donor_id} now")
        self.donor_id = donor_id


@dataclass(frozen=True)
class Piece:
    """Something known: which, its value, and the sources that say it."""

    name: str
    value: Any
    by_hand: Record | None
    files: tuple[str, ...]
    read: bool = False


@dataclass(frozen=True)
class Giving:
    """What they gave, gifts received alone, in the currency they gave most in."""

    count: int = 0
    minor: int = 0
    currency: str = "EUR"
    last_on: date | None = None
    bars: tuple[Bar, ...] = ()


@dataclass(frozen=True)
class Page:
    """All of a donor's page but its timeline."""

    donor: Donor
    standing: Standing | None
    pieces: tuple[Piece, ...]
    home: tuple[Donor, ...]
    giving: Giving
    commitments: tuple[Commitment, ...]
    consents: tuple[Consent, ...]
    attributes: tuple[Attribute, ...]
    past_attributes: tuple[Attribute, ...]
    question: asking.Question | None
    tasks: tuple[Task, ...]
    following: Following | None
    persons: tuple[ContactPerson, ...]
    merges: tuple[Merge, ...]
    # In which tables they have rows.
    there: frozenset[str] = frozenset()
    reasons: tuple[str, ...] = ()
    signs: dict[str, Any] = field(default_factory=dict)


def page(donor_id: int, *, today: date, lang: str) -> Page:
    """Return what is known of a donor.

    Raises:
        Donor.DoesNotExist: nobody ever had this number.
        MergedInto: they are another donor now.
    """
    donor = (
        Donor.objects.select_related("standing__run", "standing__why", "household")
        .filter(pk=donor_id)
        .first()
    )
    # A number nobody could have is asked no further.
    held = there.of(donor_id) if donor else frozenset()
    if donor is None or "absorbed" in held:
        now = whereabouts.current(donor_id)
        if donor is None or now != donor_id:
            raise MergedInto(now)
    standing = getattr(donor, "standing", None)
    giving = _giving(donor_id, until=today.year) if "gifts" in held else Giving()
    commitments = _commitments(donor_id) if "commitments" in held else ()
    attributes, past = _attributes(donor_id) if "attributes" in held else ((), ())
    why = getattr(standing, "why", None)
    return Page(
        donor=donor, standing=standing, pieces=_pieces(donor), home=_home(donor), giving=giving,
        commitments=commitments,
        consents=_consents(donor_id) if "consents" in held else (),
        attributes=attributes, past_attributes=past,
        question=_question(donor, standing, giving, commitments, attributes, lang),
        tasks=_tasks(donor_id) if "tasks" in held else (),
        following=_following(donor_id) if "followings" in held else None,
        persons=_persons(donor_id) if "persons" in held else (),
        merges=_merges(donor_id) if "kept" in held else (),
        there=held,
        reasons=tuple(getattr(why, f"reasons_{lang}", ()) or ()),
        signs=_signs(why, lang),
    )  # fmt: skip


def _signs(why: Any, lang: str) -> dict[str, Any]:
    if why is None:
        return {}
    told = {"alarm": getattr(why, f"alarm_{lang}"), "reach": getattr(why, f"reach_{lang}"),
            "level": why.alarm_level}  # fmt: skip
    return {name: value for name, value in told.items() if value}


def _tasks(donor_id: int) -> tuple[Task, ...]:
    waiting = Task.objects.filter(donor=donor_id, done_at=None).select_related("owner")
    return tuple(waiting.order_by(F("due_on").asc(nulls_last=True), "pk"))


def _following(donor_id: int) -> Following | None:
    said = Following.objects.filter(donor=donor_id).select_related("owner", "by")
    return said.order_by("-at", "-pk").first()


def _persons(donor_id: int) -> tuple[ContactPerson, ...]:
    return tuple(ContactPerson.objects.filter(donor=donor_id, left_at=None).order_by("pk"))


def _merges(donor_id: int) -> tuple[Merge, ...]:
    return tuple(Merge.objects.filter(kept=donor_id).select_related("by").order_by("-at"))


def _pieces(donor: Donor) -> tuple[Piece, ...]:
    """Return what is known of who they are, and where each piece came from."""
    records = list(
        Record.objects.filter(donor=donor).select_related("written_by")
        .prefetch_related("mentions").order_by("-by_hand", "-written_at", "pk")
    )  # fmt: skip
    wanted = {one.import_id for record in records for one in record.mentions.all()}
    files: dict[int, list[str]] = {}
    for of, name in File.objects.filter(of__in=wanted).values_list("of_id", "name"):
        files.setdefault(of, []).append(name)
    found = []
    for name in (*enter.FIELDS, "gender", "acquired_on", "acquisition_channel"):
        value = getattr(donor, name)
        if value in (None, ""):
            continue
        saying = [r for r in records if str(getattr(r, name) or "").casefold()
                  == str(value).casefold()]  # fmt: skip
        hand = next((r for r in saying if r.by_hand and name in (r.decided or ())), None)
        told = {f for r in saying for m in r.mentions.all() for f in files.get(m.import_id, [])}
        found.append(Piece(name, value, hand, tuple(sorted(told)), read=bool(saying)))
    return tuple(found)


def _home(donor: Donor) -> tuple[Donor, ...]:
    if donor.household_id is None:
        return ()
    return tuple(
        Donor.objects.filter(household=donor.household_id).exclude(pk=donor.pk).order_by("pk")[:12]
    )


def _giving(donor_id: int, *, until: int) -> Giving:
    by_year = list(
        Gift.objects.filter(donor=donor_id, status="received")
        .annotate(year=ExtractYear("given_on"))
        .values_list("currency", "year")
        .annotate(gifts=Count("pk"), minor=Sum("amount_minor"), last=Max("given_on"))
        .order_by("year")
    )
    if not by_year:
        return Giving()
    counts: dict[str, int] = {}
    for currency, _, gifts, _, _ in by_year:
        counts[currency] = counts.get(currency, 0) + gifts
    main = max(counts, key=lambda one: (counts[one], one))
    mine = [row for row in by_year if row[0] == main]
    years = [(year, gifts, int(minor)) for _, year, gifts, minor, _ in mine]
    return Giving(
        count=sum(counts.values()), minor=sum(row[2] for row in years), currency=main,
        last_on=max(row[4] for row in by_year), bars=gift_chart.bars(years, until=until),
    )  # fmt: skip


def _commitments(donor_id: int) -> tuple[Commitment, ...]:
    changed = Prefetch("changes", CommitmentChange.objects.order_by("effective_on", "pk"))
    return tuple(
        Commitment.objects.filter(donor=donor_id).prefetch_related(changed)
        .order_by(F("ended_on").desc(nulls_first=True), "-started_on")
    )  # fmt: skip


def _consents(donor_id: int) -> tuple[Consent, ...]:
    """Return the last thing said about each purpose and channel."""
    said: dict[tuple[str | None, str | None], Consent] = {}
    rows = Consent.objects.filter(donor=donor_id).order_by("-occurred_at", "-pk")[:_CONSENTS_READ]
    for row in rows:
        said.setdefault((row.purpose, row.channel), row)
    return tuple(said.values())


def _attributes(donor_id: int) -> tuple[tuple[Attribute, ...], tuple[Attribute, ...]]:
    """Return what holds of each attribute, and what held before."""
    rows = Attribute.objects.filter(donor=donor_id).select_related("by").order_by(
        F("collected_on").desc(nulls_last=True), "-pk"
    )  # fmt: skip
    now: dict[str, Attribute] = {}
    past = []
    for row in rows[:200]:
        if row.name in now:
            past.append(row)
        else:
            now[row.name] = row
    return tuple(now.values()), tuple(past)


def _question(
    donor: Donor, standing: Standing | None, giving: Giving,
    commitments: tuple[Commitment, ...], attributes: tuple[Attribute, ...], lang: str,
) -> asking.Question | None:  # fmt: skip
    if donor.deceased_on or (standing and standing.objects_profiling):
        return None
    known = {name for name in enter.FIELDS if getattr(donor, name)}
    known |= {one.name for one in attributes}
    traits = {"organisation"} if donor.kind == "organisation" else set()
    traits |= {"donor"} if giving.count else set()
    traits |= {"loyal"} if giving.count >= _LOYAL_GIFTS else set()
    traits |= {"regular"} if any(one.ended_on is None for one in commitments) else set()
    return asking.next_question(known, traits, lang=lang)
