"""Who uses what, and how satisfied they say they are: counted by hand."""

from datetime import date, datetime

import polars as pl
import pytest

from mecene.engine import store
from mecene.loyalty import used
from mecene.loyalty.element import Element

AS_OF = date(2026, 3, 1)
ELEMENTS = [Element("mag", "symbolic", 500_00, 100), Element("visit", "service", 20_00),
            Element("mug", "small_item", 0, 300)]  # fmt: skip


@pytest.fixture(scope="module")
def donors(tmp_path_factory):
    """200 donors: odd ones new. Magazine: 1 to 120, twice, rated 5 by 10 and 2 by 5 of them.

    Visit: 101 to 140. Mug: number 200 alone, and one of two years ago. Number 300 never gave.
    """
    at, old = datetime(2026, 1, 1), datetime(2023, 1, 1)  # noqa: DTZ001 -- facts have no zone
    rows = [(d, at, '{"element": "mag"}') for d in range(1, 121) for _ in range(2)]
    rows += [(d, at.replace(day=9), '{"element": "mag", "satisfaction": 5}') for d in range(1, 11)]
    rows += [(d, at.replace(day=9), '{"element": "mag", "satisfaction": 2}') for d in range(11, 16)]
    rows += [(d, at, '{"element": "visit"}') for d in range(101, 141)]
    rows += [(200, at, '{"element": "mug"}'), (1, old, '{"element": "mug"}')]
    rows += [(2, at, '{"element": "unheard of"}'), (300, at, '{"element": "visit"}')]
    rows += [(3, at, "no JSON at all")]
    uses = pl.DataFrame(rows, schema=["donor_id", "at", "properties"], orient="row")
    gifts = [(d, date(2025, 12, 1) if d % 2 else date(2015, 1, 1)) for d in range(1, 201)]
    gifts += [(d, date(2025, 6, 1)) for d in range(1, 201)] + [(999, date(2020, 1, 1))]
    given = pl.DataFrame(gifts, schema=["donor_id", "given_on"], orient="row")
    facts = store.write_facts(
        {
            "interactions": uses.with_columns(kind=pl.lit("benefit_used"), source_ref=pl.lit("i")),
            "gifts": given.with_columns(
                gift_id=pl.int_range(1, pl.len() + 1), amount_minor=pl.lit(1_000),
                currency=pl.lit("EUR"), kind=pl.lit("one_off"), status=pl.lit("received"),
                source_ref=pl.int_range(1, pl.len() + 1).cast(pl.String)),
        }, tmp_path_factory.mktemp("loyalty"))  # fmt: skip
    return used.of(facts, ELEMENTS, as_of=AS_OF)


def test_the_programme_is_who_gave_in_two_years_or_used_something(donors):
    assert set(donors["donor_id"]) == {*range(1, 201), 300}
    assert donors.filter("is_new").height == 101


def test_each_element_is_counted_by_seniority_and_segment(donors):
    segments = pl.DataFrame({"donor_id": list(range(1, 61)), "segment": ["champions"] * 60})

    found = {
        (one.element, one.group): one for one in used.uses(donors, ELEMENTS, segments=segments)
    }

    mag = found["mag", "all"]
    assert (mag.donors, mag.users, mag.uses) == (201, 120, 2 * 120 + 15)
    assert mag.low < 120 / 201 < mag.high
    # Wilson's interval of 120 among 201, by the formula of 1927: 52.8 % to 66.2 %.
    assert (mag.low, mag.high) == pytest.approx((0.528, 0.662), abs=5e-4)
    assert mag.satisfaction == pytest.approx((10 * 5 + 5 * 2) / 15)
    assert (found["mag", "new"].users, found["mag", "standing"].users) == (60, 60)
    assert found["mag", "champions"].share == 1.0
    assert found["visit", "champions"].users == 0
    assert found["mug", "all"].users == 1
    assert found["mug", "all"].satisfaction is None


def test_what_is_little_used_is_proposed_to_go_with_what_it_saves_and_who_would_miss_it(donors):
    values = used.valued(donors)
    advice = {
        one.element: one for one in used.advise(used.uses(donors, ELEMENTS), values, ELEMENTS)
    }

    assert advice["mug"] == used.Advice("mug", "remove", 300, 1)
    assert advice["mag"].does == "extend"
    assert advice["mag"].saved_minor == 500_00 + 255 * 100
    # 11 to 15 rated it 2; 101 to 120 have the visit too.
    assert advice["mag"].missed_by == 100 - 5
    assert advice["visit"].does == "keep"
    assert values == {frozenset({"mag"}): 95, frozenset({"mag", "visit"}): 20,
                      frozenset({"visit"}): 21, frozenset({"mug"}): 1}  # fmt: skip


def test_of_a_small_group_no_share_is_told(donors):
    few = pl.DataFrame({"donor_id": list(range(1, 41)), "segment": ["major"] * 40})

    found = [one for one in used.uses(donors, ELEMENTS, segments=few) if one.group == "major"]

    assert {one.share for one in found} == {None}
    assert found[0].users == 40
