"""The hour a file tells is the association's own, and it is told again as it was."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mecene_web.organisation import clock

PARIS = "Europe/Paris"
FIRST = datetime(1990, 1, 1, tzinfo=UTC)


def _asked(name, moments, kind):
    column = pl.Series("at", moments, dtype=kind)
    return column.to_frame().select(getattr(clock, name)(pl.col("at"))).to_series().to_list()


def _moment(shown):
    """Return the moment a clock shows: « 2026-03-03 14:30 », or without a zone."""
    told = datetime.fromisoformat(shown) if isinstance(shown, str) else shown
    return _asked("moment", [told], pl.Datetime("us"))[0]


@pytest.fixture(autouse=True)
def _in_paris(settings):
    settings.TIME_ZONE = PARIS


@pytest.mark.parametrize(
    ("shown", "utc"),
    [
        ("2026-01-05 14:30", datetime(2026, 1, 5, 13, 30, tzinfo=UTC)),
        ("2026-07-05 00:30", datetime(2026, 7, 4, 22, 30, tzinfo=UTC)),
        # Shown twice: the first. Never shown: the hour after.
        ("2025-10-26 02:30", datetime(2025, 10, 26, 0, 30, tzinfo=UTC)),
        ("2026-03-29 02:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        (None, None),
    ],
)
def test_what_a_clock_shows_is_a_moment(shown, utc):
    assert _moment(shown) == utc


def test_the_other_side_of_the_world_is_another_day(settings):
    settings.TIME_ZONE = "Pacific/Noumea"

    assert _moment("2026-03-03 08:00") == datetime(2026, 3, 2, 21, tzinfo=UTC)


@given(st.integers(0, 45 * 365 * 1440).map(lambda n: FIRST + timedelta(minutes=n)))
def test_every_moment_is_found_again_but_for_the_hour_shown_twice(moment):
    (shown,) = _asked("here", [moment], pl.Datetime("us", "UTC"))
    assert shown == moment.astimezone(ZoneInfo(PARIS)).replace(tzinfo=None)

    assert moment - _moment(shown) in (timedelta(0), timedelta(hours=1))
