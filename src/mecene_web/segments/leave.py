"""Leave: the segments of those who are no donors any more."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from django.db.models import F

from mecene_web.segments.models import Membership, Passage, Segment


def leave(donor_ids: Collection[int], *, now: datetime) -> None:
    """Take donors out of their segments, whose numbers stay right; that they left is told."""
    held = Membership.objects.filter(donor_id__in=donor_ids)
    rows = list(held.values_list("segment_id", "donor_id"))
    Passage.objects.bulk_create(
        Passage(segment_id=segment, donor_id=donor, entered=False, at=now)
        for segment, donor in rows
    )
    held.delete()
    for segment, count in Counter(segment for segment, _ in rows).items():
        Segment.objects.filter(pk=segment).update(members=F("members") - count)
