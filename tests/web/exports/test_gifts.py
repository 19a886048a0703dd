"""What leaves for the bank and the books adds up to what was given."""

import zipfile
from datetime import UTC, date, datetime
from uuid import uuid4

import polars as pl
import pytest
from django.utils.module_loading import import_string

from mecene_web.consent import suppression
from mecene_web.consent.models import Consent, Mark
from mecene_web.donors.models import Donor
from mecene_web.exports import ask, audience, everything, gifts, write
from mecene_web.exports.models import Export
from mecene_web.giving.models import Commitment, Gift
from mecene_web.scores.models import Listed, Run, Standing
from mecene_web.segments.models import Segment
from mecene_web.tasks.models import Work

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

    def known(email, against=None, **told):
        donor = Donor.objects.create(email=email, first_name="=1+1", **told)
        donor.records.create(key=donor.pk, email=email)
        Standing.objects.create(donor=donor, run=run, segment="at_risk")
        if against:
            Consent.objects.create(donor=donor, purpose=against, status="objected", source_ref="x",
                                   occurred_at=NOW, written_at=NOW)  # fmt: skip
        return donor

    anna = known("anna@example.org")
    known("anna@example.org")
    oppo = known("oppo@example.org", against="appeal")
    known("mort@example.org", deceased_on=date(2025, 1, 1))
    known("loin@example.org", country="BE")
    known(None)
    prof = known("prof@example.org", against="profiling")
    hushed = known("tu@example.org")
    suppression.add([("email", "Tu@example.org ")], reason="erasure", now=NOW)
    marked = known("fragile@example.org")
    Mark.objects.create(donor=marked, kind="vulnerable", since=date(2026, 1, 1), reason="x", at=NOW)
    gone = Donor.objects.create(email="autre@example.org")  # found to be another

    found = audience.people("brevo", on=NOW.date())

    assert found.rows["EMAIL"].to_list() == ["anna@example.org", "prof@example.org"]
    assert found.rows["SEGMENT"].to_list() == ["at_risk", None]
    assert found.left_out == {
        "against": 1, "deceased": 1, "no_consent": 1, "no_email": 1, "suppressed": 1,
        "vulnerable": 1, "same_address": 1,
    }  # fmt: skip

    some = [anna.pk, oppo.pk, prof.pk, hushed.pk, gone.pk]
    found = audience.people("mailjet", among=some, on=NOW.date())

    assert found.rows["email"].to_list() == ["anna@example.org"]
    assert found.left_out == {"against": 1, "suppressed": 1, "profiling": 1}


@pytest.fixture
def segment():
    """A segment of three: one may be written to, one by nobody, one by post alone."""
    made = Segment.objects.create(code="fideles", name="Fidèles", condition="gifts >= 1",
                                  made_at=NOW, settled_version=1, members=3)  # fmt: skip
    for name, channel in (("Anna", ""), ("Oppo", None), ("Courrier", "email")):
        donor = Donor.objects.create(first_name=name, email=f"{name.lower()}@example.org")
        donor.records.create(key=donor.pk, first_name=name)
        made.memberships.create(donor=donor, since=NOW)
        if channel != "":
            Consent.objects.create(donor=donor, purpose="appeal", channel=channel, source_ref="x",
                                   status="objected", occurred_at=NOW, written_at=NOW)  # fmt: skip
    return made


def written(export):
    write.work(export.pk, lambda *told: None)
    export.refresh_from_db()
    return (write.folder_of(export) / export.name).read_text(encoding="utf-8-sig")


def test_a_segment_leaves_with_whom_one_may_address_and_how(browser, segment):
    page = browser("analyst")
    shown = page.get(f"/segments/{segment.pk}/").content.decode()
    assert "Exporter les personnes" in shown
    assert "Mailchimp" in shown

    page.post("/exports/new/", {"kind": "segment", "segment": segment.pk, "once": str(uuid4())})
    text = written(Export.objects.get())

    assert "Anna" in text
    assert "Oppo" not in text
    assert next(line for line in text.splitlines() if "Courrier;" in line).endswith(
        "non;oui;oui;oui"
    )
    assert Export.objects.get().left_out == {"against": 1}
    made = page.get("/exports/").content.decode()
    assert "Personnes laissées de côté" in made
    assert "qui s’y opposent" in made


def test_a_segment_nobody_is_asked_by_leaves_whole(member, segment):
    Segment.objects.update(solicited=False)
    choice = {"lang": "en", "segment": segment.pk}
    export = ask.ask("segment", choice, once=uuid4(), by=member("analyst"), now=NOW)

    assert "Oppo" in written(export)
    assert export.left_out == {}


def test_an_audience_of_a_segment_is_of_its_people(member, segment):
    Donor.objects.create(email="ailleurs@example.org").records.create(key=99)
    choice = {"lang": "fr", "segment": str(segment.pk), "tool": "mailjet"}
    export = ask.ask("audience", choice, once=uuid4(), by=member("analyst"), now=NOW)

    text = written(export)

    assert export.name == "mailjet-fideles.csv"
    assert "anna@example.org" in text
    assert "ailleurs" not in text
    assert export.left_out == {"against": 2}


def test_a_list_leaves_out_who_may_not_be_addressed(member, segment):
    run = Run.objects.create(as_of=date(2026, 3, 1), began_at=NOW, ended_at=NOW)
    for place, donor in enumerate(Donor.objects.all()):
        Listed.objects.create(run=run, list="call", place=place, donor=donor, reason="r")
    choice = {"lang": "fr", "list": "call"}
    export = ask.ask("list", choice, once=uuid4(), by=member("analyst"), now=NOW)

    assert "Oppo" not in written(export)
    assert export.left_out == {"against": 1}


def test_regular_gifts_leave_with_who_gives_them(member, segment):
    anna = Donor.objects.get(first_name="Anna")
    Commitment.objects.create(ref="R1", donor=anna, currency="EUR", amount_minor=1_050,
                              started_on=date(2025, 1, 1), ended_on=date(2026, 1, 1),
                              end_reason="voluntary", source_ref="r")  # fmt: skip
    export = ask.ask("recurring", {"lang": "fr"}, once=uuid4(), by=member("analyst"), now=NOW)

    text = written(export)

    assert "Anna" in text
    assert "10,50" in text
    assert "à sa demande" in text


@pytest.mark.parametrize("wrong", [MemoryError("no memory"), write.TooManyRows("Trop de lignes.")])
def test_a_file_that_cannot_be_made_says_so_and_is_made_later(
    browser, member, monkeypatch, wrong
):  # fmt: skip
    export = ask.ask("everything", {"lang": "fr"}, once=uuid4(), by=member("analyst"), now=NOW)

    def broken(export):
        (write.folder_of(export) / "half.zip").write_text("x")
        raise wrong

    with monkeypatch.context() as changed:
        changed.setitem(write._MAKERS, "everything", broken)
        with pytest.raises(type(wrong)):
            write.work(export.pk, lambda *told: None)

    text = browser("analyst").get("/exports/").content.decode()
    assert "échec" in text
    assert ("Trop de lignes." if isinstance(wrong, ValueError) else "n’a pas pu") in text
    assert not list(write.folder_of(export).iterdir())
    write.work(export.pk, lambda *told: None)
    assert Export.objects.get().state == "ready"


def test_a_file_whose_work_died_shows_as_failed(browser, member):
    export = ask.ask("donors", {"lang": "en"}, once=uuid4(), by=member("analyst"), now=NOW)
    Work.objects.filter(kind="exports.write", subject_id=export.pk).update(
        state="failed", ended_at=NOW
    )

    assert "could not be made" in browser("analyst", lang="en").get("/exports/").content.decode()


def test_files_go_by_themselves_each_day(member, settings):
    export = ask.ask("everything", {"lang": "fr"}, once=uuid4(), by=member("analyst"), now=NOW)
    write.work(export.pk, lambda *told: None)
    Export.objects.update(at=NOW - write.KEPT * 2)
    assert "exports.clear" in settings.MECENE_DAILY

    import_string(settings.MECENE_WORKS["exports.clear"])(0, lambda *told: None)

    assert Export.objects.get().state == "gone"


@pytest.mark.parametrize("kind", ask.KINDS)
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_kind_is_made_on_an_installation_with_a_gift(kind, lang, member):
    donor = Donor.objects.create(first_name="Anna", email="anna@example.org")
    donor.records.create(key=1, first_name="Anna", email="anna@example.org")
    given(date(2026, 1, 5), 5_000, donor=donor)
    segment = Segment.objects.create(code="x", name="X", condition="gifts >= 1", made_at=NOW)
    choice = {"lang": lang, "since": "2026-01-01", "until": "2026-01-31", "list": "at_risk",
              "tool": "mailjet", "segment": segment.pk}  # fmt: skip
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
        {"kind": "segment"},
        {"kind": "segment", "segment": "9999999"},
        {"kind": "segment", "segment": "²"},
        {"kind": "audience", "tool": "brevo", "segment": "-1"},
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
