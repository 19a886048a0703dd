"""Standing: which donors stand on a step of a journey now, since when, and until when."""

from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef

from mecene_web.donors import search
from mecene_web.donors.models import Record
from mecene_web.journeys import draft, following, overview
from mecene_web.journeys.models import Journey, Traveller
from mecene_web.organisation.indexed import Seen

A_PAGE = 50
# Of a name that many have: how many donors are looked for among those who stand there.
_MOST = 3_000


def standing(
    journey: Journey, step: str, *, text: str = "", number: str | None = None, now: datetime
) -> dict[str, Any]:
    """Return what the page of a step shows: who stands there, the longest first.

    Args:
        journey: Which.
        step: Key of the step, of whatever version.
        text: Part of a name, an address or a reference, as in the search of donors.
        number: Which page, as it was asked.
        now: Who was due before it, and was not looked at yet, is late.
    """
    # By its versions: the index of those inside is theirs.
    there = Traveller.objects.filter(
        version__in=journey.versions.all(), step=step, step__isnull=False
    )
    found = there.filter(donor__in=set(search.numbers(text, most=_MOST))) if text.strip() else there
    known = Exists(Record.objects.filter(donor=OuterRef("donor")))
    rows = found.annotate(known=known).select_related("donor", "version")
    page: Page[Traveller] = Paginator(rows.order_by("arrived_at", "pk"), A_PAGE).get_page(number)
    last = following.latest(journey)
    return {
        "journey": journey, "step": step, "page": page, "text": text.strip(),
        "name": overview.named(draft.plain(draft.latest(journey)), step),
        "all": there.count() if text.strip() else page.paginator.count,
        "stuck": there.exclude(stuck=Seen("")).count(),
        "rows": [_told(row, last.pk if last else None, now) for row in page],
    }  # fmt: skip


def _told(row: Traveller, last: int | None, now: datetime) -> dict[str, Any]:
    return {
        "row": row, "donor": row.donor, "stuck": row.stuck.partition(": ")[0],
        # Whoever was found to be another, or erased, has no page of their own.
        "known": row.known,  # type: ignore[attr-defined]
        "late": not row.stuck and row.due_at is not None and row.due_at <= now,
        "older": row.version.number if row.version_id != last else None,
    }  # fmt: skip
