"""The donor's page shows all that is known, in few questions, and takes what colleagues add."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mecene_web.api import people
from mecene_web.consent.models import Consent
from mecene_web.donors import enter, merge
from mecene_web.donors.models import Attribute, ContactPerson, Donor, Following, Note, Task
from mecene_web.events.models import Contact, Interaction
from mecene_web.giving.models import Commitment, CommitmentChange, Gift
from mecene_web.overview import timeline
from mecene_web.scores.models import Run, Standing, Why

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
QUESTIONS_AT_MOST = 34


@pytest.fixture
def alice(member) -> Donor:
    """A donor of whom something of every kind is known."""
    by = member("fundraiser")
    donor = enter.new(
        {"first_name": "Alice", "last_name": "Martin", "email": "alice@exemple.fr",
         "phone": "06 12 34 56 78", "postcode": "75011", "city": "Paris"}, by=by, now=NOW,
    )  # fmt: skip
    for nth in range(3):
        Gift.objects.create(donor=donor, given_on=date(2023 + nth, 5, 1), amount_minor=5_000 + nth,
                            currency="EUR", kind="one_off", source_ref=f"g{nth}")  # fmt: skip
    Contact.objects.create(donor=donor, at=NOW, channel="post", purpose="appeal", source_ref="c")
    Interaction.objects.create(donor=donor, at=NOW, kind="yodel", channel="carrier_pigeon",
                               text="<b>coucou</b>", source_ref="i")  # fmt: skip
    Consent.objects.create(donor=donor, purpose="newsletter", channel="email", status="granted",
                           occurred_at=NOW, written_at=NOW, source_ref="k")  # fmt: skip
    made = Commitment.objects.create(donor=donor, ref="RUM/1 2", currency="EUR", source_ref="r",
                                     amount_minor=1_000, started_on=date(2025, 1, 1))  # fmt: skip
    CommitmentChange.objects.create(commitment=made, effective_on=date(2025, 6, 1), kind="amount",
                                    amount_minor=1_500, source_ref="x")  # fmt: skip
    Attribute.objects.create(donor=donor, name="cause", value="La mer", collected_on=NOW.date(),
                             source_ref="a")  # fmt: skip
    Note.objects.create(donor=donor, by=by, at=NOW, text="Aime la <i>mer</i>")
    run = Run.objects.create(as_of=date(2026, 3, 1), began_at=NOW, ended_at=NOW)
    standing = Standing.objects.create(
        donor=donor, run=run, segment="at_risk", reason="beyond_rhythm", sentence_fr="À risque.",
        sentence_en="At risk.", p_gives_12m=0.42, score_confidence="medium", currency="EUR",
        expected_value_12m_minor=6_000.0, tags=["member"],
    )  # fmt: skip
    Why.objects.create(standing=standing, reasons_fr=["À la baisse : rien."],
                       reasons_en=["Down: nothing."], alarm_level="alarm",
                       alarm_fr="Silence inhabituel.", alarm_en="Unusual silence.")  # fmt: skip
    return donor


@pytest.mark.parametrize(("lang", "words"), [
    ("fr", ("À risque.", "confiance moyenne", "Silence inhabituel.", "À la baisse : rien.",
            "s’est passé", "yodel", "06 12 34 56 78")),
    ("en", ("At risk.", "medium confidence", "Unusual silence.", "Down: nothing.",
            "All that happened", "yodel")),
])  # fmt: skip
def test_all_that_is_known_is_there(alice, browser, lang, words):
    client = browser("fundraiser", lang=lang)

    page = client.get(f"/donors/{alice.pk}/").content.decode()
    printed = client.get(f"/donors/{alice.pk}/known/").content.decode()

    for text in words[:4]:
        assert text in page, text
    for text in ("La mer", "&lt;b&gt;coucou", "&lt;i&gt;mer", "42"):
        assert text in page, text
    assert "<b>coucou" not in page
    # what they read has their notes, what was worked out, and no colleague's name
    assert "&lt;i&gt;mer" in printed
    assert words[0] in printed
    assert "fundraiser@example.org" not in printed.split("mc-letter")[1]


def test_the_page_asks_few_questions_whatever_happened(alice, browser):
    client = browser("fundraiser")
    client.get(f"/donors/{alice.pk}/")
    with CaptureQueriesContext(
        connection,
    ) as before:
        client.get(f"/donors/{alice.pk}/")
    Interaction.objects.bulk_create(
        Interaction(donor=alice, at=NOW - timedelta(minutes=nth), kind="click", source_ref=str(nth))
        for nth in range(500)
    )
    with CaptureQueriesContext(connection) as after:
        client.get(f"/donors/{alice.pk}/")

    assert len(after) <= len(before)
    assert len(before) <= QUESTIONS_AT_MOST, [q["sql"][:90] for q in before.captured_queries]


def test_the_timeline_goes_page_by_page_over_everything_once(alice):
    for nth in range(60):
        Interaction.objects.create(donor=alice, at=NOW, kind="click", source_ref=str(nth))
        Contact.objects.create(donor=alice, at=NOW, channel="email", source_ref=str(nth))
        Gift.objects.create(donor=alice, given_on=date(2024, 1, 1), amount_minor=100 + nth,
                            currency="EUR", kind="one_off", source_ref=f"t{nth}")  # fmt: skip
    seen, after = [], ""
    while True:
        found = timeline.page(alice.pk, after=after)
        seen += [(one.sort, one.row.pk) for one in found.lines]
        if not (after := found.following):
            break

    assert len(seen) == len(set(seen))
    sorts = [sort for sort, _ in seen]
    assert sorts.count("interaction") == 61
    assert sorts.count("contact") == 61
    assert sorts.count("gift") == 63
    assert {"consent", "note", "attribute", "started", "change", "edit"} <= set(sorts)


@pytest.mark.parametrize("after", ["~~", "x", "2026-01-01~0~1", "2026-01-01T00:00:00+00:00~a~b",
                                   "0001-01-01T00:00:00+00:00~0~99999999999999999999"])  # fmt: skip
def test_a_place_in_the_timeline_that_is_none_of_ours_is_its_beginning(alice, browser, after):
    client = browser("fundraiser")
    answer = client.get(f"/donors/{alice.pk}/timeline/", {"after": after, "show": "<x>"})

    assert answer.status_code == 200


def test_a_colleague_adds_what_they_know(alice, browser, member):
    client = browser("fundraiser")
    own = f"/donors/{alice.pk}/"
    for _ in range(2):
        client.post(own + "note/", {"text": "A appelé."})
        client.post(own + "task/", {"what": "Remercier", "owner": member("fundraiser").pk,
                                    "due_on": "05/03/2026"})  # fmt: skip
        client.post(own + "follow/", {"owner": member("fundraiser").pk, "next_step": "Visite",
                                      "next_on": "10/03/2026", "legacy": "asked"})  # fmt: skip
        client.post(own + "person/", {"name": "Zoé", "role": "Directrice", "phone": "0145678901"})
        client.post(own + "told/", {"name": "wished_frequency", "value": "4", "party": "zero",
                                    "given_in_exchange": "pas plus souvent"})  # fmt: skip

    # sent twice, each counts once
    assert Note.objects.filter(text="A appelé.").count() == 1
    task = Task.objects.get(what="Remercier")
    assert task.due_on == date(2026, 3, 5)
    assert Following.objects.get().legacy == "asked"
    assert ContactPerson.objects.get().phone == "+33145678901"
    assert Attribute.objects.get(name="wished_frequency").party == "zero"

    client.post(own + f"task/{task.pk}/")
    client.post(own + "person/", {"gone": ContactPerson.objects.get().pk})
    page = client.get(own).content.decode()
    assert Task.objects.get(what="Remercier").outcome == "done"
    assert "Directrice" not in page
    assert "Visite" in page


@pytest.mark.parametrize(("where", "said"), [
    ("note", {"text": ""}), ("note", {"text": "x" * 5_001}), ("task", {"what": ""}),
    ("task", {"what": "x", "due_on": "hier"}), ("task", {"what": "x", "kind": "dance"}),
    ("follow", {"owner": "9" * 30}), ("follow", {"legacy": "sure"}), ("person", {"name": ""}),
    ("person", {"name": "Zoé", "phone": "un"}), ("told", {"name": "x"}),
    ("told", {"name": "x", "value": "y", "party": "third"}),
    ("told", {"name": "x", "value": "y", "collected_on": "01/01/2999"}),
])  # fmt: skip
def test_what_cannot_be_used_is_refused_and_nothing_is_written(alice, browser, where, said):
    counted = [model.objects.count() for model in (Note, Task, Following, ContactPerson, Attribute)]

    answer = browser("fundraiser").post(f"/donors/{alice.pk}/{where}/", said, follow=True)

    assert "Rien n’est noté" in answer.content.decode()
    now = [model.objects.count() for model in (Note, Task, Following, ContactPerson, Attribute)]
    assert now == counted


def test_who_was_merged_is_found_where_they_are_now(alice, browser, member):
    other = enter.new({"last_name": "Durand"}, by=member("fundraiser"), now=NOW)
    merge.merge(alice.pk, other.pk, by=member("fundraiser"), now=NOW)
    client = browser("fundraiser")

    answer = client.get(f"/donors/{other.pk}/", follow=True)

    assert answer.redirect_chain[-1][0] == f"/donors/{alice.pk}/"
    client.post(f"/donors/{other.pk}/note/", {"text": "Une page un peu vieille."})
    assert Note.objects.get(text="Une page un peu vieille.").donor == alice


def test_a_number_that_nobody_has_is_not_found(browser, db):
    client = browser("fundraiser")
    for number in (999999, "9" * 30):
        for path in ("", "timeline/", "known/"):
            assert client.get(f"/donors/{number}/{path}").status_code == 404
        assert client.post(f"/donors/{number}/note/", {"text": "x"}).status_code == 404
        assert client.post(f"/calls/{number}/", {"outcome": "reached"}).status_code in (302, 403)
        assert client.get(f"/giving/cheques/{number}/").status_code == 404
        assert client.get(f"/giving/gifts/{number}/correct/").status_code == 404
        client.post(f"/donors/merges/{number}/undo/")
        client.post(f"/donors/duplicates/{number}/")


@pytest.mark.parametrize("role", ["caller", "auditor", None])
def test_others_see_nothing_of_a_donor(alice, browser, role):
    client = browser(role)
    for path in ("", "timeline/", "known/"):
        answer = client.get(f"/donors/{alice.pk}/{path}")
        assert answer.status_code == (403 if role else 302)
        assert b"Alice" not in answer.content


def test_an_analyst_sees_and_changes_nothing(alice, browser):
    client = browser("analyst")
    assert client.get(f"/donors/{alice.pk}/").status_code == 200
    for path in ("note", "task", "follow", "person", "told"):
        assert client.post(f"/donors/{alice.pk}/{path}/", {"text": "x"}).status_code == 403


def test_consent_is_shown_by_its_own_panel_to_who_handles_rights(alice, browser):
    client = browser("fundraiser")
    page = client.get(f"/donors/{alice.pk}/").content.decode()
    address = re.search(r'hx-get="(/rights/donor/[^"]+)"', page)[1]

    panel = client.get(address, headers={"HX-Request": "true"}).content.decode()

    assert "<html" not in panel
    assert "Lettre d’information" in panel
    assert f"/rights/donor/{alice.pk}/record/" in panel


def test_who_does_not_handle_rights_reads_what_was_said(alice, browser):
    page = browser("analyst").get(f"/donors/{alice.pk}/").content.decode()

    assert "/rights/donor/" not in page
    assert "lettre d’information" in page


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_what_a_program_decided_is_shown_without_a_colleague(alice, browser, lang):
    people.change(alice.pk, {"city": "Lyon"}, source="api:crm", now=NOW)

    client = browser("fundraiser", lang=lang)
    page = client.get(f"/donors/{alice.pk}/").content.decode()

    assert "Lyon" in page
    assert "None" not in re.sub(r"<script.*?</script>", "", page, flags=re.S)
