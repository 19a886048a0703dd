"""What was kept long enough is found, shown, and goes only once somebody confirmed it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from mecene import period
from mecene.law import parameters
from mecene_web.consent.models import Asked, Consent
from mecene_web.donors.models import Donor, Record
from mecene_web.events.models import Interaction, Visitor
from mecene_web.giving.models import Commitment, Gift
from mecene_web.imports.models import Import
from mecene_web.rights import rules, sweep
from mecene_web.rights.models import Archive, Erasure, Sweep

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
LONG_AGO = date(2010, 1, 1)


def person(key: int, **told) -> Donor:
    donor = Donor.objects.create(**({"last_name": f"n{key}", "acquired_on": LONG_AGO} | told))
    Record.objects.create(key=key, donor=donor, last_name=f"n{key}")
    return donor


def gift(donor, on, **told):
    Gift.objects.create(donor=donor, given_on=on, amount_minor=1_000, currency="EUR",
                        kind="one_off", source_ref="g", **told)  # fmt: skip


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def names(rule: str) -> list[str]:
    return sorted(donor.last_name for donor in rules.found(rule, today=TODAY).examples)


class TestProspects:
    LIMIT = period.add_months(TODAY, -36)

    def test_silence_of_three_years_is_found(self):
        person(1)
        person(2, acquired_on=self.LIMIT)
        person(3, acquired_on=self.LIMIT - timedelta(days=1))
        gift(person(4), LONG_AGO)

        assert names("prospects") == ["n1", "n3"]

    @pytest.mark.parametrize(
        ("kind", "kept"), [("reply", True), ("click", True), ("page_view", True), ("open", False),
                           ("proxy_open", False)],
    )  # fmt: skip
    def test_a_click_is_contact_and_an_opening_is_not(self, kind, kept):
        donor = person(1)
        Interaction.objects.create(donor=donor, at=at(self.LIMIT), kind=kind, source_ref="i")

        assert names("prospects") == ([] if kept else ["n1"])

    def test_a_choice_in_the_preference_centre_is_contact(self):
        donor = person(1)
        Consent.objects.create(donor=donor, status="granted", occurred_at=NOW, written_at=NOW,
                               source_ref="c")  # fmt: skip

        assert names("prospects") == []

    def test_who_has_no_date_is_as_old_as_their_last_file(self):
        old = Import.objects.create(at=NOW, state="loaded", loaded_at=at(LONG_AGO))
        new = Import.objects.create(at=NOW, state="loaded", loaded_at=NOW)
        one, two, _ = (person(n, acquired_on=None) for n in (1, 2, 3))
        for donor, made in ((one, old), (two, old), (two, new)):
            donor.records.get().mentions.create(import_id=made.pk)

        assert names("prospects") == ["n1"]


class TestDonors:
    LIMIT = period.add_months(TODAY, -60)

    def test_five_years_after_the_last_gift(self):
        gift(person(1), self.LIMIT - timedelta(days=1))
        gift(person(2), self.LIMIT)
        person(3)

        assert names("donors") == ["n1"]

    def test_who_pays_for_another_is_no_stranger(self):
        donor, payer = person(1), person(2)
        gift(donor, LONG_AGO)
        gift(donor, TODAY, payer=payer)

        assert names("donors") == []
        assert names("prospects") == []

    def test_a_commitment_that_runs_keeps_them(self):
        donor = person(1)
        gift(donor, LONG_AGO)
        held = Commitment.objects.create(ref="c", donor=donor, currency="EUR", source_ref="c",
                                         started_on=LONG_AGO)  # fmt: skip

        assert names("donors") == []
        Commitment.objects.filter(pk=held.pk).update(ended_on=LONG_AGO)
        assert names("donors") == ["n1"]


def test_nothing_goes_by_looking():
    person(1)
    for name in rules.RULES:
        rules.found(name, today=TODAY)

    assert Donor.objects.count() == 1
    assert not Sweep.objects.exists()


def ran(name, member, **told):
    found = rules.found(name, today=TODAY)
    made = sweep.confirm(name, seen=found.count, by=member("administrator"), today=TODAY, now=NOW)
    steps: list[tuple] = []
    sweep.work(made.pk, lambda *step: steps.append(step))
    return made, steps


def test_confirmed_they_are_erased_and_others_are_not(member):
    for n in (1, 2, 3):
        person(n)
    person(4, acquired_on=TODAY)

    made, steps = ran("prospects", member)

    assert [donor.last_name for donor in Donor.objects.all()] == ["n4"]
    made.refresh_from_db()
    assert (made.gone, made.found) == (3, 3)
    assert made.ended_at
    assert steps == [("prospects", 3, 3)]
    assert set(Erasure.objects.values_list("reason", flat=True)) == {"retention"}


def test_a_sweep_taken_up_again_does_what_is_left(member):
    for n in (1, 2):
        person(n)
    made, _ = ran("prospects", member)
    Sweep.objects.filter(pk=made.pk).update(ended_at=None)

    assert sweep.work(made.pk, lambda *step: None) == {"gone": 2}


def test_confirmed_twice_it_runs_once(member):
    person(1)
    told = {"seen": 1, "by": member("administrator"), "today": TODAY, "now": NOW}

    assert sweep.confirm("prospects", **told) == sweep.confirm("prospects", **told)


def test_more_than_was_shown_is_looked_at_again(member):
    person(1)
    person(2)
    told = {"by": member("administrator"), "today": TODAY, "now": NOW}

    with pytest.raises(sweep.Changed):
        sweep.confirm("prospects", seen=1, **told)
    with pytest.raises(sweep.NothingFound):
        sweep.confirm("page_views", seen=0, **told)
    with pytest.raises(KeyError):
        sweep.confirm("everybody", seen=0, **told)


def test_views_and_trackers_go_in_their_own_time(member):
    donor = person(1, acquired_on=TODAY)
    ages = {"old": 26, "middle": 14, "new": 1}
    for name, months in ages.items():
        visitor = Visitor.objects.create(token=name, donor=donor if name == "new" else None)
        Interaction.objects.create(visitor=visitor, at=at(period.add_months(TODAY, -months)),
                                   kind="page_view", source_ref=name)  # fmt: skip

    ran("page_views", member)
    assert set(Interaction.objects.values_list("source_ref", flat=True)) == {"middle", "new"}
    ran("trackers", member)
    assert set(Visitor.objects.values_list("token", flat=True)) == {"new"}
    assert Interaction.objects.get(source_ref="middle").visitor is None


def test_an_archive_past_its_term_goes(member):
    for until in (TODAY, TODAY + timedelta(days=1)):
        Archive.objects.create(sealed=b"x", keep_until=until, at=NOW)

    ran("archives", member)

    assert Archive.objects.get().keep_until > TODAY


def test_addresses_left_for_a_link_are_forgotten(member):
    Asked.objects.create(email="a@exemple.fr", at=NOW - timedelta(days=40))
    Asked.objects.create(email="b@exemple.fr", at=NOW)

    ran("asked", member)

    assert Asked.objects.get().email == "b@exemple.fr"


def test_every_rule_of_law_says_its_source():
    for rule in rules.RULES.values():
        if rule.law:
            assert parameters.of(rule.law, on=timezone.localdate()).source
