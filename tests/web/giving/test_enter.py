"""Gifts by hand: fast, counted once, never edited; cheques that balance or stay open."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from mecene_web.donors.models import Donor, Record
from mecene_web.giving import writing
from mecene_web.giving.models import Batch, Commitment, Correction, Entry, Gift

TOKEN = "0123456789abcdef0123456789abcdef"


def said(**told):
    today = timezone.localdate()
    return {"token": TOKEN, "amount": "1 234,50", "given_on": f"{today:%d/%m/%Y}",
            "last_name": "Martin", "first_name": "Alice", "postcode": "75011"} | told  # fmt: skip


def token(number: int) -> str:
    return f"{number:032x}"


class TestAmount:
    @pytest.mark.parametrize(("text", "minor"), [
        ("1 234,50", 123_450), ("1234.5", 123_450), ("20 €", 2_000), ("1\u202f000", 100_000),
        ("1.234,50", 123_450), ("1,234.50", 123_450), ("0,01", 1), ("50", 5_000),
    ])  # fmt: skip
    def test_what_people_type_is_read(self, text, minor):
        assert writing.amount(text, currency="EUR") == minor

    @pytest.mark.parametrize("text", [
        "", "0", "0,00", "-5", "abc", "1.234", "1,234", "1,2,3", "1.234.567", "12,345,6", "1e9",
        "999999999999", "٣", "1,234,5.6.7", ",5", "5,", "½", "1" * 50,
    ])  # fmt: skip
    def test_what_is_unclear_is_refused(self, text):
        if text == "5,":
            assert writing.amount(text, currency="EUR") == 500
            return
        with pytest.raises(writing.UnclearAmount):
            writing.amount(text, currency="EUR")

    def test_a_currency_without_cents_has_none(self):
        assert writing.amount("1 000", currency="XOF") == 1_000
        with pytest.raises(writing.UnclearAmount):
            writing.amount("10,5", currency="XOF")

    @given(st.text(max_size=30))
    def test_whatever_is_typed_is_an_amount_or_refused(self, text):
        with suppress(writing.UnclearAmount):
            assert writing.amount(text, currency="EUR") >= 1


@pytest.mark.django_db
class TestGift:
    def test_a_gift_and_its_donor_are_written_together(self, browser):
        client = browser("fundraiser")

        answer = client.post("/giving/enter/", said(in_memory_of="Paul", campaign_code="NOEL"))

        assert answer.status_code == 302
        gift = Gift.objects.get()
        assert (gift.amount_minor, str(gift.donor), gift.in_memory_of) == (
            123_450, "Alice Martin", "Paul",
        )  # fmt: skip
        # ready for the next one, with the same campaign
        assert 'value="NOEL"' in client.get("/giving/enter/").content.decode()

    def test_the_same_page_sent_twice_counts_once(self, browser):
        client = browser("fundraiser")
        for _ in range(2):
            page = client.post("/giving/enter/", said(), follow=True).content.decode()

        assert Gift.objects.count() == Donor.objects.count() == Entry.objects.count() == 1
        assert "n’est compté qu’une fois" in page

    def test_a_donor_known_already_is_picked_or_recognised_word_for_word(self, browser):
        client = browser("fundraiser")
        client.post("/giving/enter/", said())
        alice = Donor.objects.get()
        client.post("/giving/enter/", said(token=token(2)))
        client.post("/giving/enter/", {"token": token(3), "amount": "5", "donor": alice.pk,
                                       "given_on": "2024-01-05"})  # fmt: skip

        assert Donor.objects.count() == 1
        assert alice.gifts.count() == 3
        assert "Alice Martin" in client.get("/giving/people/", {"q": "mart"}).content.decode()

    def test_who_pays_may_be_another(self, browser):
        client = browser("fundraiser")
        client.post("/giving/enter/", said())
        client.post("/giving/enter/", said(token=token(2), last_name="Durand",
                                           payer=Donor.objects.get().pk))  # fmt: skip

        gift = Gift.objects.latest("pk")
        assert (str(gift.donor), str(gift.payer)) == ("Alice Durand", "Alice Martin")

    def test_somebody_alike_is_shown_while_typing(self, browser):
        client = browser("fundraiser")
        client.post("/giving/enter/", said(email="alice@exemple.fr", phone="0612345678"))

        for typed in ({"email": "ALICE@exemple.fr"}, {"phone": "+33 6 12 34 56 78"},
                      {"last_name": "MÀRTIN", "postcode": "75 011"},
                      {"last_name": "Martin", "first_name": "Ali"}):  # fmt: skip
            page = client.get("/donors/alike/", typed | {"pick": "1"}).content.decode()
            assert "Alice Martin" in page, typed
            assert 'type="radio"' in page
        assert "Martin" not in client.get("/donors/alike/", {"last_name": "Q"}).content.decode()

    @pytest.mark.parametrize("wrong", [
        {"amount": "1.234"}, {"amount": ""}, {"given_on": "demain"}, {"given_on": "01/01/2999"},
        {"given_on": "00/00/0000"}, {"kind": "theft"}, {"payment_method": "shells"},
        {"designation": "x" * 201}, {"donor": "999999"}, {"payer": "999999"}, {"token": "x"},
        {"last_name": "", "first_name": "", "postcode": ""}, {"email": "alice"}, {"phone": "un"},
        {"last_name": "x" * 300}, {"birth_date": "31/02/1980"}, {"donor": "9" * 40},
    ])  # fmt: skip
    def test_what_cannot_be_used_is_refused_and_kept_on_the_page(self, browser, wrong):
        answer = browser("fundraiser").post("/giving/enter/", said(**wrong))

        assert answer.status_code == 422
        assert not Gift.objects.exists()
        assert not Donor.objects.exists()
        assert "1 234,50" in answer.content.decode()

    def test_a_mistake_stays_to_be_seen_and_counts_no_more(self, browser):
        client = browser("fundraiser")
        client.post("/giving/enter/", said())
        wrong = Gift.objects.get()
        path = f"/giving/gifts/{wrong.pk}/correct/"
        assert client.get(path).status_code == 200

        for _ in range(2):
            client.post(path, {"token": token(2), "amount": "123,45", "donor": wrong.donor_id,
                               "given_on": "05/01/2024", "reason": "virgule"})  # fmt: skip

        wrong.refresh_from_db()
        assert (wrong.status, wrong.amount_minor) == ("failed", 123_450)
        right = Gift.objects.exclude(pk=wrong.pk).get()
        assert (right.amount_minor, right.entry.corrects_id) == (12_345, wrong.pk)
        assert Correction.objects.get().reason == "virgule"

    def test_a_mistake_may_be_taken_back_alone_and_once(self, browser):
        client = browser("fundraiser")
        client.post("/giving/enter/", said())
        gift = Gift.objects.get()
        for _ in range(2):
            client.post(f"/giving/gifts/{gift.pk}/correct/", {"alone": "1"})

        assert Gift.objects.get().status == "failed"
        assert Correction.objects.count() == 1

    def test_a_gift_from_a_file_is_not_corrected_here(self, browser):
        gift = Gift.objects.create(given_on=date(2024, 1, 1), amount_minor=1, currency="EUR",
                                   kind="one_off", source_ref="A1")  # fmt: skip
        browser("fundraiser").post(f"/giving/gifts/{gift.pk}/correct/", {"alone": "1"})
        gift.refresh_from_db()
        assert gift.status == "received"

    @pytest.mark.parametrize("role", ["analyst", "caller", "auditor", None])
    def test_others_write_no_gift(self, browser, role):
        for path in ("/giving/enter/", "/giving/cheques/", "/giving/people/", "/donors/new/"):
            assert browser(role).get(path).status_code == (403 if role else 302)


@pytest.mark.django_db
class TestCheques:
    def opened(self, client, count="2", total="70,00"):
        client.post("/giving/cheques/", {"count": count, "total": total, "token": token(9)})
        return Batch.objects.latest("pk")

    def write(self, client, batch, number, amount):
        told = said(token=token(number), amount=amount, number=str(number))
        return client.post(f"/giving/cheques/{batch.pk}/", told)

    def test_a_batch_closes_when_it_balances_and_then_never_changes(self, browser):
        client = browser("fundraiser")
        batch = self.opened(client)
        path = f"/giving/cheques/{batch.pk}/"
        self.write(client, batch, 1, "50")
        client.post(path + "close/")
        batch.refresh_from_db()
        assert batch.closed_at is None
        self.write(client, batch, 2, "20")
        page = client.post(path + "close/", follow=True).content.decode()
        batch.refresh_from_db()
        assert batch.closed_at
        assert "bordereau" in page

        # nothing is added, taken out, or closed again
        self.write(client, batch, 3, "10")
        gift = Gift.objects.earliest("pk")
        client.post(path + f"out/{gift.pk}/")
        client.post(f"/giving/gifts/{gift.pk}/correct/", {"alone": "1"})
        client.post(path + "close/")
        assert [g.status for g in Gift.objects.all()] == ["received", "received"]
        slip = client.get(path + "slip/").content.decode()
        assert "70" in slip
        assert "Alice Martin" in slip

    def test_a_mistaken_cheque_goes_out_of_an_open_batch(self, browser):
        client = browser("fundraiser")
        batch = self.opened(client)
        self.write(client, batch, 1, "500")
        client.post(f"/giving/cheques/{batch.pk}/out/{Gift.objects.get().pk}/")

        assert batch.entries.count() == 0
        assert Gift.objects.get().status == "failed"

    def test_a_batch_opened_twice_by_the_same_page_is_one(self, browser):
        client = browser("fundraiser")
        self.opened(client)
        self.opened(client)
        assert Batch.objects.count() == 1

    @pytest.mark.parametrize("told", [
        {"count": "0"}, {"count": "x"}, {"count": "99999"}, {"count": "-1"}, {"total": "0"},
        {"total": "x"}, {"count": "²"},
    ])  # fmt: skip
    def test_one_that_announces_nothing_is_refused(self, browser, told):
        answer = browser("fundraiser").post(
            "/giving/cheques/", {"count": "2", "total": "5", "token": token(9)} | told
        )
        assert answer.status_code == 422
        assert not Batch.objects.exists()

    @pytest.mark.parametrize("lang", ["fr", "en"])
    def test_every_page_has_its_words(self, browser, lang):
        client = browser("fundraiser", lang=lang)
        batch = self.opened(client)
        self.write(client, batch, 1, "70")
        gift = Gift.objects.get()
        for path in ("enter/", "cheques/", f"cheques/{batch.pk}/", f"cheques/{batch.pk}/slip/",
                     f"gifts/{gift.pk}/correct/", f"promise/{gift.donor_id}/"):  # fmt: skip
            assert client.get(f"/giving/{path}").status_code == 200


@pytest.mark.django_db
def test_a_regular_gift_is_written_once_and_stops_once(browser):
    client = browser("fundraiser")
    client.post("/giving/enter/", said())
    alice = Donor.objects.get()
    path = f"/giving/promise/{alice.pk}/"
    for _ in range(2):
        client.post(path, {"token": token(5), "amount": "10", "months_between": "3",
                           "started_on": "01/02/2024", "mandate_ref": "RUM 1"})  # fmt: skip
    made = Commitment.objects.get()
    assert (made.amount_minor, made.months_between) == (1_000, 3)

    yesterday = timezone.localdate() - timedelta(days=1)
    client.post(path + f"{made.ref}/end/", {"ended_on": "01/01/2020", "reason": "voluntary"})
    made.refresh_from_db()
    assert made.ended_on is None
    for reason in ("voluntary", "deceased"):
        client.post(path + f"{made.ref}/end/",
                    {"ended_on": f"{yesterday:%d/%m/%Y}", "reason": reason})  # fmt: skip
    made.refresh_from_db()
    assert (made.ended_on, made.end_reason) == (yesterday, "voluntary")
    assert client.post(path, {"token": token(6), "amount": "x"}).status_code == 422


@pytest.mark.django_db
def test_a_donor_put_right_by_hand_stays_right(browser):
    client = browser("fundraiser")
    client.post("/donors/new/", {"last_name": "Martin", "first_name": "Alice",
                                 "email": "alice@exemple.fr"})  # fmt: skip
    client.post("/donors/new/", {"last_name": "Martin", "first_name": "Alice",
                                 "email": "alice@exemple.fr"})  # fmt: skip
    alice = Donor.objects.get()
    path = f"/donors/{alice.pk}/edit/"
    assert 'value="alice@exemple.fr"' in client.get(path).content.decode()

    client.post(path, {"last_name": "Durand", "first_name": "Alice", "email": ""})

    alice.refresh_from_db()
    assert (alice.last_name, alice.email) == ("Durand", None)
    assert Record.objects.filter(donor=alice).count() == 2
    assert client.post(path, {"last_name": "x" * 300}).status_code == 422
    assert client.get("/donors/999999/edit/").status_code == 404
