"""External series beside donors: known by the day only, and carried to the score."""

from datetime import date

import polars as pl
import pytest

from mecene.engine import store as stores
from mecene.scores import economy


@pytest.fixture
def index(tmp_path):
    months = [date(2024, month, 1) for month in range(1, 13)] + [date(2025, 1, 1)]
    values = [100.0 + place for place in range(13)]
    series = pl.DataFrame({"name": "confiance", "month": months, "value": values}).with_columns(
        source_ref=pl.format("s{}", pl.int_range(pl.len()))
    )
    return stores.write_facts({"series": series}, tmp_path)


class TestAt:
    def test_a_change_is_taken_between_the_last_month_known_and_the_one_before_the_lag(self, index):
        found = economy.at(index, as_of=date(2025, 2, 1), lags_months=(3, 12))

        # January 2025 is 112, October 2024 109, January 2024 100.
        assert found["series_confiance_change_3m"] == pytest.approx(112 / 109 - 1)
        assert found["series_confiance_change_12m"] == pytest.approx(0.12)

    def test_a_month_that_is_not_over_is_not_known(self, index):
        found = economy.at(index, as_of=date(2025, 1, 31), lags_months=(3,))

        assert found["series_confiance_change_3m"] == pytest.approx(111 / 108 - 1)

    def test_a_lag_before_the_series_began_has_no_column(self, index):
        assert economy.at(index, as_of=date(2025, 2, 1), lags_months=(24,)) == {}

    def test_a_lag_of_nothing_is_refused(self, index):
        with pytest.raises(economy.ImpossibleLag, match="1 month or more"):
            economy.at(index, as_of=date(2025, 2, 1), lags_months=(0,))


class TestBeside:
    def test_a_column_the_day_lacks_is_empty(self):
        donors = pl.DataFrame({"donor_id": [1, 2]})

        found = economy.beside(donors, {"a": 0.5}, ("a", "b"))

        assert found["a"].to_list() == [0.5, 0.5]
        assert found["b"].to_list() == [None, None]
