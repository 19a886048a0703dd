"""Laws of the summary: the future is not seen, the order of rows is not either, and plain Python
counts the same."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from mecene import facts, period
from mecene.engine import store
from mecene.features import summary

AS_OF = date(2026, 2, 28)
DONORS = (1, 2, 17, 18)
Rows = list[dict[str, Any]]
Tables = dict[str, Rows]

SEEN_DAYS = st.one_of(
    st.dates(date(2021, 1, 1), AS_OF - timedelta(days=1)),
    st.sampled_from([AS_OF - timedelta(days=1), date(2025, 2, 28), date(2025, 2, 27)]),
)
UNSEEN_DAYS = st.dates(AS_OF, date(2027, 1, 1)) | st.just(AS_OF)
SOMEBODY = st.sampled_from(DONORS)
MANY = (*range(1, 7), *range(17, 23))


def moments(days: st.SearchStrategy[date]) -> st.SearchStrategy[datetime]:
    return days.map(lambda day: datetime.combine(day, time(12)))


def gifts(
    days: st.SearchStrategy[date], *, of: tuple[int, ...] = DONORS, most: int = 25
) -> st.SearchStrategy[Rows]:
    row = st.fixed_dictionaries(
        {
            "donor_id": st.one_of(st.sampled_from(of), st.none()),
            "given_on": days,
            "amount_minor": st.sampled_from([100, 1_500, 3_000, 5_000]),
            "currency": st.sampled_from(["EUR", "EUR", "EUR", "CHF"]),
            "kind": st.sampled_from(["one_off", "instalment", *facts.GIFT_KINDS]),
            "status": st.sampled_from(["received", "received", "refunded", "failed"]),
            "campaign_id": st.sampled_from([None, "noel", "urgence"]),
            "payment_method": st.sampled_from(["card", "cheque"]),
        }
    )
    return st.lists(row, max_size=most)


def others(days: st.SearchStrategy[date]) -> dict[str, st.SearchStrategy[Rows]]:
    channel = st.sampled_from(["email", "post", "phone", "sms"])
    rows = {
        "recurring_gifts": {
            "recurring_gift_id": st.sampled_from(["P1", "P2"]), "donor_id": SOMEBODY,
            "months_between": st.sampled_from([1, 3]), "amount_minor": st.just(1_000),
            "currency": st.just("EUR"), "started_on": days,
        },
        "recurring_changes": {
            "recurring_gift_id": st.sampled_from(["P1", "P2"]), "donor_id": SOMEBODY,
            "effective_on": days, "kind": st.sampled_from(["amount", "pause", "resume"]),
            "amount_minor": st.just(2_000),
        },
        "contacts": {"donor_id": SOMEBODY, "at": moments(days), "channel": channel},
        "interactions": {
            "donor_id": SOMEBODY, "at": moments(days), "channel": channel,
            "kind": st.sampled_from(["click", "reply", "unsubscribe", "bounce", "page_view"]),
        },
        "consents": {
            "donor_id": SOMEBODY, "occurred_at": moments(days),
            "status": st.sampled_from(facts.CONSENT_STATUSES),
            "channel": st.one_of(st.none(), channel),
            "purpose": st.sampled_from([None, "appeal", "profiling"]),
        },
    }  # fmt: skip
    return {
        name: st.lists(
            st.fixed_dictionaries(row),
            max_size=6,
            unique_by=lambda row: (
                (row.get("recurring_gift_id"), row["donor_id"]) if "started_on" in row else id(row)
            ),
        )
        for name, row in rows.items()
    }


def tables(days: st.SearchStrategy[date]) -> st.SearchStrategy[Tables]:
    return st.fixed_dictionaries({"gifts": gifts(days)} | others(days))


def with_donors(seen: Tables, *, of: tuple[int, ...] = DONORS) -> Tables:
    donors = [{"donor_id": n, "kind": "person", "email": "a@example.org"} for n in of]
    return {"donors": donors} | seen


def frames(rows: Tables) -> dict[str, pl.DataFrame]:
    complete = {}
    for name, listed in rows.items():
        table = facts.TABLES[name]
        extra = {"source_ref": "same"} | ({"gift_id": 1} if name == "gifts" else {})
        if name == "donors":
            extra = {}
        full = [extra | row for row in listed]
        schema = {column: table.schema[column] for row in full for column in row}
        complete[name] = pl.DataFrame(full, schema=schema or table.schema)
    return complete


def summarised(*writes: Tables) -> pl.DataFrame:
    with TemporaryDirectory() as folder:
        for rows in writes:
            written = store.write_facts(frames(rows), Path(folder) / "facts")
        return summary.of(written, as_of=AS_OF)


@pytest.mark.slow
@given(tables(SEEN_DAYS), tables(UNSEEN_DAYS), UNSEEN_DAYS)
@settings(max_examples=12, deadline=None)
def test_what_happens_from_as_of_on_changes_nothing(
    seen: Tables, unseen: Tables, later: date
) -> None:
    """New rows, and the refunds, ends, deaths and returns of old ones, all dated as_of or later."""
    base = with_donors(seen)
    told_later = with_donors({name: [*rows, *unseen[name]] for name, rows in seen.items()})
    told_later["donors"] = [
        row | {"deceased_on": later, "undeliverable_on": later} for row in base["donors"]
    ] + [{"donor_id": 33, "kind": "person", "acquired_on": later}]
    told_later["gifts"] = [
        row | {"status": "refunded", "status_on": later, "return_code": "MD07"}
        if row["status"] == "received"
        else row
        for row in told_later["gifts"]
    ]
    told_later["recurring_gifts"] = [
        row | {"ended_on": later, "end_reason": "deceased", "first_collected_on": later}
        for row in told_later["recurring_gifts"]
    ]
    told_later["recurring_gifts"] = list(
        {(row["donor_id"], row["recurring_gift_id"]): row
         for row in reversed(told_later["recurring_gifts"])}.values()
    )  # fmt: skip

    assert_frame_equal(summarised(told_later), summarised(base))


@pytest.mark.slow
@given(tables(SEEN_DAYS), st.randoms(use_true_random=False))
@settings(max_examples=12, deadline=None)
def test_neither_the_order_of_rows_nor_a_second_file_changes_anything(
    seen: Tables, chance: Any
) -> None:
    shuffled = {name: chance.sample(rows, len(rows)) for name, rows in with_donors(seen).items()}
    first = {name: rows[: len(rows) // 2] for name, rows in shuffled.items()}
    second = {name: rows[len(rows) // 2 :] for name, rows in shuffled.items()}

    assert_frame_equal(summarised(first, second), summarised(with_donors(seen)))


@pytest.mark.slow
@given(gifts(SEEN_DAYS, of=MANY, most=75))
@settings(max_examples=10, deadline=None)
def test_plain_python_counts_the_same(rows: Rows) -> None:
    """Twelve donors at a time: a summary costs as much of four."""
    produced = summarised(with_donors({"gifts": rows}, of=MANY))

    for got in produced.iter_rows(named=True):
        mine = [row for row in rows if row["donor_id"] == got["donor_id"]]
        expected = by_hand(mine)
        assert {name: got[name] for name in expected} == pytest.approx(expected)


def by_hand(rows: Rows) -> dict[str, Any]:
    """Return the main giving columns of one donor, counted without SQL."""
    counted = [
        row for row in rows
        if row["status"] == "received" and row["kind"] not in ("in_kind", "legacy")
    ]  # fmt: skip
    currency = main_currency(counted)
    own = [row for row in counted if row["currency"] == currency]
    days = sorted({row["given_on"] for row in counted})
    gaps = [(b - a).days for a, b in pairwise(days)]
    years = {years_back(day) for day in days}
    one_offs = [row for row in counted if row["kind"] in ("one_off", "corporate")]
    own_one_offs = [row["amount_minor"] for row in one_offs if row["currency"] == currency]
    first_year = max(years, default=None)
    chosen_months = Counter(row["given_on"].month for row in counted if row["kind"] != "instalment")
    in_year = period.year_before(AS_OF)
    return {
        "currency": currency,
        "gifts": len(counted),
        "amount_minor": sum(row["amount_minor"] for row in own),
        "other_currency_gifts": len(counted) - len(own),
        "gifts_12m": sum(row["given_on"] in in_year for row in counted),
        "gifts_24m": sum(years_back(row["given_on"]) < 2 for row in counted),
        "gifts_previous_12m": sum(years_back(row["given_on"]) == 1 for row in counted),
        "amount_12m_minor": sum(r["amount_minor"] for r in own if r["given_on"] in in_year),
        "one_off_gifts": len(one_offs),
        "campaign_gifts_12m": sum(
            row["campaign_id"] is not None and row["given_on"] in in_year for row in one_offs
        ),
        "mean_one_off_minor": sum(own_one_offs) / len(own_one_offs) if own_one_offs else None,
        "largest_gift_minor": max((row["amount_minor"] for row in own), default=None),
        "first_gift_on": min(days, default=None),
        "last_gift_age_days": (AS_OF - days[-1]).days if days else None,
        "days_first_to_second_gift": gaps[0] if gaps else None,
        "mean_gap_days": sum(gaps) / len(gaps) if gaps else None,
        "longest_gap_days": max(gaps, default=None),
        "gap_before_last_days": gaps[-1] if gaps else None,
        "active_years": len(years),
        "yearly_opportunities": first_year,
        "repeat_years": len(years) - 1 if years else None,
        "last_repeat_year": max(years) - min(years) if years else None,
        "gifts_december_share": (
            chosen_months[12] / chosen_months.total() if chosen_months else None
        ),
        "amount_this_year_minor": sum(
            row["amount_minor"] for row in own if row["given_on"].year == 2026
        ),
        "amount_last_year_minor": sum(
            row["amount_minor"] for row in own if row["given_on"].year == 2025
        ),
    }


def years_back(day: date) -> int:
    return next(back for back in range(20) if day in period.year_before(AS_OF, back=back))


def main_currency(counted: Rows) -> str | None:
    if not counted:
        return None
    kept = {
        code: (
            sum(row["currency"] == code for row in counted),
            max(row["given_on"] for row in counted if row["currency"] == code),
        )
        for code in sorted({row["currency"] for row in counted})
    }
    return max(kept, key=lambda code: kept[code])
