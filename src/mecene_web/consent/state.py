"""State: what may be done with a donor today, by purpose and channel, and why?

The donor's words, their unsubscribes and complaints, the marks set on them and the suppression
list are gathered here; ``mecene.law.consent`` says what follows.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from django.utils import timezone

from mecene.law import consent as law
from mecene.law.consent import Person, Statement, Verdict
from mecene_web.consent import suppression
from mecene_web.consent.models import Consent, Mark
from mecene_web.donors.models import Donor
from mecene_web.organisation import numbered
from mecene_web.organisation.models import Organisation

_UNSUBSCRIBED = ("unsubscribe", "complaint")
_DEAD_ACCOUNT = "MD07"  # the bank's word for a payer who died
_AT_ONCE = 1_000


@dataclass(frozen=True)
class Known:
    """What decides of one donor."""

    person: Person
    said: list[Statement] = field(default_factory=list)


def heard_by(now: datetime) -> date:
    """Return the day by which what was just said is heard.

    It is the ledger's own (UTC) where ours has not come to it yet.
    """
    return max(timezone.localdate(now), now.astimezone(UTC).date())


def of(donor_id: int, *, on: date) -> dict[tuple[str, str], Verdict]:
    """Return (purpose, channel) → verdict; of a donor unknown here, nothing."""
    known = read([donor_id]).get(donor_id)
    return law.state(known.said, on=on, person=known.person) if known else {}


def may(donor_id: int, *, purposes: Collection[str], channel: str, on: date) -> Verdict | None:
    """Return whether a message may go to a donor; None where there is no such donor.

    Raises:
        law.UnknownPurpose: a purpose is unknown, or none is told.
    """
    return among([donor_id], purposes=purposes, channel=channel, on=on).get(donor_id)


def among(
    donor_ids: Iterable[int], *, purposes: Collection[str], channel: str, on: date
) -> dict[int, Verdict]:
    """Return donor → verdict of a message that would go to all of them."""
    return {
        donor: law.verdict(
            known.said, purposes=purposes, channel=channel, on=on, person=known.person
        )
        for donor, known in read(donor_ids).items()
    }


def by_channel(
    donor_ids: Iterable[int], *, purposes: Collection[str], channels: Collection[str], on: date
) -> dict[int, dict[str, Verdict]]:
    """Return donor → channel → verdict of a message that would go to all of them."""
    return {
        donor: {
            channel: law.verdict(
                known.said, purposes=purposes, channel=channel, on=on, person=known.person
            )
            for channel in channels
        }
        for donor, known in read(donor_ids).items()
    }


def read(donor_ids: Iterable[int]) -> dict[int, Known]:
    """Return donor → what decides of them."""
    wanted = sorted(set(donor_ids))
    found: dict[int, Known] = {}
    sensitive = Organisation.objects.filter(sensitive=True).exists()
    for first in range(0, len(wanted), _AT_ONCE):
        found |= _some(wanted[first : first + _AT_ONCE], sensitive=sensitive)
    return found


def _some(ids: list[int], *, sensitive: bool) -> dict[int, Known]:
    rows = Donor.objects.filter(numbered.among("pk", ids)).values_list(
        "pk", "email", "phone", "country", "deceased_on"
    )
    people = {row[0]: row for row in rows}
    marks: dict[int, set[str]] = {}
    for donor, kind in Mark.objects.filter(
        numbered.among("donor_id", ids), lifted_at=None
    ).values_list("donor_id", "kind"):
        marks.setdefault(donor, set()).add(kind)
    dead = _dead(ids)
    silenced = suppression.silenced({row[0]: (row[1], row[2]) for row in people.values()})
    said = _said(ids)
    return {
        donor: Known(
            Person(
                deceased=died is not None or donor in dead or "deceased" in marks.get(donor, ()),
                vulnerable="vulnerable" in marks.get(donor, ()),
                suppressed=silenced.get(donor, frozenset()),
                country=country,
                sensitive=sensitive,
            ),
            said.get(donor, []),
        )
        for donor, _, _, country, died in people.values()
    }


def _dead(ids: list[int]) -> set[int]:
    """Return those whose bank, or whose commitment, said that they died."""
    donors = Donor.objects.filter(numbered.among("pk", ids))
    ended = donors.filter(commitments__end_reason="deceased").values_list("pk", flat=True)
    return set(ended) | set(
        donors.filter(gifts__return_code=_DEAD_ACCOUNT).values_list("pk", flat=True)
    )


def _said(ids: list[int]) -> dict[int, list[Statement]]:
    found: dict[int, list[Statement]] = {}
    rows = Consent.objects.filter(numbered.among("donor_id", ids)).values_list(
        "donor_id", "purpose", "channel", "status", "occurred_at"
    )
    for donor, purpose, channel, status, at in rows:
        found.setdefault(donor, []).append(Statement(purpose, channel, status, at))
    left = Donor.objects.filter(
        numbered.among("pk", ids), interactions__kind__in=_UNSUBSCRIBED
    ).values_list("pk", "interactions__channel", "interactions__at")
    for donor, channel, at in left:
        found.setdefault(donor, []).append(
            Statement("appeal", channel or "email", "objected", _moment(at))
        )
    return found


def _moment(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)
