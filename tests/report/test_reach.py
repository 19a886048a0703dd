"""What is not sure enough of how to reach a donor is not told; nor what was said of others."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from mecene.channels import preferences
from mecene.engine import store
from mecene.report import left_beside, reach
from mecene.segments.lists import Built


def preferred(**given: object) -> pl.DataFrame:
    row = dict.fromkeys(preferences.SCHEMA) | {"donor_id": 1} | given
    return pl.DataFrame([row], schema=preferences.SCHEMA)


@pytest.mark.parametrize(("sure", "told"), [(0.79, None), (0.8, 4), (1.0, 4)])
def test_a_day_is_told_from_four_times_in_five_on(sure: float, told: int | None) -> None:
    found = reach.told(preferred(best_weekday=4, weekday_sure=sure, weekday_learnt_from="own"))

    assert found["best_weekday"].to_list() == [told]


def test_a_device_is_told_of_who_was_seen_on_it() -> None:
    of_group = preferred(best_read_device="phone", read_device_learnt_from="group")
    own = preferred(best_read_device="phone", read_device_learnt_from="own")

    assert reach.told(of_group)["best_read_device"].to_list() == [None]
    assert reach.told(own)["best_read_device"].to_list() == ["phone"]


def test_lists_and_donors_stay_as_they_are_where_no_habit_is_known(tmp_path: Path) -> None:
    donors = pl.DataFrame({"donor_id": [1, 2]})
    donors.write_parquet(tmp_path / "part.parquet")
    built = Built({"thank_now": donors}, excluded=pl.DataFrame())

    known = reach.learnt([tmp_path / "part.parquet"])

    assert known is None
    assert reach.of(donors, known) is None
    assert reach.joined(donors, None) is donors
    assert reach.beside(built, None) is built


class TestLeftBeside:
    @staticmethod
    def facts(into: Path, *, minor: int) -> store.FactStore:
        gift = {
            "gift_id": 1, "donor_id": 1, "given_on": date(2025, 3, 1), "amount_minor": minor,
            "currency": "EUR", "kind": "one_off", "status": "received", "source_ref": "g1",
        }  # fmt: skip
        tables = {
            "donors": pl.DataFrame({"donor_id": [1, 2], "kind": "person"}),
            "gifts": pl.DataFrame([gift]),
        }
        return store.write_facts(tables, into / "facts")

    def test_a_table_is_read_back_with_its_day_beside_the_same_facts(self, tmp_path: Path) -> None:
        known = self.facts(tmp_path, minor=10_00)
        parts = [pl.DataFrame({"donor_id": [number], "level": ["alarm"]}) for number in (1, 2)]

        left_beside.write(parts, tmp_path / left_beside.WATCH, store=known, as_of=date(2026, 1, 1))

        found = left_beside.of_donor(tmp_path, left_beside.WATCH, 2)
        assert found is not None
        assert found[0].rows() == [(2, "alarm")]
        assert found[1] == date(2026, 1, 1)
        assert left_beside.of_donor(tmp_path, left_beside.WATCH, 3) is None

    def test_a_table_is_not_read_beside_other_facts(self, tmp_path: Path) -> None:
        known = self.facts(tmp_path, minor=10_00)
        rows = [pl.DataFrame({"donor_id": [1], "level": ["alarm"]})]
        left_beside.write(rows, tmp_path / left_beside.WATCH, store=known, as_of=date(2026, 1, 1))

        self.facts(tmp_path, minor=20_00)

        assert left_beside.of_donor(tmp_path, left_beside.WATCH, 1) is None

    def test_nothing_is_left_of_a_table_that_fails_halfway(self, tmp_path: Path) -> None:
        known = self.facts(tmp_path, minor=10_00)

        def parts():
            yield pl.DataFrame({"donor_id": [1]})
            raise RuntimeError

        with pytest.raises(RuntimeError):
            left_beside.write(
                parts(), tmp_path / left_beside.WATCH, store=known, as_of=date(2026, 1, 1)
            )

        assert not list(tmp_path.glob("watch.parquet*"))
