"""A template is written block by block, looked at, tried and published, without any code."""

import re
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.urls import reverse

from mecene_web.consent.models import Consent
from mecene_web.events.models import Interaction
from mecene_web.messages import campaigns, send, tokens
from mecene_web.messages.models import Campaign, Click, Halt, Outgoing, Rules
from mecene_web.messages.texts import Part, Template
from mecene_web.segments.models import Membership, Segment

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def begun(browser, donor):
    donor()
    client = browser("fundraiser")
    token = str(uuid4())
    form = {"name": "Merci", "channel": "email", "purpose": ["appeal"], "token": token}
    for _ in range(2):
        client.post(reverse("messages:new"), form)
    return client, Template.objects.get()


def fields(page):
    """Return what a browser would send of the form."""
    text = page.content.decode()
    form = text[text.index('id="part"') : text.index("formnovalidate hx-post", text.index("add."))]
    found = {}
    for name, value in re.findall(r'<input[^>]* name="([^"]+)"[^>]*value="([^"]*)"', form):
        found.setdefault(name, []).append(_plain(value))
    for name, value in re.findall(
        r'<textarea[^>]* name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.S
    ):
        found.setdefault(name, []).append(_plain(value))
    found.pop("csrfmiddlewaretoken", None)
    return found


def _plain(text):
    from html import unescape

    return unescape(text)


def kinds(part):
    part.refresh_from_db()
    return [block["kind"] for block in part.content["blocks"]]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_page_is_drawn_in_both_languages(browser, donor, begun, member, template, lang):
    client, made = browser("administrator", lang=lang), begun[1]
    version = template()
    campaign = Campaign.objects.create(
        name="C", code="c", template=version.template, version=version, audience="x",
        made_at=NOW, made_by=member("fundraiser"), token=uuid4(), due_at=NOW,
    )  # fmt: skip
    part = made.versions.get().parts.first()
    person = donor()
    Outgoing.objects.create(origin="o", donor=person, channel="email", key="k", due_at=NOW,
                            asked_at=NOW, state="unknown", reason="worker_gone",
                            version=version)  # fmt: skip
    Halt.objects.create(channel="email", domain="gmail.com", why="5.7.26", at=NOW)
    for name, told in (
        ("all", []), ("new", []), ("write", [made.pk]), ("reading", [part.pk]),
        ("preview", [part.pk]), ("new_campaign", []), ("campaign", [campaign.pk]),
        ("unknown", []), ("why", [person.pk]), ("rules", []), ("letters", []),
    ):  # fmt: skip
        page = client.get(reverse(f"messages:{name}", args=told))
        assert page.status_code == 200, name
        assert "None" not in page.content.decode(), name


def test_only_who_sends_comes_in(browser, begun):
    for role in ("analyst", "caller", "auditor"):
        assert browser(role).get(reverse("messages:all")).status_code == 403
        assert browser(role).get(reverse("messages:write", args=[begun[1].pk])).status_code == 403
    assert browser().get(reverse("messages:all")).status_code == 302


def test_a_new_template_is_ready_to_be_published_in_both_languages(begun):
    client, made = begun

    answer = client.post(reverse("messages:publish", args=[made.versions.get().pk]))

    assert answer.status_code == 302
    assert made.versions.get().published_at is not None
    assert {part.lang for part in Part.objects.all()} == {"fr", "en"}


def test_what_a_template_mostly_is_is_said_on_its_page_and_counted_with_what_left(begun, donor):
    from mecene.experiments import contents
    from mecene_web.channels import known
    from mecene_web.events.models import Contact
    from mecene_web.messages import outcome
    from mecene_web.messages.texts import CONTENT_TYPES

    client, made = begun
    assert set(CONTENT_TYPES) == set(contents.TYPES)

    client.post(reverse("messages:typed", args=[made.pk]), {"content_type": "video"})
    assert '<option value="video" selected>' in client.get(
        reverse("messages:write", args=[made.pk])
    ).content.decode()  # fmt: skip
    refused = client.post(reverse("messages:typed", args=[made.pk]), {"content_type": "x"},
                          follow=True)  # fmt: skip
    assert "Ce type de contenu n’existe pas" in refused.content.decode()

    for number, motive in enumerate(("", "story")):
        row = Outgoing.objects.create(
            origin=f"o{number}", donor=donor(), channel="email", key=f"k{number}", due_at=NOW,
            asked_at=NOW, version=made.versions.get(), motive=motive,
        )  # fmt: skip
        outcome.left(row, channel=known.channel("email"), at=NOW, now=NOW)
    assert list(Contact.objects.order_by("pk").values_list("variant", flat=True)) == [
        "video", "story",
    ]  # fmt: skip


def test_a_template_without_a_name_or_purpose_is_refused(browser, house):
    client = browser("fundraiser")

    for form in ({"name": " ", "channel": "email", "purpose": ["appeal"]},
                 {"name": "x", "channel": "email"}, {"name": "x", "channel": "pigeon",
                                                     "purpose": ["appeal"]}):  # fmt: skip
        assert client.post(reverse("messages:new"), form).status_code == 422
    assert not Template.objects.exists()


def test_blocks_are_arranged_by_buttons(begun):
    client, made = begun
    page = client.get(reverse("messages:write", args=[made.pk]))
    part = page.context["part"]
    place = reverse("messages:change", args=[part.pk])

    def press(do):
        told = fields(client.get(reverse("messages:write", args=[made.pk]) + f"?part={part.pk}"))
        answer = client.post(place, told | {"do": do}, headers=HTMX)
        assert answer.status_code == 200
        return answer.content.decode()

    assert kinds(part) == ["greeting", "story", "footer"]
    press("add button")
    shown = press("add ask")
    assert kinds(part) == ["greeting", "story", "button", "ask", "footer"]
    assert 'hx-swap-oob="true"' in shown
    ask = part.content["blocks"][3]["id"]
    press(f"up {ask}")
    assert kinds(part) == ["greeting", "story", "ask", "button", "footer"]
    press(f"copy {ask}")
    press(f"remove {ask}")
    assert kinds(part) == ["greeting", "story", "ask", "button", "footer"]


def test_what_is_typed_is_kept_and_what_is_wrong_is_said(begun):
    client, made = begun
    page = client.get(reverse("messages:write", args=[made.pk]))
    part, told = page.context["part"], fields(page)
    story = part.content["blocks"][1]["id"]

    said = client.post(reverse("messages:change", args=[part.pk]),
                       told | {f"{story}.title": "Bonjour {{ donor.zorg | nope }}"},
                       headers=HTMX).content.decode()  # fmt: skip

    part.refresh_from_db()
    assert part.content["blocks"][1]["title"] == "Bonjour {{ donor.zorg | nope }}"
    assert "nope" in said
    # From the page as it was before: somebody else's words are not written over.
    late = client.post(reverse("messages:change", args=[part.pk]), told, headers=HTMX)
    assert "Rechargez" in late.content.decode()


def test_mjml_that_is_wrong_names_its_line(begun):
    client, made = begun
    page = client.get(reverse("messages:write", args=[made.pk]))
    part, told = page.context["part"], fields(page)
    told |= {"block": [*told["block"], "abc:mjml"], "abc.text": "x",
             "abc.source": "<mj-section>\n<mj-zorg/>\n</mj-section>"}  # fmt: skip

    said = client.post(reverse("messages:change", args=[part.pk]), told, headers=HTMX)

    assert "ligne 2" in said.content.decode()
    assert "mj-zorg" in said.content.decode()


def test_the_preview_is_a_frame_that_can_do_nothing(begun, donor):
    client, made = begun
    part = made.versions.get().parts.get(lang="fr")
    person = donor(first_name="<script>alert(1)</script>")

    page = client.get(reverse("messages:preview", args=[part.pk]), {"donor": person.pk})

    policy = page["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "<script" not in page.content.decode()
    around = client.get(reverse("messages:write", args=[made.pk]))
    assert "frame-src 'self'" in around["Content-Security-Policy"]
    assert '<iframe id="preview" class="mc-frame phone" sandbox' in around.content.decode()


def test_a_preview_says_what_is_missing_of_a_donor(begun, donor):
    client, made = begun
    part = made.versions.get().parts.get(lang="fr")
    part.content["blocks"][1]["text"] = "Chère {{ donor.first_name }}"
    part.save()
    nameless = donor(first_name=None)

    page = client.get(reverse("messages:reading", args=[part.pk]), {"donor": nameless.pk})

    assert "donor.first_name" in page.content.decode()
    for asked in ("", "zorg", "99999999"):
        assert client.get(reverse("messages:preview", args=[part.pk]),
                          {"donor": asked}).status_code == 200  # fmt: skip


def test_a_trial_goes_to_who_writes_it(begun, donor, post, member):
    client, made = begun
    part, person = made.versions.get().parts.get(lang="fr"), donor(last_name="Zélie")
    form = {"donor": person.pk, "token": str(uuid4())}

    for _ in range(2):
        client.post(reverse("messages:try", args=[part.pk]), form)
    send.send()

    assert [parcel.address for parcel in post.heard] == [member("fundraiser").email]
    assert "Chère Madame Zélie" in post.heard[0].html
    assert Outgoing.objects.get().state == "handed_over"


def test_an_unknown_message_waits_for_a_colleague(begun, queued, browser):
    row = queued()
    Outgoing.objects.update(state="unknown", reason="worker_gone")
    client = browser("fundraiser")

    assert row.donor.last_name in client.get(reverse("messages:unknown")).content.decode()
    for _ in range(2):
        client.post(reverse("messages:unknown"), {"message": row.pk, "decision": "give_up"})

    row.refresh_from_db()
    assert (row.state, row.reason) == ("cancelled", "decided_give_up")


def test_why_is_told_of_every_message_of_a_donor(browser, queued, post):
    row = queued()
    Consent.objects.create(donor=row.donor, purpose="appeal", channel="email", status="objected",
                           occurred_at=NOW, written_at=NOW, source_ref="x")  # fmt: skip
    send.send(clock=lambda: NOW)

    shown = browser("analyst").get(reverse("messages:why", args=[row.donor_id])).content.decode()

    assert "Non envoyé" in shown
    assert "elle s’y est opposée" in shown


@pytest.fixture
def segment(donor):
    made = Segment.objects.create(code="s", name="Fidèles", condition="true", made_at=NOW)
    for _ in range(3):
        Membership.objects.create(segment=made, donor=donor(), since=NOW)
    return made


def prepared(client, version, segment, **more):
    form = {"name": "Mars", "template": version.template.pk, "audience": f"segment:{segment.pk}",
            "token": str(uuid4())} | more  # fmt: skip
    answer = client.post(reverse("messages:new_campaign"), form)
    return answer, Campaign.objects.first()


def test_a_campaign_is_prepared_approved_by_another_and_sent_once(browser, template, segment, post):
    Rules.objects.create(pk=1, two_people=True)
    client, version = browser("fundraiser"), template()
    _, campaign = prepared(client, version, segment)

    agree = reverse("messages:agree", args=[campaign.pk])
    client.post(agree)
    campaign.refresh_from_db()
    assert campaign.state == "waiting"
    browser("administrator").post(agree)
    from django.utils import timezone

    for _ in range(3):
        campaigns.follow(now=timezone.now())
        send.send()
    campaigns.follow(now=timezone.now())

    campaign.refresh_from_db()
    assert campaign.state == "done"
    assert len(post.heard) == 3
    told = campaigns.figures(campaign)
    assert (told["all"], told["left"]) == (3, 3)
    shown = client.get(reverse("messages:campaign", args=[campaign.pk])).content.decode()
    assert "Remis" in shown


def test_what_cannot_be_read_prepares_nothing(browser, template, segment):
    client, version = browser("fundraiser"), template()

    for more in ({"due_at": "demain"}, {"budget": "beaucoup"}, {"audience": "segment:999"},
                 {"template": "zorg"}, {"cost": "-1"}):  # fmt: skip
        answer, _ = prepared(client, version, segment, **more)
        assert answer.status_code == 422, more
    assert not Campaign.objects.exists()


def test_a_stopped_campaign_sends_nothing_more(browser, template, segment, post):
    client, version = browser("fundraiser"), template()
    _, campaign = prepared(client, version, segment)
    client.post(reverse("messages:agree", args=[campaign.pk]))
    from django.utils import timezone

    campaigns.follow(now=timezone.now())
    client.post(reverse("messages:stop", args=[campaign.pk]))
    send.send()

    assert post.heard == []
    assert set(Outgoing.objects.values_list("state", "reason")) == {
        ("cancelled", "campaign_stopped")
    }


def test_to_open_the_way_out_changes_nothing_and_a_post_leaves(browser, queued):
    row, client = queued(), browser()
    place = tokens.way_out(row.key)

    for _ in range(3):
        assert client.get(place).status_code == 200
        assert client.head(place).status_code == 200
    assert not Consent.objects.exists()
    for _ in range(2):
        answer = client.post(place, "List-Unsubscribe=One-Click",
                             content_type="application/x-www-form-urlencoded")  # fmt: skip
        assert answer.status_code == 200  # RFC 8058, 3.1: no redirection
    said = Consent.objects.get()
    assert (said.donor_id, said.purpose, said.channel, said.status, said.source) == (
        row.donor_id, "appeal", "email", "objected", "one_click",
    )  # fmt: skip
    assert Interaction.objects.get().kind == "unsubscribe"


def test_the_way_out_asks_for_no_cookie_and_no_form_token(queued):
    from django.test import Client

    row = queued()
    strict = Client(enforce_csrf_checks=True)

    answer = strict.post(tokens.way_out(row.key), "List-Unsubscribe=One-Click",
                         content_type="application/x-www-form-urlencoded")  # fmt: skip
    assert answer.status_code == 200
    assert Consent.objects.count() == 1


def test_a_way_out_nobody_gave_leads_nowhere(browser, queued):
    queued()
    place = tokens.way_out("0" * 32)

    assert browser().get(place[:-5] + "zzzz/").status_code == 404
    assert browser().post(place).status_code == 404


def test_who_left_gets_nothing_more_and_still_their_receipt(browser, queued, template, post):
    row = queued()
    browser().post(tokens.way_out(row.key))
    receipt = queued(row.donor, version=template(purposes=["transactional"]))

    for _ in range(2):
        send.send()

    row.refresh_from_db()
    receipt.refresh_from_db()
    assert (row.state, receipt.state) == ("refused", "handed_over")
    assert Click.objects.count() == 0
