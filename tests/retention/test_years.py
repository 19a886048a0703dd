"""Years cut time without gap or overlap, up to the day of the question."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mecene.retention import years

days = st.dates(date(1995, 1, 1), date(2035, 1, 1))


@given(first=days, as_of=days, month=st.integers(1, 12))
def test_every_day_up_to_as_of_is_in_one_year_of_each_series(
    first: date, as_of: date, month: int
) -> None:
    covered = years.covering(first, as_of=as_of, fiscal_year_start=month)

    for series in ("fiscal", "rolling"):
        of_series = years.of_series(covered, series)
        assert of_series[0].start <= min(first, as_of - timedelta(days=1))
        for earlier, later in pairwise(of_series):
            assert (earlier.end, earlier.number + 1) == (later.start, later.number)
    assert years.of_series(covered, "rolling")[-1].end == as_of
    assert [year.complete for year in covered[:-1]].count(False) <= 1


def test_a_month_out_of_the_calendar_is_refused() -> None:
    with pytest.raises(years.NoSuchMonth, match="from 1 to 12: got 13"):
        years.covering(date(2024, 1, 1), as_of=date(2025, 1, 1), fiscal_year_start=13)


def test_a_year_is_named_by_its_number_or_by_its_months() -> None:
    calendar = years.covering(date(2024, 5, 1), as_of=date(2025, 1, 1), fiscal_year_start=1)
    school = years.covering(date(2024, 5, 1), as_of=date(2025, 1, 1), fiscal_year_start=9)

    assert calendar[0].label == "2024"
    assert school[0].label == "2023-09/2024-08"
