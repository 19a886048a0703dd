"""What the simulated world never does, whatever it draws."""

from datetime import date

import polars as pl
import pytest

from mecene import facts
from mecene.simulator import association
from mecene.simulator.association import Association, World
from mecene.simulator.recipe import BLOCK, InvalidAssociation

pytestmark = pytest.mark.xdist_group("simulator_world")  # they share a world
SPEC = Association(donors=4_000, years=6, seed=7)


@pytest.fixture(scope="module")
def world() -> World:
    return association.simulate(SPEC)


def received(world: World) -> pl.DataFrame:
    return world.facts["gifts"].filter(pl.col("status") == "received")


@pytest.mark.parametrize("table", facts.TABLES)
def test_every_table_keeps_its_contract(world: World, table: str) -> None:
    frame = facts.check(world.facts[table], facts.TABLES[table])

    assert frame.height > 0 or table == "series"


def test_gift_and_donor_numbers_are_given_once(world: World) -> None:
    assert world.facts["gifts"]["gift_id"].is_unique().all()
    assert world.facts["gifts"]["source_ref"].is_unique().all()
    assert world.facts["donors"]["donor_id"].to_list() == list(range(1, 4_001))


@pytest.mark.parametrize(
    ("table", "day"),
    [("gifts", "given_on"), ("gifts", "status_on"), ("recurring_gifts", "ended_on"),
     ("contacts", "at"), ("interactions", "at"), ("consents", "occurred_at"),
     ("donors", "deceased_on"), ("donors", "acquired_on")],
)  # fmt: skip
def test_nothing_is_dated_outside_the_history(world: World, table: str, day: str) -> None:
    days = world.facts[table][day].drop_nulls().cast(pl.Date)

    assert days.len() > 0
    assert days.min() >= SPEC.starts_on
    assert days.max() < SPEC.ends_on


def test_nobody_gives_before_coming_nor_after_dying_but_by_a_legacy(world: World) -> None:
    donors = world.facts["donors"].select("donor_id", "acquired_on", "deceased_on")
    gifts = received(world).join(donors, on="donor_id")
    dead = gifts.filter(pl.col("given_on") >= pl.col("deceased_on"))

    assert donors["deceased_on"].count() > 50
    assert (gifts["given_on"] >= gifts["acquired_on"]).all()
    assert set(dead["kind"]) <= {"legacy"}


def test_a_refund_comes_after_its_gift(world: World) -> None:
    refunded = world.facts["gifts"].filter(pl.col("status") == "refunded")

    assert refunded.height > 0
    assert (refunded["status_on"] > refunded["given_on"]).all()


def test_a_failed_debit_says_why_and_a_good_one_does_not(world: World) -> None:
    debits = world.facts["gifts"].filter(pl.col("kind") == "instalment")
    failed = debits["status"] == "failed"

    assert debits.filter(failed)["return_code"].is_not_null().all()
    assert debits.filter(~failed)["return_code"].is_null().all()


def test_instalments_fall_between_the_signature_and_the_end(world: World) -> None:
    commitments = world.facts["recurring_gifts"]
    debits = received(world).join(commitments, on="recurring_gift_id", suffix="_commitment")
    ended = commitments.filter(pl.col("ended_on").is_not_null())

    assert debits.height == (received(world)["kind"] == "instalment").sum()
    assert (debits["given_on"] > debits["started_on"]).all()
    assert (debits["given_on"] < debits["ended_on"]).fill_null(value=True).all()
    assert (debits["donor_id"] == debits["donor_id_commitment"]).all()
    assert (ended["ended_on"] > ended["started_on"]).all()
    assert commitments["end_reason"].is_null().equals(commitments["ended_on"].is_null())


def test_nothing_is_sent_by_a_channel_after_an_objection_to_it(world: World) -> None:
    objections = world.facts["consents"].filter(pl.col("status") == "objected")
    sent = world.facts["contacts"].select("donor_id", "at", "channel")
    by_channel = sent.join(objections.drop_nulls("channel"), on=["donor_id", "channel"])
    to_all = sent.join(objections.filter(pl.col("channel").is_null()), on="donor_id")

    assert by_channel.height > 20
    for met in (by_channel, to_all):
        assert (met["at"].cast(pl.Date) <= met["occurred_at"].cast(pl.Date)).all()


def test_page_views_are_those_of_people_who_accept_them_or_are_unknown(world: World) -> None:
    seen = world.facts["interactions"].filter(pl.col("kind") == "page_view")
    accepting = world.facts["consents"].filter(
        (pl.col("purpose") == "web_tracking") & (pl.col("status") == "granted")
    )
    known = seen.drop_nulls("donor_id").join(
        accepting.select("donor_id", "occurred_at"), on="donor_id", how="left"
    )

    assert known.height > 50
    assert (known["at"].cast(pl.Date) >= known["occurred_at"].cast(pl.Date)).all()
    assert known["occurred_at"].null_count() == 0


def test_no_open_is_ever_recorded(world: World) -> None:
    assert "open" not in set(world.facts["interactions"]["kind"])


def test_no_address_of_any_kind_can_reach_a_real_person(world: World) -> None:
    """RFC 2606 and 6761 reserve the domains, ARCEP the numbers 06 39 98, 01 99 00 …"""
    donors = world.facts["donors"]
    reserved = r"@[a-z.]*(example\.(org|com|net)|\.test|\.example)$"
    numbers = r"^\+33(63998|19900|26191|35301|46571|53649)\d{4}$"

    assert donors["email"].drop_nulls().str.contains(reserved).all()
    assert donors["phone"].drop_nulls().str.contains(numbers).all()
    assert donors["phone"].drop_nulls().is_unique().all()


def test_the_two_of_a_couple_share_a_home_and_a_name_and_are_two_donors(world: World) -> None:
    homes = world.facts["donors"].drop_nulls("household_id").group_by("household_id")
    couples = homes.agg(
        pl.len(), pl.col("last_name", "address", "city").n_unique(), pl.col("donor_id").n_unique()
    )

    assert couples.height > 20
    assert set(couples["len"]) == {2}
    assert couples.select(pl.col("last_name", "address", "city") == 1).min().row(0) == (True,) * 3


def test_without_names_donors_are_references_only() -> None:
    donors = association.simulate(Association(donors=40, years=1, names=False)).facts["donors"]

    assert donors["external_ids"].list.len().to_list() == [1] * 40
    identity = donors.select("first_name", "last_name", "email", "phone", "address", "city")
    assert identity.null_count().row(0) == (40,) * 6


@pytest.mark.parametrize("donors", [1, 2, 5])
def test_a_tiny_association_is_simulated_too(donors: int) -> None:
    tiny = association.simulate(Association(donors=donors, years=1, ends_on=date(2024, 7, 1)))

    for name, frame in tiny.facts.items():
        facts.check(frame, facts.TABLES[name])
    assert tiny.facts["donors"].height == donors


def test_an_association_that_cannot_be_is_refused() -> None:
    with pytest.raises(InvalidAssociation, match="at least 1 donor"):
        Association(donors=0)
    with pytest.raises(InvalidAssociation, match="first of a month; got 2025-12-31"):
        Association(ends_on=date(2025, 12, 31))


def test_the_same_recipe_makes_the_same_world_and_another_seed_another(world: World) -> None:
    again = association.simulate(SPEC)
    other = association.simulate(Association(donors=4_000, years=6, seed=8))

    for name, frame in world.facts.items():
        assert again.facts[name].equals(frame)
    for name, frame in world.truth.items():
        assert again.truth[name].equals(frame)
    assert not other.facts["gifts"].equals(world.facts["gifts"])


def test_a_block_is_the_same_whatever_was_made_before_it() -> None:
    spec = Association(donors=BLOCK + 50, years=1)
    whole = association.simulate(spec)
    alone = association.one_block(spec, block=1)

    for table in ("donors", "gifts", "contacts", "consents"):
        theirs = whole.facts[table].filter(pl.col("donor_id") > BLOCK)
        assert alone.facts[table].drop_nulls("donor_id").equals(theirs)
