"""Listed: the people of one list to act on, in the order in which to work it."""

from dataclasses import dataclass
from typing import Any

from mecene_web.overview import figures
from mecene_web.scores.models import Listed, Run, Standing

AT_ONCE = 50


class NoSuchList(LookupError):
    """The last night made no list of that name."""


@dataclass(frozen=True)
class Row:
    """Somebody of the list: how to reach them, why they are here, what they should give."""

    place: int
    donor_id: int
    name: str
    city: str
    email: str
    phone: str
    reason: str
    why: str
    expected_minor: float | None
    currency: str | None


@dataclass(frozen=True)
class Page:
    """Some rows of a list; ``following`` is the place to go on from, None at the end."""

    run: Run
    code: str
    told: dict[str, Any]
    rows: tuple[Row, ...]
    following: int | None


def page(code: str, *, start: int, lang: str) -> Page:
    """Return the rows of a list from a place on.

    Raises:
        NoSuchList: there is no such list, or nobody in it.
    """
    try:
        found = figures.latest(lang=lang)
    except figures.NoFigures as none:
        raise NoSuchList(code) from none
    told = next((a for a in found.told["actions"] if a["file"] == f"lists/{code}.csv"), None)
    if told is None:
        raise NoSuchList(code)
    listed = Listed.objects.filter(run=found.run, list=code, place__gte=start)
    rows = list(listed.select_related("donor__standing").order_by("place")[: AT_ONCE + 1])
    more = rows[AT_ONCE].place if len(rows) > AT_ONCE else None
    return Page(found.run, code, told, tuple(map(_row, rows[:AT_ONCE])), more)


def _row(listed: Listed) -> Row:
    donor = listed.donor
    stands: Standing | None = getattr(donor, "standing", None)
    return Row(
        place=listed.place + 1,
        donor_id=donor.pk,
        name=str(donor),
        city=" ".join(part for part in (donor.postcode, donor.city) if part),
        email=donor.email or "",
        phone=donor.phone or "",
        reason=listed.reason,
        why=listed.why,
        expected_minor=stands.expected_value_12m_minor if stands else None,
        currency=stands.currency if stands else None,
    )
