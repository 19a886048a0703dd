"""The laws every association's figures obey, and the same figures by plain loops."""

from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mecene.engine import store
from mecene.retention import measure, tallies

AS_OF = date(2024, 10, 15)
# Each example writes a store and runs a dozen queries.
FEW = settings(max_examples=8, deadline=None)

gift = st.fixed_dictionaries(
    {
        "donor_id": st.one_of(st.none(), st.integers(1, 25)),
        "given_on": st.dates(date(2018, 1, 1), date(2025, 6, 1)),
        "amount_minor": st.sampled_from((500, 1_000, 2_000, 2_050, 5_000)),
        "kind": st.sampled_from(("one_off", "one_off", "instalment", "in_kind", "legacy")),
        "currency": st.sampled_from(("EUR", "EUR", "EUR", "CHF")),
        "status": st.sampled_from(("received", "received", "received", "failed", "refunded")),
        "status_after": st.one_of(st.none(), st.integers(0, 900)),
    }
)
some_gifts = st.lists(gift, min_size=1, max_size=80)
organisations = st.frozensets(st.integers(1, 25), max_size=5)


def frame_of(gifts) -> pl.DataFrame:
    rows = []
    for number, row in enumerate(gifts, start=1):
        whole = dict(row)
        after = whole.pop("status_after")
        dated = after is not None and whole["status"] != "received"
        whole["status_on"] = whole["given_on"] + timedelta(days=after) if dated else None
        rows.append(whole | {"gift_id": number, "source_ref": f"g{number:04d}"})
    return pl.DataFrame(rows, infer_schema_length=None)


def written(gifts, companies, folder: str) -> store.FactStore:
    donors = pl.DataFrame(
        [
            {"donor_id": donor, "kind": "organisation" if donor in companies else "person"}
            for donor in range(1, 26)
        ]
    )
    return store.write_facts({"gifts": frame_of(gifts), "donors": donors}, Path(folder))


def measured(gifts, companies=frozenset(), *, as_of: date = AS_OF) -> measure.Measures | None:
    with TemporaryDirectory() as folder:
        try:
            return measure.measure(written(gifts, companies, folder), as_of=as_of)
        except measure.NoGifts:
            return None


@settings(max_examples=12, deadline=None)
@given(some_gifts, organisations)
def test_any_association_obeys_the_laws_and_plain_loops_find_its_figures(gifts, companies) -> None:
    found = measured(gifts, companies)
    if found is None:
        return

    donors_and_money_are_conserved_from_year_to_year(found)
    the_cohort_triangle_adds_up_to_the_years(found)
    plain_loops_find_the_same_figures(found, gifts, companies)


def donors_and_money_are_conserved_from_year_to_year(found: measure.Measures) -> None:
    for series in ("fiscal", "rolling"):
        for who in measure.WHO:
            figures = [f for f in found.yearly if (f.series, f.who) == (series, who)]
            for before, now in pairwise(figures):
                assert now.donors_before == before.donors == now.retained + now.lapsed
                assert now.amount_before_minor == before.amount_minor
            for f in figures:
                assert f.donors == f.new + f.retained + f.reactivated + f.reacquired
                assert f.reactivated + f.reacquired <= f.lapsed_pool
    for flow, year in zip(found.movements, found.yearly, strict=True):
        assert flow.net_minor == year.amount_minor - year.amount_before_minor
        assert flow.lapsed_new + flow.lapsed_repeat == year.lapsed
        moved = flow.upgraded + flow.same + flow.downgraded + flow.not_comparable
        assert moved == year.retained
        assert (flow.new, flow.recaptured) == (year.new, year.reactivated + year.reacquired)


def the_cohort_triangle_adds_up_to_the_years(found: measure.Measures) -> None:
    for year in found.yearly:
        if (year.series, year.who) != ("fiscal", "donors"):
            continue
        cells = [c for c in found.cohorts if c.cohort + c.age_years == year.start.year]
        assert sum(cell.donors for cell in cells) == year.donors
        assert sum(cell.amount_minor for cell in cells) == year.amount_minor


def plain_loops_find_the_same_figures(found: measure.Measures, gifts, companies) -> None:
    plain = PlainLoops(gifts, companies, currency=found.currency)
    for year in found.yearly:
        if (year.series, year.who) == ("fiscal", "donors"):
            assert plain.year(year.start.year) == {
                name: getattr(year, name) for name in plain.year(year.start.year)
            }
    for average in found.average_gift:
        if (average.series, average.who, average.form) == ("fiscal", "donors", "one_off"):
            assert average.median_minor == plain.median_one_off(average.start.year)
    assert [
        (c.old_enough, c.converted) for c in found.second_gift.conversions
    ] == [plain.conversion(days) for days in tallies.HORIZONS_DAYS]  # fmt: skip


@pytest.mark.slow
@FEW
@given(some_gifts, organisations)
def test_the_buckets_add_up_to_the_whole(gifts, companies) -> None:
    with TemporaryDirectory() as folder:
        facts_of = written(gifts, companies, folder)
        about = tallies.scope(facts_of, as_of=AS_OF, fiscal_year_start=1)
        if about is None:
            return
        whole = tallies.collect(facts_of, about)
        seen = []
        by_bucket = tallies.collect(
            facts_of, about, one_pass_gifts=0, on_progress=lambda *at: seen.append(at)
        )

    assert measure.of_tallies(by_bucket, about) == measure.of_tallies(whole, about)
    assert seen[-1] == (17, 17)


@FEW
@given(some_gifts, some_gifts, st.randoms(use_true_random=False))
def test_what_is_dated_as_of_or_later_and_the_order_of_rows_change_nothing(
    gifts, more, shuffler
) -> None:
    later = [row | {"given_on": AS_OF + timedelta(days=number)} for number, row in enumerate(more)]
    known_as_refunded = [
        row | {"status": "received", "status_after": None}
        if row["status"] != "received" and row["status_after"] is not None
        and row["given_on"] + timedelta(days=row["status_after"]) >= AS_OF
        else row
        for row in gifts
    ]  # fmt: skip
    mixed = [*gifts, *later]
    shuffler.shuffle(mixed)

    assert measured(mixed) == measured(known_as_refunded)


class PlainLoops:
    """The same figures by dictionaries and loops, written from the definitions alone."""

    def __init__(self, gifts, companies, *, currency: str) -> None:
        self.currency = currency
        self.gifts = [
            row for row in gifts
            if row["given_on"] < AS_OF and row["kind"] not in ("in_kind", "legacy")
            and self.received(row)
            and row["donor_id"] is not None and row["donor_id"] not in companies
        ]  # fmt: skip
        self.totals: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for row in self.gifts:
            amount = row["amount_minor"] if row["currency"] == currency else 0
            self.totals[row["donor_id"]][row["given_on"].year] += amount

    @staticmethod
    def received(row) -> bool:
        if row["status"] == "received":
            return True
        after = row["status_after"]
        return after is not None and row["given_on"] + timedelta(days=after) >= AS_OF

    def year(self, year: int) -> dict[str, object]:
        counts: dict[str, int] = defaultdict(int)
        for years in self.totals.values():
            gave, gave_before, first = year in years, year - 1 in years, min(years)
            counts["donors"] += gave
            counts["donors_before"] += gave_before
            counts["new"] += first == year
            counts["retained"] += gave and gave_before
            counts["lapsed"] += gave_before and not gave
            counts["new_before"] += first == year - 1
            counts["retained_new"] += first == year - 1 and gave
            counts["reactivated"] += gave and not gave_before and year - 2 in years
            counts["reacquired"] += (
                gave and first < year and not gave_before and year - 2 not in years
            )
            counts["lapsed_pool"] += first < year and not gave_before
            counts["amount_minor"] += years.get(year, 0)
            counts["amount_before_minor"] += years.get(year - 1, 0)
            counts["amount_retained_minor"] += years.get(year, 0) if gave_before else 0
        rates: dict[str, float | None] = {"retention": None, "repeat_retention": None}
        if year < AS_OF.year:
            before, repeat = counts["donors_before"], counts["donors_before"] - counts["new_before"]
            if before:
                rates["retention"] = counts["retained"] / before
            if repeat:
                kept = counts["retained"] - counts["retained_new"]
                rates["repeat_retention"] = kept / repeat
        return dict(counts) | rates

    def median_one_off(self, year: int) -> float | None:
        amounts = [
            row["amount_minor"] for row in self.gifts
            if row["given_on"].year == year and row["kind"] != "instalment"
            and row["currency"] == self.currency
        ]  # fmt: skip
        return median(amounts) if amounts else None

    def conversion(self, days: int) -> tuple[int, int]:
        old_enough = converted = 0
        for donor in self.totals:
            own = [row for row in self.gifts if row["donor_id"] == donor]
            first = min(row["given_on"] for row in own)
            began_regular = any(
                row["kind"] == "instalment" and row["given_on"] == first for row in own
            )
            if began_regular or (AS_OF - timedelta(days=1) - first).days < days:
                continue
            old_enough += 1
            converted += any(0 < (row["given_on"] - first).days <= days for row in own)
        return old_enough, converted


def test_no_gift_that_counts_is_said_with_what_to_do(stored) -> None:
    with pytest.raises(measure.NoGifts, match="no received gift before 2024-01-01"):
        measure.measure(stored([(1, "2024-01-01", 10)]), as_of=date(2024, 1, 1))


def test_an_empty_store_has_no_gifts(stored) -> None:
    with pytest.raises(measure.NoGifts):
        measure.measure(stored(), as_of=date(2024, 1, 1))


def test_one_anonymous_gift_is_an_association_without_donors(measured) -> None:
    found = measured([(None, "2024-03-01", 10)], as_of="2025-01-01")

    assert found.income_last_12m.amount_minor == 1_000
    assert found.second_gift.donors == 0
    assert found.who_leaves.attrition is None
