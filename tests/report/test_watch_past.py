"""Alarms of an earlier day are marked once for many rates, and a young file says it has no past."""

from datetime import date

import polars as pl
import pytest

from mecene.report.watch import past
from mecene.signals import backtest
from scores.associations import AS_OF, store

DONORS = 400
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("watch_past")]


def quiet(stage: str, done: int, total: int) -> None:
    """Hear nothing."""


@pytest.fixture(scope="module")
def found() -> past.Past:
    known = past.of(store(DONORS), as_of=AS_OF, false_alarm_rate=0.05, on_progress=quiet)
    assert known is not None
    return known


def test_the_more_false_alarms_are_allowed_the_more_donors_are_alarmed(found):
    alarmed = [found.at_rates[rate].alarmed for rate in sorted(found.at_rates)]

    assert sorted(found.at_rates) == sorted(past.RATES)
    assert alarmed == sorted(alarmed)
    assert alarmed[0] < alarmed[-1]


def test_parts_add_up_to_all_donors(found):
    whole, parts = found.marks["all"], [found.marks["free"], found.marks["regular"]]

    assert found.at_rates[0.05] == whole
    for name in ("watched", "lapsing", "leaving", "alarmed", "found", "right"):
        assert getattr(whole, name) == sum(getattr(part, name) for part in parts)


def test_beside_the_bar_as_many_regular_donors_are_flagged_as_it_flags(found):
    regular, flagged = found.marks["regular"], found.marks["flagged"]

    assert flagged.watched == regular.watched
    assert flagged.alarmed == round(past.FLAGGED * regular.watched)
    assert flagged.lapsing == regular.lapsing


def test_one_look_is_that_of_many_rates(found):
    one = backtest.at(store(DONORS), day=found.day, false_alarm_rate=0.1)

    assert one.marks() == found.at_rates[0.1]
    assert one.marks(pl.col("group") == "free").watched == found.marks["free"].watched


def test_a_file_without_an_outcome_known_has_no_past():
    early = date(2018, 6, 1)

    known = past.of(store(DONORS), as_of=early, false_alarm_rate=0.05, on_progress=quiet)

    assert known is None
