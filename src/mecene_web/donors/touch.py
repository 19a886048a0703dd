"""Touch: say that something new is known of donors, so that what follows from it is worked out."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection

from mecene_web.donors import refresh
from mecene_web.donors.models import Touched

MANY = 20_000
_AT_ONCE = 2_000


def touch(donor_ids: Iterable[int], *, now: datetime) -> int:
    """Write down that facts of some donors came in; return how many donors that is.

    Part of the transaction that writes the facts. Nothing is written for more than ``MANY``
    donors: the night's works are asked for instead.
    """
    donors = sorted(set(donor_ids))
    if len(donors) > MANY:
        refresh.refresh(now=now)
        return 0
    if donors:
        at = connection.ops.adapt_datetimefield_value(now)
        with connection.cursor() as cursor:
            cursor.executemany(
                f"insert into {Touched._meta.db_table} (donor_id, at) values (%s, %s)",
                [(number, at) for number in donors],
            )
    return len(donors)


def drained(rows: Sequence[int]) -> None:
    """Take out rows of donors who were looked at."""
    with connection.cursor() as cursor:
        for first in range(0, len(rows), _AT_ONCE):
            # Numbers alone are written into the query.
            listed = ", ".join(map(str, rows[first : first + _AT_ONCE]))
            cursor.execute(f"delete from {Touched._meta.db_table} where id in ({listed})")
