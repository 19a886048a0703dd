"""Whatever is written of a donor, and by whom, moves their segments right afterwards."""

import io
import json
import shutil
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from mecene.features import summary
from mecene_web.api import collect, correct, deliveries, people, write
from mecene_web.api.models import Delivery
from mecene_web.consent import choose, links, record, silence
from mecene_web.donors import declare, enter, merge, to_do, unmerge
from mecene_web.donors.models import Donor, Record, Touched
from mecene_web.events.models import Contact, Interaction
from mecene_web.giving import enter as gifts
from mecene_web.giving import mistake, promise
from mecene_web.giving.models import Commitment, Gift
from mecene_web.imports import check, load, receive, undo
from mecene_web.organisation.models import Organisation
from mecene_web.overview import calls
from mecene_web.scores import kept, snapshot
from mecene_web.scores.models import Run
from mecene_web.segments import columns, live, recompute, save
from mecene_web.segments.models import Membership, Segment

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TODAY = NOW.date()
TOKEN = "0123456789abcdef0123456789abcdef"


def silent(*told):
    pass


@pytest.fixture
def known(member):
    """Two donors whose night was worked out, and a colleague."""
    by = member("fundraiser")
    Organisation.objects.create(pk=1, site="https://asso.example")
    made = [
        enter.new({"first_name": first, "last_name": "Martin", "email": f"{first}@exemple.fr",
                   "phone": phone}, by=by, now=NOW - timedelta(days=400))
        for first, phone in (("alice", "0612345678"), ("zoe", "0612345679"))
    ]  # fmt: skip
    for nth, donor in enumerate(made):
        Gift.objects.create(
            donor=donor, record=donor.records.get(), given_on=date(2025, 6, 1), amount_minor=2_000,
            currency="EUR", kind="one_off", source_ref=f"g{nth}",
        )  # fmt: skip
    Touched.objects.all().delete()
    run = Run.objects.create(as_of=TODAY, began_at=NOW, ended_at=timezone.now())
    place = kept.folder_of(run)
    shutil.rmtree(place, ignore_errors=True)
    store = snapshot.write(place / "facts", on_progress=silent)
    (place / "summary").mkdir()
    found = summary.of(store, as_of=TODAY, families=columns.FAMILIES)
    found.write_parquet(place / "summary" / "all.parquet")
    recompute.after_the_night(run, silent)
    yield *made, by
    shutil.rmtree(place, ignore_errors=True)


def moves(condition, donor, *, happens, enters=True):
    """Have something happen; a segment of this condition gains the donor, or loses them."""
    save.save(save.Wanted("Essai", condition), by=None, now=NOW)
    segment = Segment.objects.get(name="Essai")
    run = Run.objects.get()
    recompute.after_the_night(run, silent)
    while live.advance(now=NOW):
        pass
    held = Membership.objects.filter(segment=segment, donor=donor)
    assert held.exists() is not enters

    happens()
    while live.advance(now=NOW):
        pass

    assert held.exists() is enters
    segment.refresh_from_db()
    assert segment.members == Membership.objects.filter(segment=segment).count()


class TestProgram:
    def test_a_gift(self, known):
        row = {"donor_id": known[0].pk, "given_on": TODAY, "amount_minor": 500, "currency": "EUR",
               "kind": "one_off", "status": "received", "source_ref": "a"}  # fmt: skip

        moves("gifts >= 2", known[0],
              happens=lambda: write.write(Gift, [row], source="api:x", now=NOW))  # fmt: skip

    @pytest.mark.parametrize(("model", "more", "condition"), [
        (Interaction, {"kind": "click"}, "interactions(kind='click', days=9) >= 1"),
        (Contact, {"channel": "post"}, "contacts(days=9) >= 1"),
    ])  # fmt: skip
    def test_an_event(self, known, model, more, condition):
        row = {"donor_id": known[0].pk, "at": NOW, "source_ref": "a", **more}

        moves(condition, known[0],
              happens=lambda: write.write(model, [row], source="api:x", now=NOW))  # fmt: skip

    def test_a_gift_given_back(self, known):
        gift = Gift.objects.get(donor=known[0])

        moves("gifts >= 1", known[0], enters=False, happens=lambda: correct.correct(
            gift.pk, status="refunded", on=date(2025, 7, 1), source="x", now=NOW))  # fmt: skip

    def test_a_donor_welcomed(self, known):
        told = {"external_id": "X", "email": "alice@exemple.fr", "first_name": "Alice",
                "last_name": "Martin", "city": "Lyon", "source_ref": "p"}  # fmt: skip

        moves("city = 'Lyon'", known[0],
              happens=lambda: people.welcome([told], source="api:x", now=NOW))  # fmt: skip

    def test_a_donor_edited(self, known):
        moves("city = 'Lyon'", known[0], happens=lambda: people.change(
            known[0].pk, {"city": "Lyon"}, source="api:x", now=NOW))  # fmt: skip

    def test_the_end_of_a_commitment(self, known):
        held = Commitment.objects.create(donor=known[0], ref="C", currency="EUR", source_ref="c",
                                         amount_minor=900, started_on=date(2025, 1, 1))  # fmt: skip

        moves("recurring_end_reason = 'voluntary'", known[0], happens=lambda: correct.end(
            held.pk, on=date(2026, 2, 1), reason="voluntary", source="x", now=NOW))  # fmt: skip

    def test_a_message_of_a_payment_provider(self, known):
        event = {"eventType": "Payment", "data": {
            "id": 9, "amount": 700, "date": "2026-02-27T10:00:00+01:00", "state": "Authorized",
            "payer": {"email": "alice@exemple.fr", "firstName": "alice", "lastName": "Martin"},
            "items": [{"id": 1, "amount": 700, "type": "Donation", "state": "Processed"}],
            "order": {"id": 3, "formType": "Donation", "formSlug": "x"},
        }}  # fmt: skip
        held = Delivery.objects.create(provider="helloasso", event="e", kind="Payment",
                                       content_type="application/json", received_at=NOW,
                                       body=json.dumps(event).encode())  # fmt: skip

        moves("gifts >= 2", known[0], happens=lambda: deliveries.one(held.pk, now=NOW))
        held.refresh_from_db()
        assert held.state == "done", held.reason


class TestSite:
    def test_a_visitor_who_says_who_they_are(self, known):
        told = {"id": "page-seen-000000001", "page": "https://asso.example/x", "consent": True,
                "visitor": "visitor-0000000001"}  # fmt: skip
        collect.collect(collect.Seen(kind="page_view", **told), now=NOW)
        known_as = collect.Seen(kind="known", email="alice@exemple.fr", **told)

        moves("interactions(kind='page_view', days=9) >= 1", known[0],
              happens=lambda: collect.collect(known_as, now=NOW))  # fmt: skip


class TestByHand:
    def test_a_gift(self, known):
        said = {"token": TOKEN, "amount": "12", "given_on": f"{TODAY:%d/%m/%Y}",
                "donor": str(known[0].pk)}  # fmt: skip

        moves("gifts >= 2", known[0], happens=lambda: gifts.enter(said, by=known[2], now=NOW))

    def test_a_mistake(self, known):
        said = {"token": TOKEN, "amount": "12", "given_on": f"{TODAY:%d/%m/%Y}",
                "donor": str(known[0].pk)}  # fmt: skip
        gift = gifts.enter(said, by=known[2], now=NOW).gift

        moves("gifts >= 2", known[0], enters=False, happens=lambda: mistake.mistaken(
            gift.pk, reason="x", by=known[2], now=NOW))  # fmt: skip

    def test_a_regular_gift(self, known):
        said = {"token": TOKEN, "amount": "10", "started_on": "01/02/2026"}

        moves("recurring_gifts >= 1", known[0], happens=lambda: promise.promise(
            known[0].pk, said, by=known[2], now=NOW))  # fmt: skip

    def test_a_donor_put_right(self, known):
        said = {"first_name": "alice", "last_name": "Martin", "city": "Lyon"}

        moves("city = 'Lyon'", known[0],
              happens=lambda: enter.edit(known[0].pk, said, by=known[2], now=NOW))  # fmt: skip

    def test_an_attribute_is_looked_at(self, known):
        declare.declare(known[0].pk, {"name": "cause", "value": "mer"}, by=known[2], now=NOW)

        assert list(Touched.objects.values_list("donor_id", flat=True)) == [known[0].pk]

    def test_a_call(self, known):
        task = to_do.ask(known[0].pk, "Merci", owner=known[2], due_on=TODAY, by=known[2], now=NOW,
                         kind="call")  # fmt: skip

        moves("contacts(channel='phone', days=9) >= 1", known[0], happens=lambda: calls.result(
            task.pk, {"outcome": "reached"}, by=known[2], now=NOW))  # fmt: skip

    def test_a_merge_and_its_undoing(self, known):
        one, other, by = known

        moves("gifts >= 2", one, happens=lambda: merge.merge(one.pk, other.pk, by=by, now=NOW))

        segment = Segment.objects.get(name="Essai")
        unmerge.unmerge(one.merges_kept.get().pk, by=by, now=NOW)
        while live.advance(now=NOW):
            pass
        assert not Membership.objects.filter(segment=segment).exists()

    def test_who_is_another_now_leaves_every_segment_at_once(self, known):
        one, other, by = known
        save.save(save.Wanted("Tous", "gifts >= 1"), by=None, now=NOW)
        recompute.after_the_night(Run.objects.get(), silent)
        segment = Segment.objects.get(name="Tous")
        assert segment.members == 2

        merge.merge(one.pk, other.pk, by=by, now=NOW)

        assert set(segment.memberships.values_list("donor_id", flat=True)) == {one.pk}
        segment.refresh_from_db()
        assert segment.members == 1
        assert segment.passages.filter(donor=other, entered=False).exists()


class TestConsent:
    def test_what_a_colleague_heard(self, known):
        moves("consent(purpose='appeal', channel='email') = 'objected'", known[0],
              happens=lambda: record.record(
                  known[0], purpose="appeal", channel="email", status="objected", occurred_at=NOW,
                  source="letter", by=known[2], now=NOW, once="1"))  # fmt: skip

    def test_what_somebody_chose(self, known):
        visit = links.Visit(known[0], "link")

        moves("gifts >= 1", known[0], enters=False,
              happens=lambda: choose.stop(visit, now=NOW))  # fmt: skip

    def test_a_silence_is_looked_at(self, known):
        silence.silence(known[0], kind="vulnerable", since=TODAY, reason="x", by=known[2], now=NOW)

        assert Touched.objects.filter(donor_id=known[0].pk).exists()


def test_an_import_and_its_undoing(known):
    content = (
        "Date;Montant;Nom;Prénom;E-mail\n01/02/2026;50,00;Martin;alice;alice@exemple.fr\n"
    ).encode()
    made = receive.receive([("dons.csv", io.BytesIO(content))], by=known[2], now=NOW)
    check.check(made.pk, now=NOW, on_progress=silent)
    folder = receive.folder_of(made.pk) / check.STAGED

    moves("gifts >= 2", known[0],
          happens=lambda: load.load(made.pk, folder, now=NOW, on_progress=silent))  # fmt: skip

    undo.undo(made.pk, now=NOW)
    while live.advance(now=NOW):
        pass
    assert not Membership.objects.filter(segment__name="Essai").exists()
    assert (Donor.objects.count(), Record.objects.count()) == (2, 2)


def test_an_edit_by_a_program_survives_the_next_file(known):
    people.change(known[0].pk, {"city": "Lyon", "phone": None}, source="api:x", now=NOW)
    content = (
        "Nom;Prénom;E-mail;Ville;Téléphone\nMartin;alice;alice@exemple.fr;Brest;0612345678\n"
    ).encode()
    made = receive.receive([("gens.csv", io.BytesIO(content))], by=known[2], now=NOW)
    check.check(made.pk, now=NOW, on_progress=silent)
    load.load(made.pk, receive.folder_of(made.pk) / check.STAGED, now=NOW, on_progress=silent)

    known[0].refresh_from_db()
    assert (known[0].city, known[0].phone, known[0].first_name) == ("Lyon", None, "alice")
    assert known[0].records.filter(city="Brest").exists()
