"""What leaves for the bank and the books adds up to what was given."""

import zipfile
from datetime import UTC, date, datetime
from uuid import uuid4

import polars as pl
import pytest

from mecene_web.donors.models import Donor
from mecene_web.exports import ask, audience, everything, gifts, write
from mecene_web.exports.models import Export
from mecene_web.giving.models import Gift
from mecene_web.scores.models import Run, Standing

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


def given(day, minor, **told):
    told = {"kind": "one_off", "payment_method": "card", "currency": "EUR", **told}
    return Gift.objects.create(given_on=day, amount_minor=minor, source_ref=f"{uuid4()}", **told)


def test_entries_balance_and_name_nobody():
    donor = Donor.objects.create(first_name="Zélie", last_name="Quintard")
    given(date(2026, 1, 5), 5_000, donor=donor)
    given(date(2026, 1, 5), 2_500, donor=donor)
    given(date(2026, 1, 5), 9_999, kind="membership_fee", payment_method="cheque")
    given(date(2026, 1, 6), 1_000, status="failed", status_on=date(2026, 1, 8))
    given(date(2026, 2, 1), 7_000)

    found = gifts.entries(date(2026, 1, 1), date(2026, 2, 1))

    def total(column):
        return found[column].str.replace(",", ".").cast(pl.Decimal(20, 2)).sum()

    assert str(total("Debit")) == str(total("Credit")) == "174.99"
    assert tuple(found.columns) == gifts.ENTRY
    assert set(found["CompteNum"]) == {"754100", "756000", "511500", "511200"}
    assert "Quintard" not in found.write_csv()


def test_a_day_at_the_bank_is_what_came_less_what_went_back():
    given(date(2026, 1, 3), 5_000, credited_on=date(2026, 1, 5))
    given(date(2026, 1, 5), 2_000)
    given(date(2025, 12, 1), 1_500, status="refunded", status_on=date(2026, 1, 5))

    found = gifts.bank(date(2026, 1, 1), date(2026, 2, 1))

    assert found.to_dicts() == [
        {"day": date(2026, 1, 5), "method": "card", "currency": "EUR", "payments": 2,
         "returned": 1, "amount_minor": 5_500}
    ]  # fmt: skip


def test_a_gift_given_before_the_period_and_credited_in_it_is_at_the_bank_in_it():
    given(date(2025, 12, 30), 5_000, credited_on=date(2026, 1, 2))

    assert gifts.bank(date(2026, 1, 1), date(2026, 2, 1))["amount_minor"].to_list() == [5_000]
    assert gifts.bank(date(2025, 12, 1), date(2026, 1, 1)).is_empty()


def test_gifts_of_many_months_are_each_there_once():
    for month in range(1, 13):
        given(date(2025, month, 28), 1_000 + month)

    parts = list(gifts.gifts(date(2025, 1, 15), date(2025, 12, 28)))

    assert [row for part in parts for row in part["amount_minor"]] == list(range(1_001, 1_012))


def test_an_audience_leaves_out_who_must_not_be_written_to(member):
    run = Run.objects.create(as_of=date(2026, 3, 1), began_at=NOW, ended_at=NOW)

    def known(email, **told):
        objects = {name: told.pop(name, False) for name in ("objects_appeal", "objects_profiling")}
        donor = Donor.objects.create(email=email, first_name="=1+1", **told)
        Standing.objects.create(donor=donor, run=run, segment="at_risk", **objects)

    known("anna@example.org")
    known("oppo@example.org", objects_appeal=True)
    known("mort@example.org", deceased_on=date(2025, 1, 1))
    known(None)
    known("prof@example.org", objects_profiling=True)

    found = audience.people("brevo")

    assert found["EMAIL"].to_list() == ["anna@example.org", "prof@example.org"]
    assert found["SEGMENT"].to_list() == ["at_risk", None]


@pytest.mark.parametrize("kind", ask.KINDS)
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_kind_is_made_on_an_installation_with_a_gift(kind, lang, member):
    donor = Donor.objects.create(first_name="Anna", email="anna@example.org")
    donor.records.create(key=1, first_name="Anna", email="anna@example.org")
    given(date(2026, 1, 5), 5_000, donor=donor)
    choice = {"lang": lang, "since": "2026-01-01", "until": "2026-01-31", "list": "at_risk",
              "tool": "mailjet"}  # fmt: skip
    export = ask.ask(kind, choice, once=uuid4(), by=member("fundraiser"), now=NOW)

    write.work(export.pk, lambda *told: None)

    export.refresh_from_db()
    assert export.state == "ready"
    assert (write.folder_of(export) / export.name).stat().st_size == export.size_bytes > 0


def test_everything_can_be_read_again(tmp_path):
    donor = Donor.objects.create(first_name="Anna", email="anna@example.org")
    donor.records.create(key=1, first_name="Anna", email="anna@example.org")
    given(date(2026, 1, 5), 5_050, donor=donor)

    rows = everything.write(tmp_path / "all.zip")

    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        archive.extractall(tmp_path)
        assert {"gifts.csv", "gifts.columns.txt", "donors.csv"} <= set(archive.namelist())
    assert rows == 2
    assert pl.read_csv(tmp_path / "gifts.csv")["amount_minor"].to_list() == [5_050]


def test_a_file_is_gone_after_its_days(member):
    export = ask.ask("everything", {"lang": "fr"}, once=uuid4(), by=member("analyst"), now=NOW)
    write.work(export.pk, lambda *told: None)

    assert write.clear(now=NOW + write.KEPT) == 0
    assert write.clear(now=NOW + write.KEPT * 2) == 1

    assert Export.objects.get().state == "gone"


def test_a_button_pressed_twice_makes_one_file(browser):
    page, once = browser("analyst"), str(uuid4())

    for _ in range(2):
        page.post("/exports/new/", {"kind": "donors", "once": once})

    assert Export.objects.count() == 1


@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "passwords"},
        {"kind": "gifts"},
        {"kind": "gifts", "since": "2026-02-30", "until": "2026-03-01"},
        {"kind": "bank", "since": "2026-03-02", "until": "2026-03-01"},
        {"kind": "audience", "tool": "../../etc"},
        {"kind": "list", "list": "../x"},
        {"kind": "donors", "format": "exe"},
    ],
)
def test_what_is_no_export_is_refused_in_words(browser, asked):
    answer = browser("analyst").post("/exports/new/", asked, follow=True)

    assert not Export.objects.exists()
    assert answer.status_code == 200
    assert len(list(answer.context["messages"])) == 1


@pytest.mark.parametrize("role", [None, "caller", "auditor"])
def test_who_may_not_export_gets_nothing(browser, role, member):
    export = ask.ask("donors", {"lang": "fr"}, once=uuid4(), by=member("analyst"), now=NOW)
    write.work(export.pk, lambda *told: None)
    page = browser(role)

    for address in ("/exports/", f"/exports/{export.pk}/file/"):
        assert page.get(address).status_code in (302, 403)
    assert page.post("/exports/new/", {"kind": "donors"}).status_code in (302, 403)
    assert Export.objects.count() == 1


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_page_speaks_both_languages(browser, lang, member):
    ask.ask("donors", {"lang": lang}, once=uuid4(), by=member("analyst"), now=NOW)

    text = browser("analyst", lang=lang).get("/exports/").content.decode()

    assert {"fr": "Rapprochement bancaire", "en": "Bank reconciliation"}[lang] in text
