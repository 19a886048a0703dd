"""What was sent with a motive tag and what followed: counted once, and only what was known."""

from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from mecene import facts
from mecene.engine import store
from mecene.features import summary

AS_OF = date(2026, 1, 1)
Rows = list[dict[str, Any]]


def motives_of(folder: Path, **tables: Rows) -> pl.DataFrame:
    rows: dict[str, Rows] = {"donors": [{"donor_id": 1, "kind": "person"}]} | tables
    frames = {
        name: pl.DataFrame(
            [({} if name == "donors" else {"source_ref": "x"}) | row for row in listed],
            schema_overrides=facts.TABLES[name].schema,
            infer_schema_length=None,
        ).select(pl.col(c) for c in facts.TABLES[name].schema if any(c in row for row in listed)
                 or (c == "source_ref" and name != "donors"))
        for name, listed in rows.items()
        if listed
    }  # fmt: skip
    written = store.write_facts(frames, folder / "facts")
    return summary.of(written, as_of=AS_OF, families=("motives",))


def donor_of(folder: Path, **tables: Rows) -> dict[str, Any]:
    return motives_of(folder, **tables).row(0, named=True)


def contact(day: str, campaign: str = "C1", **more: Any) -> dict[str, Any]:
    at = datetime.fromisoformat(day)
    return {"donor_id": 1, "at": at, "channel": "email", "campaign_id": campaign} | more


def act(day: str, campaign: str | None = "C1", **more: Any) -> dict[str, Any]:
    at = datetime.fromisoformat(day)
    return {"donor_id": 1, "at": at, "kind": "click", "campaign_id": campaign} | more


def campaign(name: str, campaign_id: str = "C1") -> dict[str, Any]:
    return {"campaign_id": campaign_id, "name": name}


def gift(day: str, campaign_id: str = "C1", **more: Any) -> dict[str, Any]:
    return {
        "gift_id": 1, "donor_id": 1, "given_on": date.fromisoformat(day), "amount_minor": 5_000,
        "currency": "EUR", "kind": "one_off", "status": "received", "campaign_id": campaign_id,
    } | more  # fmt: skip


def counts(row: dict[str, Any], what: str) -> tuple[int | None, ...]:
    return tuple(row[f"{motive}_{what}_24m"] for motive in ("emotional", "rational", "committed"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Noël [motif:émotionnel]", (1, 0, 0)),
        ("Christmas (Motive: emotional)", (1, 0, 0)),
        ("Rapport motif=RATIONNEL", (0, 1, 0)),
        ("Pétition motif : engagé", (0, 0, 1)),
        ("motive:committed", (0, 0, 1)),
        ("Motivation de Noël", (0, 0, 0)),
        ("motif:inconnu", (0, 0, 0)),
        ("Émotion à Noël", (0, 0, 0)),
    ],
)
def test_a_campaign_says_its_motive_in_its_name(
    tmp_path: Path, name: str, expected: tuple[int, ...]
) -> None:
    row = donor_of(tmp_path, contacts=[contact("2025-11-10")], campaigns=[campaign(name)])

    assert counts(row, "sent") == expected


def test_the_version_of_a_contact_comes_before_the_name_of_its_campaign(tmp_path: Path) -> None:
    row = donor_of(
        tmp_path,
        contacts=[contact("2025-11-10", variant="B motif:rationnel")],
        campaigns=[campaign("Noël motif:émotionnel")],
    )

    assert counts(row, "sent") == (0, 1, 0)


def test_a_campaign_sent_thrice_is_one_content_and_is_answered_once(tmp_path: Path) -> None:
    row = donor_of(
        tmp_path,
        contacts=[contact(f"2025-11-1{n}") for n in (0, 2, 4)],
        campaigns=[campaign("motif:émotionnel")],
        interactions=[act("2025-11-11"), act("2025-11-12", kind="reply")],
        gifts=[gift("2025-11-20")],
    )

    assert (counts(row, "sent"), counts(row, "answered")) == ((1, 0, 0), (1, 0, 0))


def test_a_campaign_sent_in_two_motives_answers_for_neither(tmp_path: Path) -> None:
    row = donor_of(
        tmp_path,
        contacts=[
            contact("2025-11-10", variant="motif:émotionnel"),
            contact("2025-11-12", variant="motif:rationnel"),
        ],
        interactions=[act("2025-11-13")],
    )

    assert (counts(row, "sent"), counts(row, "answered")) == ((0, 0, 0), (0, 0, 0))


@pytest.mark.parametrize(
    ("tables", "answered"),
    [
        ({"gifts": [gift("2025-11-10")]}, 1),
        ({"gifts": [gift("2025-11-09")]}, 0),
        ({"gifts": [gift("2025-11-20", status="failed", status_on=date(2025, 11, 22))]}, 0),
        ({"gifts": [gift("2025-11-20", kind="instalment")]}, 0),
        ({"gifts": [gift("2025-11-20", campaign_id="C2")]}, 0),
        ({"interactions": [act("2025-11-12", kind="survey_answered")]}, 1),
        ({"interactions": [act("2025-11-12", kind="open")]}, 0),
        ({"interactions": [act("2025-11-12", kind="bounce")]}, 0),
        ({"interactions": [act("2025-11-12", kind="unsubscribe")]}, 0),
        ({"interactions": [act("2025-11-12", None)]}, 0),
    ],
)
def test_what_counts_as_an_answer(tmp_path: Path, tables: dict[str, Rows], answered: int) -> None:
    row = donor_of(
        tmp_path,
        contacts=[contact("2025-11-10")],
        campaigns=[campaign("motif:émotionnel")],
        **tables,
    )

    assert counts(row, "answered") == (answered, 0, 0)


def test_an_act_that_carries_its_own_motive_is_a_choice_not_an_answer(tmp_path: Path) -> None:
    row = donor_of(
        tmp_path,
        contacts=[contact("2025-11-10")],
        campaigns=[campaign("motif:émotionnel")],
        interactions=[
            act("2025-11-12", properties='{"url": "/chiffres", "motif": "rationnel"}'),
            act("2025-11-13", None, kind="page_view", properties='{"Motive" : "committed"}'),
            act("2025-11-14", None, properties="not json, motive: emotional"),
        ],
    )

    assert (counts(row, "chosen"), counts(row, "answered")) == ((0, 1, 1), (0, 0, 0))


def test_what_is_older_than_two_years_is_past(tmp_path: Path) -> None:
    row = donor_of(
        tmp_path,
        contacts=[contact("2023-12-31"), contact("2024-01-01", "C2")],
        campaigns=[campaign("motif:émotionnel"), campaign("motif:émotionnel", "C2")],
        interactions=[act("2023-12-31", None, properties='{"motif": "engagé"}')],
    )

    assert (counts(row, "sent"), counts(row, "chosen")) == ((1, 0, 0), (0, 0, 0))


def test_a_declared_motive_is_the_latest(tmp_path: Path) -> None:
    said = [
        {"donor_id": 1, "name": "Motif", "value": value, "collected_on": day}
        for value, day in (
            ("Émotionnel", date(2024, 1, 1)),
            ("engagée", date(2025, 1, 1)),
            ("rationnel", date(2026, 1, 1)),
        )
    ]

    assert donor_of(tmp_path, attributes=said)["declared_motive"] == "committed"


def test_a_file_without_contacts_or_acts_counts_nobody(tmp_path: Path) -> None:
    row = donor_of(tmp_path)

    assert counts(row, "sent") == counts(row, "answered") == (None, None, None)
    assert counts(row, "chosen") == (None, None, None)
    assert row["declared_motive"] is None


SEEN = st.dates(date(2024, 6, 1), AS_OF - timedelta(days=1))
UNSEEN = st.dates(AS_OF, date(2026, 12, 31))
TAGS = st.sampled_from([None, "A", "motif:émotionnel", "motif:rationnel", "motif:engagé"])
CAMPAIGNS = [campaign("motif:émotionnel"), campaign("motif:engagé", "C2"), campaign("x", "C3")]


def tables(days: st.SearchStrategy[date]) -> st.SearchStrategy[dict[str, Rows]]:
    which = st.sampled_from(["C1", "C2", "C3", None])
    text = days.map(date.isoformat)
    properties = st.sampled_from([None, '{"motive": "rational"}', '{"motif": "engagé"}', "{"])
    return st.fixed_dictionaries(
        {
            "contacts": st.lists(
                st.builds(lambda d, c, v: contact(d, c, variant=v), text, which, TAGS), max_size=8
            ),
            "interactions": st.lists(
                st.builds(lambda d, c, p: act(d, c, properties=p), text, which, properties),
                max_size=8,
            ),
            "gifts": st.lists(st.builds(gift, text, st.sampled_from(["C1", "C2"])), max_size=4),
            "attributes": st.lists(
                st.builds(
                    lambda d, v: {"donor_id": 1, "name": "motive", "value": v, "collected_on": d},
                    days, st.sampled_from(["emotional", "rational"]),
                ),
                max_size=2,
            ),
        }
    )  # fmt: skip


def counted(first: dict[str, Rows], *later: dict[str, Rows]) -> pl.DataFrame:
    # One row of each table, of somebody else, so that both readings know the same tables.
    other = {
        "contacts": [contact("2025-01-01", "C9", donor_id=17)],
        "interactions": [act("2025-01-01", "C9", donor_id=17)],
    }
    rows = {
        name: [*other.get(name, []), *(row for each in (first, *later) for row in each[name])]
        for name in first
    }
    with TemporaryDirectory() as folder:
        return motives_of(
            Path(folder), **rows, campaigns=CAMPAIGNS,
            donors=[{"donor_id": n, "kind": "person"} for n in (1, 17)],
        )  # fmt: skip


@pytest.mark.slow
@given(tables(SEEN), tables(UNSEEN), st.randoms(use_true_random=False))
@settings(max_examples=8, deadline=None)
def test_neither_the_future_nor_the_order_of_rows_changes_anything(
    seen: dict[str, Rows], unseen: dict[str, Rows], chance: Any
) -> None:
    shuffled = {name: chance.sample(rows, len(rows)) for name, rows in seen.items()}

    known = counted(seen)

    assert_frame_equal(counted(seen, unseen), known)
    assert_frame_equal(counted(shuffled), known)
    for motive in ("emotional", "rational", "committed"):
        assert (known[f"{motive}_answered_24m"] <= known[f"{motive}_sent_24m"]).all()
