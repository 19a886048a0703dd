"""Donors are merged and taken apart again, and nothing of either is lost or left behind."""

from datetime import UTC, date, datetime

import pytest
from django.apps import apps
from django.db import models, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mecene_web.consent.models import Consent
from mecene_web.donors import belongings, by_hand, merge, redraw, unmerge
from mecene_web.donors.models import (
    Attribute,
    Donor,
    Household,
    Mention,
    Merge,
    Note,
    Proposal,
    Record,
    Task,
    Touched,
)
from mecene_web.events.models import Contact, Interaction, Visitor
from mecene_web.giving.models import Commitment, Gift

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


def person(number: int, by=None) -> Donor:
    """Return a donor with two records and a fact of every kind."""
    home = Household.objects.create() if number % 2 else None
    donor = Donor.objects.create(household=home)
    for nth in range(2):
        record = Record.objects.create(
            key=number * 10 + nth + 1, donor=donor, last_name=f"Martin{number}",
            first_name="Alice", email=f"alice{number}@exemple.fr", postcode=f"7500{nth}",
            external_id=f"R{number}{nth}",
        )  # fmt: skip
        told = {"donor": donor, "record": record, "source_ref": f"{number}-{nth}"}
        Gift.objects.create(
            **told, given_on=date(2025, 1, 1 + nth), amount_minor=5_000, currency="EUR",
            kind="one_off", payer=donor if nth else None,
        )  # fmt: skip
        Contact.objects.create(**told, at=NOW, channel="email")
        Interaction.objects.create(**told, at=NOW, kind="click")
        Consent.objects.create(**told, status="granted", occurred_at=NOW, written_at=NOW)
        Attribute.objects.create(**told, name="cause", value="sea")
        Commitment.objects.create(**told, ref=f"{number}-{nth}", currency="EUR",
                                  started_on=date(2025, 1, 1))  # fmt: skip
    Gift.objects.create(donor=donor, given_on=date(2025, 2, 1), amount_minor=700, currency="EUR",
                        kind="one_off", source_ref=f"hand-{number}")  # fmt: skip
    Visitor.objects.create(token=f"v{number}", donor=donor)
    Task.objects.create(donor=donor, what="thank", made_at=NOW)
    if by:
        Note.objects.create(donor=donor, by=by, at=NOW, text="kind")
    redraw.redraw([donor.pk])
    return donor


def dump() -> dict[str, list]:
    """Return every row of every table but what tells of merges."""
    return {
        model.__name__: sorted(map(str, model._base_manager.values_list()))
        for model in apps.get_models()
        if model.__module__.startswith("mecene_web.")
        and model not in (Merge, Touched)
        and model._meta.app_label != "audit"
    }


def test_everything_of_the_second_is_the_firsts(member):
    by = member("fundraiser")
    kept, absorbed = person(1, by), person(2, by)

    merge.merge(kept.pk, absorbed.pk, by=by, now=NOW, why="same telephone")

    for one in belongings.followed():
        assert not one.rows.filter(**{one.field: absorbed}).exists(), one.name
    assert Gift.objects.filter(donor=kept).count() == 6
    absorbed.refresh_from_db()
    assert (absorbed.email, absorbed.sought, absorbed.household_id) == (None, "", None)


def test_undone_it_leaves_everything_as_it_was(member):
    by = member("fundraiser")
    kept, absorbed = person(2, by), person(1, by)
    before = dump()
    made = merge.merge(kept.pk, absorbed.pk, by=by, now=NOW)
    kept.refresh_from_db()
    assert kept.household_id == absorbed.household_id
    assert dump() != before

    unmerge.unmerge(made.pk, by=by, now=NOW)

    assert dump() == before
    with pytest.raises(unmerge.UndoneAlready):
        unmerge.unmerge(made.pk, by=by, now=NOW)


def test_what_came_since_for_a_record_that_moved_goes_back_with_it(member):
    kept, absorbed = person(1), person(2)
    theirs = absorbed.records.first()
    made = merge.merge(kept.pk, absorbed.pk, by=None, now=NOW)
    new = Gift.objects.create(donor=kept, record=theirs, given_on=date(2026, 2, 1), kind="one_off",
                              amount_minor=100, currency="EUR", source_ref="later")  # fmt: skip

    unmerge.unmerge(made.pk, by=None, now=NOW)

    new.refresh_from_db()
    assert new.donor_id == absorbed.pk


def test_two_donors_are_never_merged_twice_nor_with_themselves():
    one, two, three = person(1), person(2), person(3)
    merge.merge(one.pk, two.pk, by=None, now=NOW)

    for kept, absorbed in ((one, two), (two, one), (three, two), (two, three)):
        with pytest.raises(merge.MergedAlready):
            merge.merge(kept.pk, absorbed.pk, by=None, now=NOW)
    with pytest.raises(merge.SameDonor):
        merge.merge(one.pk, one.pk, by=None, now=NOW)
    with pytest.raises(merge.NoSuchDonor):
        merge.merge(one.pk, 10**12, by=None, now=NOW)


def test_a_merge_on_which_another_rests_is_undone_after_it():
    one, two, three = person(1), person(2), person(3)
    first = merge.merge(two.pk, one.pk, by=None, now=NOW)
    second = merge.merge(three.pk, two.pk, by=None, now=NOW)

    with pytest.raises(unmerge.MergedSince) as refused:
        unmerge.unmerge(first.pk, by=None, now=NOW)

    assert refused.value.first == second


def test_those_said_to_be_two_people_are_not_merged(member):
    one, two = person(1), person(2)
    asked = Proposal.objects.create(one=one, other=two, score=0.8)
    merge.refuse(asked.pk, by=member("fundraiser"), now=NOW)

    with pytest.raises(merge.JudgedApart):
        merge.merge(one.pk, two.pk, by=None, now=NOW)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(st.tuples(st.booleans(), st.integers(0, 4), st.integers(0, 4)), max_size=12))
def test_any_merges_undone_in_any_order_leave_nothing_behind(steps):
    with transaction.atomic():
        donors = [person(number).pk for number in range(5)]
        before, standing = dump(), []
        for undoing, one, other in steps:
            try:
                if undoing and standing:
                    made = standing[one % len(standing)]
                    unmerge.unmerge(made.pk, by=None, now=NOW)
                    standing.remove(made)
                else:
                    standing.append(merge.merge(donors[one], donors[other], by=None, now=NOW))
            except (merge.SameDonor, merge.MergedAlready, unmerge.MergedSince):
                continue
            assert Gift.objects.count() == 15
        while standing:
            for made in list(standing):
                try:
                    unmerge.unmerge(made.pk, by=None, now=NOW)
                except unmerge.MergedSince:
                    continue
                standing.remove(made)
        assert dump() == before
        transaction.set_rollback(True)


def test_no_table_with_a_donor_can_be_forgotten():
    known = {f"{model._meta.label}.{field.name}" for model, field in belongings.every()}
    told = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if field.remote_field and field.remote_field.model is Donor
    }
    assert known == told

    for model, field in belongings.every():
        rule = field.remote_field.on_delete
        name = f"{model._meta.label}.{field.name}"
        assert rule in (models.PROTECT, models.SET_NULL, models.CASCADE), (
            f"{name}: PROTECT or SET_NULL for what happened to a donor (it follows a merge), "
            "CASCADE for what is worked out of it"
        )


def test_what_may_be_there_once_alone_stays_behind_where_both_have_it():
    # A unique key to a donor would collide when two become one; a record's mentions show how.
    one, two = (donor.records.first() for donor in (person(1), person(2)))
    Mention.objects.create(record=one, import_id=1)
    same = Mention.objects.create(record=two, import_id=1)
    Mention.objects.create(record=two, import_id=2)

    mentions = belongings.Belonging(Mention, "record", by_record=False)

    assert belongings.left_behind(mentions, one, two) == [same.pk]
    assert all(belongings.left_behind(known, one.donor, two.donor) == []
               for known in belongings.followed())  # fmt: skip


def test_numbers_of_donors_without_a_key_are_known_here():
    # They outlive the donor, or are written too fast for a key: a merge leaves them.
    loose = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        if model.__module__.startswith("mecene_web.")
        for field in model._meta.concrete_fields
        if field.name.endswith("donor_id") and not field.is_relation
    }
    assert loose <= {
        "audit.Entry.donor_id", "audit.DonorKey.donor_id", "donors.Touched.donor_id",
        "journeys.Unheard.donor_id", "rights.Erasure.donor_id", "segments.Settled.donor_id",
    }  # fmt: skip


def test_what_a_colleague_decided_wins_even_over_a_richer_record():
    donor = person(1)
    Record.objects.create(key=999, donor=donor, by_hand=True, declared=True, written_at=NOW,
                          last_name="Durand", decided=["last_name", "email"])  # fmt: skip
    redraw.redraw([donor.pk])

    donor.refresh_from_db()
    assert (donor.last_name, donor.email, donor.first_name) == ("Durand", None, "Alice")
    assert "durand" in donor.sought
    assert by_hand.decided([donor.pk]) == {donor.pk: {"last_name": "Durand", "email": None}}
