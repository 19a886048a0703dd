"""The log is read as sentences, searched, taken away as a file; the association is changed."""

import csv
import io
from datetime import UTC, datetime
from typing import ClassVar

import pytest

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def write(verb="change", subject="donor", subject_id=7, **told):
    from mecene_web.audit.write import write as written

    return written(verb, subject, subject_id, **({"by": None, "now": NOW} | told))


@pytest.mark.parametrize(
    ("lang", "sentence"), [("fr", "a réuni le donateur nº 7"), ("en", "merged donor no. 7")]
)
def test_an_entry_is_a_sentence_with_before_and_after(browser, lang, sentence):
    write("merge", donor_id=7, before={"city": "Nantes"}, after={"city": "Angers"})
    page = browser("auditor", lang=lang).get("/accounts/trace/").content.decode()

    assert sentence in page
    assert "Nantes" in page
    assert "Angers" in page


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("fr", ["Montant", "1\u202f234,50\u00a0€", "Date du don", "3 mars 2026", "Statut", "reçu"]),
        ("en", ["Amount", "€1,234.50", "Day of the gift", "3 March 2026", "Status", "received"]),
    ],
)
def test_what_changed_is_in_the_reader_s_words(browser, lang, said):
    after = {"amount_minor": 123_450, "given_on": "2026-03-03", "status": "received"}
    write("enter", "gift", donor_id=7, after=after)
    page = browser("auditor", lang=lang).get("/accounts/trace/").content.decode()

    assert [word for word in said if word not in page] == []


def test_what_was_written_of_somebody_erased_is_said_to_be_lost(browser):
    from mecene_web.audit import keys

    write("merge", donor_id=7, after={"city": "Angers"})
    keys.destroy(7)
    page = browser("auditor").get("/accounts/trace/").content.decode()

    assert "a été effacée" in page
    assert "Angers" not in page


def test_what_nobody_gave_a_word_to_is_shown_as_it_is(browser):
    write("tickle", "unknown_thing", "<script>")
    page = browser("auditor").get("/accounts/trace/").content.decode()

    assert "tickle unknown thing &lt;script&gt;" in page


def test_it_is_searched_and_paged(browser):
    for number in range(60):
        write(subject_id=number)
    write("export", "segment", 3)
    client = browser("auditor")

    assert "Page 1 sur 2" in client.get("/accounts/trace/").content.decode()
    assert "Page 2 sur 2" in client.get("/accounts/trace/?page=2").content.decode()
    found = client.get("/accounts/trace/?verb=export").content.decode()
    assert "le segment nº 3" in found
    assert "le donateur" not in found
    for wrong in ("since=x", "page=x", "by=x", "page=-4", "verb=" + "x" * 400):
        assert client.get(f"/accounts/trace/?{wrong}").status_code == 200


def test_the_days_asked_for_are_both_included(browser):
    write("merge")
    client = browser("auditor")

    seen = client.get("/accounts/trace/?since=2026-03-01&until=2026-03-01").content.decode()
    assert "a réuni" in seen
    assert "a réuni" not in client.get("/accounts/trace/?since=2026-03-02").content.decode()


def test_the_file_has_every_line_harms_no_spreadsheet_and_is_in_the_log(browser):
    from mecene_web.audit import read

    write("merge", subject_id="=1+1", after={"x": 1})
    answer = browser("auditor").get("/accounts/trace.csv")
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))

    assert rows[-1]["subject_id"] == "'=1+1"
    assert rows[-1]["after"] == '{"x": 1}'
    assert read.entries(verb="export", subject="trace").exists()


def test_the_whole_log_is_checked_when_asked(browser):
    write()
    page = browser("auditor").post("/accounts/trace/check/", follow=True).content.decode()

    assert "Le journal est entier" in page


class TestTheAssociation:
    told: ClassVar = {
        "name": "Les Amis de la Loire", "country": "fr", "language": "fr", "currency": "EUR",
        "fiscal_year_starts_in_month": "9", "site": "https://loire.example.org",
        "privacy_contact": "dpo@example.org", "sensitive": "on",
    }  # fmt: skip

    def test_is_written_down_and_what_changed_is_in_the_log(self, browser):
        from mecene_web.audit import read
        from mecene_web.organisation.models import Organisation

        client = browser("administrator")
        for _ in range(2):  # sent twice, changed once
            assert client.post("/accounts/association/", self.told).status_code == 302

        own = Organisation.objects.get()
        assert (own.name, own.country, own.sensitive) == ("Les Amis de la Loire", "FR", True)
        assert own.fiscal_year_starts_in_month == 9
        assert read.details(read.entries(subject="association").get()).before["sensitive"] is False

    @pytest.mark.parametrize(
        "wrong",
        [
            {"name": ""}, {"name": "x" * 900}, {"country": "12"}, {"country": "FRA"},
            {"currency": "ZZZ"}, {"fiscal_year_starts_in_month": "13"}, {"site": "javascript:x"},
            {"privacy_contact": "nobody"},
        ],
    )  # fmt: skip
    def test_is_not_changed_by_what_cannot_be(self, browser, wrong):
        from mecene_web.organisation.models import Organisation

        answer = browser("administrator").post("/accounts/association/", self.told | wrong)

        assert "mc-error" in answer.content.decode()
        assert not Organisation.objects.exclude(name="").exists()
