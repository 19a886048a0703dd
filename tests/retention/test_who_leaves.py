"""Who leaves most, and who is too few to say."""

from datetime import date

import polars as pl
import pytest

from mecene.retention import who_leaves


def donors(rows):
    return [{"donor_id": number, "kind": "person"} | row for number, row in rows.items()]


def groups(measures, dimension: str):
    return {
        g.value: (g.donors, g.enough) for g in measures.who_leaves.groups
        if g.dimension == dimension
    }  # fmt: skip


BEFORE = [(donor, "2023-06-01", 10) for donor in range(1, 7)]


def test_donors_are_described_by_age_place_and_channel(measured) -> None:
    known = donors(
        {
            1: {"birth_date": date(1959, 1, 1), "postcode": "20167", "gender": "f"},
            2: {"birth_date": date(1959, 1, 2), "postcode": "20200", "gender": "m"},
            3: {"birth_date": date(1850, 1, 1), "postcode": "97410"},
            4: {"postcode": "75011", "acquisition_channel": "web"},
            5: {"postcode": "10115", "country": "DE"},
            6: {"postcode": "2000"},
        }
    )

    found = measured(BEFORE, as_of="2025-01-01", donors=known)

    # On 1 January 2024 the first is 65, the second still 64; nobody is 174.
    assert groups(found, "age") == {"55-64": (1, False), "65-74": (1, False),
                                    "unknown": (4, False)}  # fmt: skip
    assert set(groups(found, "department")) == {"2A", "2B", "974", "75", "unknown"}
    assert groups(found, "region")["Corse"] == (2, False)
    assert groups(found, "region")["Outre-mer"] == (1, False)
    assert groups(found, "acquisition_channel")["web"] == (1, False)
    # Nothing is known of it: no such picture.
    assert groups(found, "preferred_channel") == {}


def test_the_declared_channel_comes_before_the_one_of_their_gifts(measured) -> None:
    campaigns = [{"campaign_id": "c", "channel": "post", "source_ref": "c"}]
    said = [
        {"donor_id": 1, "name": "preferred_channel", "value": "sms",
         "collected_on": date(2023, 1, 1), "source_ref": "a"},
        {"donor_id": 1, "name": "preferred_channel", "value": "email",
         "collected_on": date(2023, 12, 31), "source_ref": "b"},
    ]  # fmt: skip
    gifts = [
        {"donor_id": donor, "given_on": date(2023, 6, 1), "campaign_id": "c"} for donor in (1, 2)
    ]

    found = measured(gifts, as_of="2025-01-01", campaigns=campaigns, attributes=said)

    assert set(groups(found, "preferred_channel")) == {"email", "post"}


def test_a_channel_first_seen_in_the_last_year_describes_nobody(measured) -> None:
    # Only those who stayed could have one: leavers would all be "unknown".
    campaigns = [{"campaign_id": "c", "channel": "post", "source_ref": "c"}]
    stayed = {"donor_id": 1, "given_on": date(2024, 6, 1), "campaign_id": "c"}
    said = [
        {"donor_id": 1, "name": "preferred_channel", "value": "sms",
         "collected_on": date(2024, 6, 1), "source_ref": "a"},
    ]  # fmt: skip

    found = measured([*BEFORE, stayed], as_of="2025-01-01", campaigns=campaigns, attributes=said)

    assert groups(found, "preferred_channel") == {}


def test_the_dead_did_not_leave(measured) -> None:
    known = donors({1: {"deceased_on": date(2024, 3, 1)}})

    found = measured(BEFORE, as_of="2025-01-01", donors=known).who_leaves

    assert (found.donors, found.left, found.died) == (5, 5, 1)


def tally(*rows: tuple[str, str, int, int]) -> pl.DataFrame:
    schema = ("dimension", "value", "donors", "left_donors")
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(died=False)


def test_a_small_group_is_counted_and_not_judged() -> None:
    counted = tally(("all", "all", 129, 60), ("gender", "f", 29, 20), ("gender", "m", 100, 40))

    few, enough = who_leaves.figures(counted, regions={}).groups

    assert (few.enough, few.attrition, few.low, few.differs) == (False, None, None, None)
    assert (enough.enough, enough.attrition) == (True, 0.4)


def test_a_group_that_leaves_more_than_chance_allows_is_said() -> None:
    counted = tally(("all", "all", 2_000, 1_000), ("gender", "f", 1_000, 600),
                    ("gender", "m", 1_000, 400))  # fmt: skip

    more, less = who_leaves.figures(counted, regions={}).groups

    assert (more.differs, less.differs) == ("more", "less")


def test_those_of_whom_nothing_is_known_are_no_group_that_leaves() -> None:
    counted = tally(("all", "all", 2_000, 1_000), ("gender", "f", 1_000, 400),
                    ("gender", "unknown", 1_000, 600))  # fmt: skip

    _, unknown = who_leaves.figures(counted, regions={}).groups

    assert (unknown.attrition, unknown.differs) == (0.6, None)


def test_many_groups_must_differ_more_to_be_said() -> None:
    # 61 of 100 beside 50 %: past chance alone (Wilson 0.512 to 0.700), not among forty groups.
    alone = tally(("all", "all", 4_000, 2_000), ("gender", "f", 100, 61))
    others = [("department", f"{number:02d}", 100, 50) for number in range(1, 41)]

    assert who_leaves.figures(alone, regions={}).groups[0].differs == "more"
    among = who_leaves.figures(pl.concat([alone, tally(*others)]), regions={})
    assert among.groups[0].differs is None


def test_wilson_is_the_published_interval() -> None:
    # Newcombe (1998), Statistics in Medicine 17, 857-872, table I: method 3 (score, without
    # continuity correction) for 81/263 and 15/148; 0/20 and 1/29 too.
    published = {
        (81, 263): (0.2553, 0.3662), (15, 148): (0.0624, 0.1605),
        (0, 20): (0.0, 0.1611), (1, 29): (0.0061, 0.1718),
    }  # fmt: skip
    for (part, whole), interval in published.items():
        assert who_leaves.wilson(part, whole) == pytest.approx(interval, abs=5.1e-5)
