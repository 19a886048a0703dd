"""Leave: the scores and the lists of those who are no donors any more."""

from collections.abc import Collection
from datetime import datetime

from mecene_web.scores.models import Listed, Standing


def leave(donor_ids: Collection[int], *, now: datetime) -> None:
    """Forget where donors stand, why, and on which lists they are."""
    Standing.objects.filter(pk__in=donor_ids).delete()
    Listed.objects.filter(donor_id__in=donor_ids).delete()
