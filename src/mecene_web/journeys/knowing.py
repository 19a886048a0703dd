"""Knowing: what is known of some donors now, as a journey's conditions and messages read it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone

from mecene.conditions.asked import Ask
from mecene.conditions.holding import Cell
from mecene.journeys import vocabulary
from mecene.journeys.publishing import Published
from mecene.journeys.traveller import Known
from mecene.law import consent as law
from mecene.pressure import zones
from mecene_web.consent import state
from mecene_web.donors.models import Donor, Record
from mecene_web.organisation import numbered
from mecene_web.segments import known, live
from mecene_web.segments.known import Night
from mecene_web.segments.models import Membership

_NESTED = "in_segment"
# Where nothing is known to be preferred: the cheapest that leaves the donor in peace first.
_ORDER = ("email", "post", "phone", "sms")


@dataclass(frozen=True)
class Reads:
    """What the conditions of some journeys read of a donor."""

    columns: frozenset[str]
    asks: tuple[Ask, ...]
    segments: frozenset[str]
    person: frozenset[str]


@dataclass(frozen=True)
class Met:
    """A donor as journeys meet them: ``known`` has no event and no channel of a purpose yet."""

    donor_id: int
    household_id: int | None
    known: Known
    reached: tuple[str, ...]
    allowed: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def for_(self, purpose: str) -> Known:
        """Return what is known of them for messages of a purpose: who may be written to first."""
        may = self.allowed.get(purpose, frozenset())
        first = [name for name in self.reached if name in may]
        # Of whom nothing is allowed, all the same: why it is not sent is told at the sending.
        return Known(self.known.values, self.known.events, self.known.zone,
                     tuple(first) or self.reached, self.known.deceased)  # fmt: skip


class _Person(NamedTuple):
    """What of a donor tells how they are reached, by which clock they live, and their home."""

    pk: int
    household_id: int | None
    country: str | None
    postcode: str | None
    city: str | None
    address: str | None
    undeliverable_on: date | None
    email: str | None
    phone: str | None
    birth_date: date | None
    standing__best_channel: str | None


def reads(published: Iterable[Published]) -> Reads:
    """Return what some journeys read of a donor, the event's own columns aside."""
    conditions = [each for one in published for each in one.conditions.values()]
    asks = [ask for each in conditions for ask in each.asks]
    named = {name for each in conditions for name in each.columns} - set(vocabulary.EVENT)
    own = set(vocabulary.PERSON) | {"donor_id"}
    return Reads(
        columns=frozenset(named - own),
        asks=tuple(dict.fromkeys(ask for ask in asks if ask.name != _NESTED)),
        segments=frozenset(str(ask.get("code")) for ask in asks if ask.name == _NESTED),
        person=frozenset(named & set(vocabulary.PERSON)),
    )


def of(
    donor_ids: Sequence[int], read: Reads, *, purposes: Iterable[str], now: datetime
) -> dict[int, Met]:
    """Return donor → what is known of them at ``now``; who is another now, or erased, is absent.

    Args:
        donor_ids: Whose.
        read: What is to be known.
        purposes: What messages to them would be for.
        now: The moment; what came today is seen.
    """
    held = Record.objects.filter(donor=OuterRef("pk"))
    people = Donor.objects.filter(Exists(held), numbered.among("pk", donor_ids)).order_by("pk")
    donors = [_Person._make(row) for row in people.values_list(*_Person._fields)]
    ids = [donor.pk for donor in donors]
    if not ids:
        return {}
    values = _values(ids, read, now)
    on = max(timezone.localdate(now), now.astimezone(UTC).date())
    wanted = sorted(set(purposes))
    said = state.read(ids)
    allowed = _Allowed(wanted, on)
    return {
        donor.pk: Met(
            donor.pk, donor.household_id,
            Known(
                values=values[donor.pk] | {name: getattr(donor, name) for name in read.person},
                zone=zones.of(country=donor.country, postcode=donor.postcode).name,
                deceased=said[donor.pk].person.deceased,
            ),
            channels,
            allowed.of(said[donor.pk], channels),
        )
        for donor, channels in ((donor, _reached(donor)) for donor in donors)
    }  # fmt: skip


def _values(ids: list[int], read: Reads, now: datetime) -> dict[int, dict[str, Cell]]:
    found: dict[int, dict[str, Cell]] = {number: {} for number in ids}
    if read.columns or read.asks:
        night = known.last() or Night(Path(settings.HOME) / "no-night", timezone.localdate(now))
        as_of: date = timezone.localdate(now) + timedelta(days=1)
        rows = live.facts_of(ids, read, night, as_of=as_of)
        for row in rows.iter_rows(named=True):
            found[row["donor_id"]] = row
        empty: dict[str, Any] = dict.fromkeys((*read.columns, *(ask.column for ask in read.asks)))
        found = {number: empty | row for number, row in found.items()}
    if read.segments:
        _placed(found, read.segments)
    return found


def _placed(found: dict[int, dict[str, Cell]], codes: frozenset[str]) -> None:
    columns_of = {code: Ask(_NESTED, (("code", code),)).column for code in codes}
    for row in found.values():
        row |= dict.fromkeys(columns_of.values(), False)
    held = Membership.objects.filter(numbered.among("donor_id", found), segment__code__in=codes)
    for donor, code in held.values_list("donor_id", "segment__code"):
        found[donor][columns_of[code]] = True


@dataclass
class _Allowed:
    """By which channels messages of some purposes may go to somebody on a day.

    Most have said nothing, and are alike in what decides: of those it is worked out once.
    """

    purposes: Sequence[str]
    on: date
    silent: dict[tuple[law.Person, tuple[str, ...]], dict[str, frozenset[str]]] = field(
        default_factory=dict
    )

    def of(self, said: state.Known, channels: tuple[str, ...]) -> Mapping[str, frozenset[str]]:
        """Return purpose → the channels, of those by which they are reached."""
        if said.said:
            return self._of(said, channels)
        alike = (said.person, channels)
        if alike not in self.silent:
            self.silent[alike] = self._of(said, channels)
        return self.silent[alike]

    def _of(
        self, said: state.Known, channels: tuple[str, ...]
    ) -> dict[str, frozenset[str]]:  # fmt: skip
        return {
            purpose: frozenset(
                channel for channel in channels
                if law.verdict(said.said, purposes=[purpose], channel=channel, on=self.on,
                               person=said.person).allowed
            )
            for purpose in self.purposes
        }  # fmt: skip


def _reached(donor: _Person) -> tuple[str, ...]:
    there = {
        "email": bool(donor.email),
        "post": bool(donor.address) and bool(donor.city or donor.postcode)
        and donor.undeliverable_on is None,
        "phone": bool(donor.phone), "sms": bool(donor.phone),
    }  # fmt: skip
    best = donor.standing__best_channel
    # What they act by comes first (``mecene.channels``); of whom nothing is sure, the cheapest.
    return tuple(name for name in sorted(_ORDER, key=lambda name: name != best) if there[name])
