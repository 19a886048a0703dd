"""Touch: say that something new is known of donors, so that what follows from it is worked out."""

from collections.abc import Iterable
from datetime import datetime

from mecene_web.donors.models import Touched

MANY = 20_000


def touch(donor_ids: Iterable[int], *, now: datetime) -> int:
    """Write down that facts of some donors came in; return how many donors that is.

    Part of the transaction that writes the facts. Nothing is written for more than ``MANY``
    donors: after a large import the night's works are asked for instead.
    """
    donors = set(donor_ids)
    if len(donors) > MANY:
        return 0
    Touched.objects.bulk_create(
        [Touched(donor_id=number, at=now) for number in sorted(donors)], batch_size=2_000
    )
    return len(donors)
