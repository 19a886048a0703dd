"""The summary holds every donor, one documented row each, and only what was known on the day."""

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import sqlglot
from polars.testing import assert_frame_equal

from mecene.engine import store
from mecene.engine.store import FactStore
from mecene.features import dictionary, givens, summary

AS_OF = date(2026, 1, 1)


def gift(day: date, amount_minor: int = 5_000, **changed: Any) -> dict[str, Any]:
    return {
        "gift_id": 1,
        "donor_id": 1,
        "given_on": day,
        "amount_minor": amount_minor,
        "currency": "EUR",
        "kind": "one_off",
        "status": "received",
        "source_ref": "r",
    } | changed


def commitment(**changed: Any) -> dict[str, Any]:
    return {
        "recurring_gift_id": "P1",
        "donor_id": 1,
        "months_between": 1,
        "amount_minor": 1_200,
        "currency": "EUR",
        "started_on": date(2025, 1, 15),
        "source_ref": "p",
    } | changed


def moment(day: str, **changed: Any) -> dict[str, Any]:
    return {"donor_id": 1, "at": day, "source_ref": "x"} | changed


def written(folder: Path, **tables: list[dict[str, Any]]) -> FactStore:
    donors = tables.pop("donors", [{"donor_id": 1}])
    tables["donors"] = [{"kind": "person"} | donor for donor in donors]
    frames = {}
    for name, rows in tables.items():
        frame = pl.DataFrame(rows, infer_schema_length=None)
        moments = [column for column in ("at", "occurred_at") if column in frame.columns]
        frames[name] = frame.with_columns(pl.col(moments).str.to_datetime("%Y-%m-%d"))
    return store.write_facts(frames, folder / "facts")


class Summarised(dict[str, Any]):
    """A donor's columns by name; a family of them is worked out when one is asked for."""

    def __init__(self, facts: FactStore, as_of: date) -> None:
        super().__init__()
        self.facts, self.as_of = facts, as_of

    def __missing__(self, name: str) -> Any:
        family = next(column.family for column in dictionary.columns() if column.name == name)
        self |= summary.of(self.facts, as_of=self.as_of, families=(family,)).row(0, named=True)
        return self[name]


def donor_of(folder: Path, *, as_of: date = AS_OF, **tables: Any) -> Summarised:
    return Summarised(written(folder, **tables), as_of)


def test_every_column_is_documented_and_every_documented_column_is_there(tmp_path: Path) -> None:
    produced = summary.of(written(tmp_path), as_of=AS_OF)

    documented = dictionary.columns()
    assert produced.schema == pl.Schema({column.name: column.type for column in documented})
    for family in dictionary.families():
        with summary.duck.connected(
            written(tmp_path / family), as_of=AS_OF, parameters=KNOWN
        ) as connection:
            for name in summary.INTERMEDIATE:
                connection.execute(f"create temp table {name} as {summary.text(name)}")
            columns = connection.execute(summary.text(family)).pl().columns
        mine = {column.name for column in documented if column.family == family} | {"donor_id"}
        assert sorted(columns) == sorted(mine)


KNOWN = {
    **givens.of_day(AS_OF),
    "has_contacts": True,
    "has_interactions": True,
    "has_instalments": True,
    "has_contact_details": True,
    "has_several_currencies": True,
    "some_currency": "EUR",
}


@pytest.mark.parametrize("name", [*dictionary.families(), *summary.INTERMEDIATE])
def test_each_family_can_be_told_to_spark(name: str) -> None:
    told = sqlglot.transpile(
        summary.text(name), read="duckdb", write="spark", unsupported_level=RAISE
    )

    assert len(told) == 1
    assert sqlglot.parse_one(told[0], read="spark")


RAISE = sqlglot.ErrorLevel.RAISE


def test_a_prospect_has_counts_of_nothing_and_empty_cells(tmp_path: Path) -> None:
    prospect = donor_of(tmp_path)

    assert (prospect["gifts"], prospect["amount_minor"], prospect["gifts_12m"]) == (0, 0, 0)
    for name in ("last_gift_on", "largest_gift_minor", "currency", "yearly_opportunities",
                 "recurring_state", "usual_month", "clicks_12m", "reachable"):  # fmt: skip
        assert prospect[name] is None


def test_rolling_years_end_the_day_before(tmp_path: Path) -> None:
    # Twelve months before 2026-01-01 begin on 2025-01-01, included.
    giver = donor_of(
        tmp_path,
        gifts=[gift(date(2025, 12, 31)), gift(date(2025, 1, 1)), gift(date(2024, 12, 31)),
               gift(date(2023, 1, 1)), gift(date(2022, 12, 31))],
    )  # fmt: skip

    assert (giver["gifts_12m"], giver["gifts_previous_12m"], giver["gifts_24m"]) == (2, 1, 3)
    assert (giver["gifts_36m"], giver["gifts"]) == (4, 5)
    assert (giver["last_gift_age_days"], giver["first_gift_age_days"]) == (1, 1097)


def test_a_year_that_ends_on_29_february_began_on_the_28th(tmp_path: Path) -> None:
    # period.add_months(2024-02-29, -12) is 2023-02-28.
    giver = donor_of(
        tmp_path, as_of=date(2024, 2, 29), gifts=[gift(date(2023, 2, 28)), gift(date(2023, 2, 27))]
    )

    assert (giver["gifts_12m"], giver["gifts_previous_12m"]) == (1, 1)


def test_years_after_the_first_are_counted_as_opportunities(tmp_path: Path) -> None:
    # First gift in rolling year 2021; then 2022 and 2024, never 2023 nor 2025.
    giver = donor_of(
        tmp_path,
        gifts=[gift(date(2021, 6, 1)), gift(date(2021, 9, 1)), gift(date(2022, 3, 1)),
               gift(date(2024, 3, 1))],
    )  # fmt: skip

    assert giver["yearly_opportunities"] == 4
    assert giver["repeat_years"] == 2
    assert giver["last_repeat_year"] == 3
    assert giver["active_years"] == 3


def test_gaps_are_between_days_with_a_gift(tmp_path: Path) -> None:
    giver = donor_of(
        tmp_path,
        gifts=[gift(date(2025, 1, 1)), gift(date(2025, 1, 1)), gift(date(2025, 1, 11)),
               gift(date(2025, 3, 2)), gift(date(2025, 3, 12))],
    )  # fmt: skip

    assert giver["gift_days"] == 4
    assert giver["mean_gap_days"] == pytest.approx(70 / 3)
    assert giver["median_gap_days"] == 10.0
    assert (giver["longest_gap_days"], giver["gap_before_last_days"]) == (50, 10)
    assert giver["days_first_to_second_gift"] == 10


def test_what_is_given_in_kind_or_left_or_refunded_is_counted_apart(tmp_path: Path) -> None:
    giver = donor_of(
        tmp_path,
        gifts=[gift(date(2025, 1, 1), 100), gift(date(2025, 2, 1), 900, kind="in_kind"),
               gift(date(2025, 3, 1), 90_000, kind="legacy"),
               gift(date(2025, 4, 1), 700, status="refunded"),
               gift(date(2025, 5, 1), 800, status="failed")],
    )  # fmt: skip

    assert (giver["gifts"], giver["amount_minor"], giver["largest_gift_minor"]) == (1, 100, 100)
    assert (giver["in_kind_gifts"], giver["legacies"], giver["refunded_gifts"]) == (1, 1, 1)


def test_currencies_are_never_added_up(tmp_path: Path) -> None:
    giver = donor_of(
        tmp_path,
        gifts=[gift(date(2025, 1, 1), 100), gift(date(2025, 2, 1), 200),
               gift(date(2025, 3, 1), 90_000, currency="XOF")],
    )  # fmt: skip

    assert (giver["currency"], giver["amount_minor"], giver["gifts"]) == ("EUR", 300, 3)
    assert (giver["other_currency_gifts"], giver["last_gift_minor"]) == (1, None)


def test_a_commitment_in_another_currency_is_not_added_to_the_gifts(tmp_path: Path) -> None:
    giver = donor_of(
        tmp_path,
        gifts=[gift(date(2025, 1, 1), 100), gift(date(2025, 2, 1), 200)],
        recurring_gifts=[commitment(currency="CHF", amount_minor=5_000)],
    )

    assert (giver["currency"], giver["recurring_state"]) == ("EUR", "active")
    assert giver["recurring_monthly_minor"] is None


def test_a_paused_commitment_adds_nothing_to_one_that_runs(tmp_path: Path) -> None:
    pause = {"recurring_gift_id": "P2", "donor_id": 1, "kind": "pause", "source_ref": "c",
             "effective_on": date(2025, 6, 1)}  # fmt: skip
    two = [commitment(), commitment(recurring_gift_id="P2", amount_minor=5_000)]

    running = donor_of(tmp_path / "a", recurring_gifts=two, recurring_changes=[pause])
    paused = donor_of(tmp_path / "b", recurring_gifts=two[1:], recurring_changes=[pause])

    assert (running["recurring_state"], running["recurring_monthly_minor"]) == ("active", 1_200)
    assert (paused["recurring_state"], paused["recurring_monthly_minor"]) == ("paused", 5_000)


def test_of_two_currencies_as_frequent_the_most_recent_is_the_main_one(tmp_path: Path) -> None:
    giver = donor_of(
        tmp_path, gifts=[gift(date(2025, 1, 1)), gift(date(2025, 2, 1), 900, currency="USD")]
    )

    assert (giver["currency"], giver["amount_minor"]) == ("USD", 900)


def test_the_last_gift_of_a_day_is_the_largest_and_the_first_the_smallest(tmp_path: Path) -> None:
    day, later = date(2025, 1, 1), date(2025, 6, 1)
    giver = donor_of(
        tmp_path,
        gifts=[gift(day, 300), gift(day, 200), gift(later, 70, campaign_id="a"),
               gift(later, 80, campaign_id="b", payment_method="card", kind="membership_fee")],
    )  # fmt: skip

    assert (giver["first_gift_minor"], giver["last_gift_minor"]) == (200, 80)
    assert (giver["last_campaign_id"], giver["last_payment_method"]) == ("b", "card")
    assert (giver["last_gift_kind"], giver["last_one_off_minor"]) == ("membership_fee", 70)
    assert giver["last_membership_on"] == later


def test_the_slope_of_amounts_is_that_of_least_squares(tmp_path: Path) -> None:
    # 10 € more each 365 days: 10 * 365.25 / 365 a year.
    giver = donor_of(
        tmp_path,
        gifts=[gift(date(2021, 1, 1), 1_000), gift(date(2022, 1, 1), 2_000),
               gift(date(2023, 1, 1), 3_000)],
    )  # fmt: skip

    assert giver["amount_slope_minor_per_year"] == pytest.approx(1_000 * 365.25 / 365)
    assert donor_of(
        tmp_path / "two", gifts=[gift(date(2021, 1, 1)), gift(date(2022, 1, 1), 9_000)]
    )["amount_slope_minor_per_year"] is None  # fmt: skip


def test_accounting_years_start_in_the_month_asked_for(tmp_path: Path) -> None:
    facts_store = written(
        tmp_path,
        gifts=[gift(date(2025, 9, 1), 1), gift(date(2025, 8, 31), 20), gift(date(2024, 9, 1), 300),
               gift(date(2023, 9, 1), 4_000), gift(date(2020, 1, 1), 50_000)],
    )  # fmt: skip

    giver = summary.of(facts_store, as_of=AS_OF, year_starts_in_month=9).row(0, named=True)

    assert giver["amount_this_year_minor"] == 1
    assert giver["amount_last_year_minor"] == 320
    assert giver["amount_before_last_year_minor"] == 4_000
    assert giver["amount_earlier_years_minor"] == 50_000


def test_the_usual_month_is_that_of_chosen_gifts(tmp_path: Path) -> None:
    giver = donor_of(
        tmp_path,
        gifts=[gift(date(2023, 12, 1)), gift(date(2024, 12, 9)), gift(date(2025, 3, 1)),
               gift(date(2025, 3, 2), kind="instalment"),
               gift(date(2025, 3, 3), kind="instalment")],
    )  # fmt: skip

    assert (giver["usual_month"], giver["usual_month_share"]) == (12, pytest.approx(2 / 3))
    assert giver["gifts_december_share"] == pytest.approx(2 / 3)


DEBITS = [
    gift(date(2025, month, 5), 1_200, kind="instalment", recurring_gift_id="P1")
    for month in range(2, 12)
]
FAILED = gift(
    date(2025, 12, 5), 1_200, kind="instalment", recurring_gift_id="P1", status="failed",
    status_on=date(2025, 12, 9), return_code="AM04",
)  # fmt: skip


@pytest.mark.parametrize(
    ("tables", "state"),
    [
        ({"recurring_gifts": [commitment()], "gifts": DEBITS}, "active"),
        ({"recurring_gifts": [commitment()], "gifts": [*DEBITS, FAILED]}, "failing"),
        ({"recurring_gifts": [commitment(ended_on=date(2025, 12, 31))]}, "stopped"),
        ({"recurring_gifts": [commitment(ended_on=date(2026, 1, 1))]}, "active"),
        (
            {"recurring_gifts": [commitment()],
             "recurring_changes": [{"recurring_gift_id": "P1", "donor_id": 1, "kind": "pause",
                                    "effective_on": date(2025, 11, 1), "source_ref": "c"}]},
            "paused",
        ),
        ({"gifts": DEBITS}, "active"),
        ({"gifts": DEBITS[:8]}, "stopped"),
        ({"gifts": [*DEBITS, FAILED]}, "failing"),
        ({"gifts": DEBITS[:1]}, None),
    ],
    ids=["active", "failing", "stopped", "stops tomorrow", "paused", "inferred active",
         "inferred stopped", "inferred failing", "one instalment tells nothing"],
)  # fmt: skip
def test_a_recurring_gift_is_active_paused_failing_or_stopped(
    tmp_path: Path, tables: dict[str, Any], state: str | None
) -> None:
    assert donor_of(tmp_path, **tables)["recurring_state"] == state


def test_a_recurring_gift_tells_its_amount_age_and_failures(tmp_path: Path) -> None:
    giver = donor_of(
        tmp_path,
        recurring_gifts=[commitment(months_between=3, amount_minor=3_000)],
        recurring_changes=[{"recurring_gift_id": "P1", "donor_id": 1, "kind": "amount",
                            "amount_minor": 6_000, "effective_on": date(2025, 6, 1),
                            "source_ref": "c"}],
        gifts=[*DEBITS, FAILED],
    )  # fmt: skip

    assert giver["recurring_monthly_minor"] == 2_000
    assert (giver["recurring_gifts"], giver["recurring_age_months"]) == (1, 11)
    assert (giver["failed_debits_6m"], giver["failed_in_a_row"]) == (1, 1)
    assert (giver["last_return_code"], giver["last_failure_age_days"]) == ("AM04", 23)
    assert giver["never_collected"] is False
    assert giver["recurring_inferred"] is False


def test_a_commitment_never_debited_is_told_apart_when_instalments_are_known(
    tmp_path: Path,
) -> None:
    both = [{"donor_id": 1}, {"donor_id": 2}]
    known = summary.of(
        written(
            tmp_path / "a", donors=both, recurring_gifts=[commitment(donor_id=2)], gifts=DEBITS
        ),
        as_of=AS_OF,
    )
    unknown = summary.of(written(tmp_path / "b", recurring_gifts=[commitment()]), as_of=AS_OF)

    assert known["never_collected"].to_list() == [False, True]
    assert unknown["never_collected"].to_list() == [None]


def test_nobody_counted_is_empty_and_nothing_counted_is_zero(tmp_path: Path) -> None:
    both = [{"donor_id": 1}, {"donor_id": 2}]
    clicks = [moment("2025-12-01", kind="click", channel="email")]
    table = summary.of(written(tmp_path, donors=both, interactions=clicks), as_of=AS_OF)

    assert table["clicks_90d"].to_list() == [1, 0]
    assert table["contacts_12m"].to_list() == [None, None]
    assert table["most_answered_channel"].to_list() == ["email", None]


REACH = {"email": "a@example.org", "address": "1 rue des Lilas", "city": "Lyon"}


@pytest.mark.parametrize(
    ("tables", "reachable"),
    [
        ({}, True),
        ({"consents": [{"status": "objected"}]}, False),
        ({"consents": [{"status": "objected", "purpose": "profiling"}]}, True),
        ({"consents": [{"status": "objected", "channel": "email"}]}, True),
        ({"consents": [{"status": "objected", "channel": "email"},
                       {"status": "refused", "channel": "post"}]}, False),
        ({"consents": [{"status": "objected"},
                       {"status": "granted", "occurred_at": "2025-06-01"}]}, True),
        ({"consents": [{"status": "objected"}, {"status": "granted"}]}, False),
        ({"consents": [{"status": "objected", "occurred_at": "2026-01-01"}]}, True),
        ({"donors": [{"donor_id": 1, "deceased_on": date(2025, 1, 1)} | REACH]}, False),
        ({"donors": [{"donor_id": 1, "deceased_on": date(2026, 1, 1)} | REACH]}, True),
        ({"gifts": [FAILED | {"return_code": "MD07"}]}, False),
        ({"interactions": [moment("2025-05-01", kind="unsubscribe", channel="email")],
          "donors": [{"donor_id": 1, "email": "a@example.org"}]}, False),
        ({"donors": [{"donor_id": 1, "undeliverable_on": date(2025, 1, 1),
                      "address": "1 rue des Lilas", "city": "Lyon"}]}, False),
    ],
)  # fmt: skip
def test_nobody_who_died_objected_or_cannot_be_reached_is_reachable(
    tmp_path: Path, tables: dict[str, Any], reachable: bool
) -> None:
    said = {"donor_id": 1, "occurred_at": "2025-01-01", "source_ref": "k"}
    consents = [said | row for row in tables.get("consents", [])]
    tables = {"donors": [{"donor_id": 1} | REACH]} | tables
    tables = tables | ({"consents": consents} if consents else {})

    assert donor_of(tmp_path, **tables)["reachable"] is reachable


@pytest.mark.parametrize(
    ("postcode", "country", "department"),
    [("69001", "FR", "69"), ("97400", None, "974"), ("20000", "FR", "2A"), ("20200", "FR", "2B"),
     ("1000", "BE", None), ("75008", "BE", None), ("SW1A1", None, None), (None, "FR", None),
     ("12.34", "FR", None), ("+1234", "FR", None), ("1e400", "FR", None)],
)  # fmt: skip
def test_departments_are_read_from_french_postcodes(
    tmp_path: Path, postcode: str | None, country: str | None, department: str | None
) -> None:
    donor = {"donor_id": 1, "postcode": postcode, "country": country}

    assert donor_of(tmp_path, donors=[donor])["department"] == department


def test_age_is_in_complete_years(tmp_path: Path) -> None:
    born = [{"donor_id": 1, "birth_date": date(1960, 1, 2)}]
    assert donor_of(tmp_path, donors=born)["age_years"] == 65
    assert donor_of(tmp_path, donors=born, as_of=date(2026, 1, 2))["age_years"] == 66


@pytest.mark.parametrize(
    ("at_a_time", "batches"),
    [
        (200_000, [[1, 2, 17, 33, 40]]),  # three small buckets together
        (6, [[1, 2, 17, 33], [40]]),
        (3, [[1, 17, 33], [2], [40]]),
        (2, [[1, 17], [33], [2], [40]]),  # a large bucket in parts
    ],
)
def test_batches_are_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_a_time: int, batches: list[list[int]]
) -> None:
    people = [{"donor_id": number} for number in (1, 2, 17, 33, 40)]
    facts_store = written(
        tmp_path, donors=people, gifts=[gift(date(2025, 1, 1), donor_id=n) for n in (1, 17, 40)]
    )
    monkeypatch.setattr(summary, "DONORS_AT_A_TIME", at_a_time)
    # Two that come in orders of their own; all of them in the test that follows.
    few = ("people", "giving")

    whole = summary.of(facts_store, as_of=AS_OF, families=few)
    parts = list(summary.batches(facts_store, as_of=AS_OF, families=few))

    assert [sorted(part["donor_id"]) for part in parts] == batches
    assert whole["donor_id"].to_list() == [1, 2, 17, 33, 40]
    assert_frame_equal(pl.concat(parts).sort("donor_id"), whole)


def test_a_large_bucket_comes_in_parts_that_are_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [{"donor_id": number} for number in (1, 17, 33, 40)]
    facts_store = written(
        tmp_path, donors=people, gifts=[gift(date(2025, 1, n), donor_id=n) for n in (1, 17)]
    )
    monkeypatch.setattr(summary, "DONORS_AT_A_TIME", 1)

    parts = list(summary.batches(facts_store, as_of=AS_OF))

    assert [part["donor_id"].to_list() for part in parts] == [[1], [17], [33], [40]]
    assert_frame_equal(pl.concat(parts).sort("donor_id"), summary.of(facts_store, as_of=AS_OF))


def test_some_columns_are_those_of_the_whole(tmp_path: Path) -> None:
    store = written(tmp_path, gifts=[gift(date(2025, 3, 1)), gift(date(2024, 3, 1), 7_000)])
    wanted = ("usual_month", "largest_gift_minor", "gifts_12m")

    some = summary.of(store, as_of=AS_OF, columns=wanted)

    assert set(some.columns) == {"donor_id", *wanted}
    assert_frame_equal(some, summary.of(store, as_of=AS_OF).select(some.columns))
