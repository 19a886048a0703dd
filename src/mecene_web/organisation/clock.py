"""Clock: which hour was it here? The database keeps moments in UTC; files and facts tell our own.

An export says « 14:30 » of the association's own day, and whoever learns a donor's best hour, or
counts a day, means that one too.
"""

import polars as pl
from django.conf import settings


def here(moment: pl.Expr) -> pl.Expr:
    """Return moments of the database (UTC) as the association's clock shows them, without zone."""
    told = moment.dt.replace_time_zone("UTC").dt.convert_time_zone(settings.TIME_ZONE)
    return told.dt.replace_time_zone(None)


def moment(here: pl.Expr) -> pl.Expr:
    """Return what the association's clock showed as moments of the database (UTC).

    Of an hour shown twice, in autumn, the first is meant; one that was never shown, in spring, is
    the one after.
    """

    def told(shown: pl.Expr) -> pl.Expr:
        return shown.dt.replace_time_zone(
            settings.TIME_ZONE, ambiguous="earliest", non_existent="null"
        )

    said = pl.coalesce(told(here), told(here + pl.duration(hours=1)))
    return said.dt.convert_time_zone("UTC")
