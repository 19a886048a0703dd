"""Letters, calls, texts and clicks: each by its own rules, all by the same outbox."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings as live
from django.urls import reverse

from mecene_web.consent.models import Consent
from mecene_web.donors.models import Task
from mecene_web.events.models import Contact, Interaction
from mecene_web.messages import claim, follow, letters, outcome, send, tokens
from mecene_web.messages.models import Click, Letters, Outgoing, Seed

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)  # a Tuesday, 11 h in Paris
AT_HOME = {"address": "12 rue de l’Église", "postcode": "75011", "city": "Paris"}
LETTER = {"fr": {"text": "{{ donor.formal }},\n\nMerci #pour $tout$ <cela>.\n\nBien à vous"}}
SCRIPT = {"fr": {"text": "Bonjour {{ donor.name }}, merci."}}


@pytest.fixture
def letter(template):
    return template(LETTER, channel="post")


def now(row):
    row.refresh_from_db()
    return row


def test_letters_are_printed_together_with_their_addresses_and_seeds(queued, donor, letter, member):
    rows = [queued(donor(**AT_HOME), version=letter) for _ in range(3)]
    queued(donor(), version=letter)  # no address
    Seed.objects.create(name="Nous", lines=["1 RUE X", "75001 PARIS"])

    batch = letters.make(media_code="H26", by=member("fundraiser"), now=NOW)

    assert (batch.count, batch.seeds) == (3, 1)
    assert letters.place(batch, letters.PDF).read_bytes().startswith(b"%PDF")
    text = letters.place(batch, letters.ADDRESSES).read_text(encoding="utf-8-sig")
    listed = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert len(listed) == 4
    assert {row["media"] for row in listed} == {"H26"}
    assert listed[0]["line_1"] == "Mme Claire Petit"
    assert [listed[0][f"line_{n}"] for n in (2, 3)] == ["12 rue de l Eglise", "75011 PARIS"]
    assert {now(row).state for row in rows} == {"handed_over"}
    assert Outgoing.objects.get(state="refused").reason == "address_missing"
    assert Contact.objects.filter(channel="post").count() == 3
    with pytest.raises(letters.NothingToPrint):
        letters.make(media_code="H26", by=member("fundraiser"), now=NOW)


def test_a_refusal_stands_where_no_letter_leaves(queued, donor, letter, member):
    row = queued(donor(), version=letter)

    with pytest.raises(letters.NothingToPrint):
        letters.make(media_code="H26", by=member("fundraiser"), now=NOW)
    assert (now(row).state, row.reason) == ("refused", "address_missing")
    assert not Letters.objects.exists()


def test_letters_given_back_close_an_address(queued, donor, letter, member):
    person, refused = donor(**AT_HOME), donor(**AT_HOME)
    row, other = queued(person, version=letter), queued(refused, version=letter)
    letters.make(media_code="H26", by=member("fundraiser"), now=NOW)
    told = [(row.key[:10].upper(), "NPAI"), (other.key[:10], "refusé"), ("zorg", ""),
            ("", "NPAI")]  # fmt: skip

    assert letters.returned(told, by=member("fundraiser"), now=NOW) == 2
    assert letters.returned(told, by=member("fundraiser"), now=NOW) == 0
    assert now(row).state == "bounced"
    assert now(person).undeliverable_on == date(2026, 3, 3)
    assert now(refused).undeliverable_on is None
    again = queued(person, version=letter)
    with pytest.raises(letters.NothingToPrint):
        letters.make(media_code="H26", by=member("fundraiser"), now=NOW)
    assert now(again).reason == "address_unusable"


def test_printed_files_go_with_time_and_with_the_person(queued, donor, letter, member):
    person = donor(**AT_HOME)
    queued(person, version=letter)
    batch = letters.make(media_code="H26", by=member("fundraiser"), now=NOW)
    place = letters.place(batch, letters.PDF)
    assert letters.clear(now=NOW + timedelta(days=29)) == 0

    letters.leave([person.pk], now=NOW)

    assert not place.exists()
    with pytest.raises(FileNotFoundError):
        letters.place(now(batch), letters.PDF)
    assert "mecene_web.messages.letters.leave" in live.MECENE_WHO_LEAVES


@pytest.mark.parametrize(
    ("told", "lines"),
    [
        ({"address": "Bât. A, 3e étage\n12, rue de l’Église", "postcode": "75 011",
          "city": "Paris"}, ["Bat A 3e etage", "12 rue de l Eglise", "75011 PARIS"]),
        ({"address": "x " * 30, "postcode": "75011", "city": "Paris"},
         ["x " * 18 + "x", "x " * 10 + "x", "75011 PARIS"]),
        ({"address": "Rue X 1", "postcode": "1000", "city": "Bruxelles", "country": "BE"},
         ["Rue X 1", "1000 BRUXELLES", "BE"]),
    ],
)  # fmt: skip
def test_an_envelope_is_what_the_posts_machines_read(donor, told, lines):
    from mecene_web.channels.letter import address

    assert address.of(donor(**told), {}).split("\n") == lines
    assert all(len(line) <= 38 for line in lines)


def test_a_call_is_a_task_with_its_script_and_no_contact_yet(queued, donor, template):
    row = queued(donor(phone="+33142685300"), version=template(SCRIPT, channel="phone"))

    send.send(clock=lambda: NOW)

    task = Task.objects.get()
    assert (task.kind, task.what) == ("call", "Bonjour Mme Claire Petit, merci.")
    assert now(row).state == "handed_over"
    assert not Contact.objects.exists()


def test_nobody_is_called_more_than_four_times_in_thirty_days(queued, donor, template, unpressed):
    unpressed.MECENE_PRESSURE = "mecene_web.messages.caps.held"
    person, version = donor(phone="+33142685300"), template(SCRIPT, channel="phone")
    for days in (1, 5, 10, 40):
        Contact.objects.create(donor=person, at=NOW - timedelta(days=days), channel="phone",
                               purpose="newsletter", source_ref=f"{days}")  # fmt: skip
    told = {"kind": "news", "version": version}
    first, second = queued(person, **told), queued(person, **told)

    send.send(clock=lambda: NOW)
    Task.objects.update(made_at=NOW)
    send.send(clock=lambda: NOW)

    assert now(first).state == "handed_over"
    assert (now(second).state, second.reason) == ("queued", "pressure")
    assert second.details["rule"] == "cap_person"
    assert second.due_at.date() == (NOW + timedelta(days=20)).date()


def test_who_refuses_calls_is_not_called(queued, donor, template):
    row = queued(donor(phone="+33142685300"), version=template(SCRIPT, channel="phone"))
    Consent.objects.create(donor=row.donor, channel="phone", status="objected", occurred_at=NOW,
                           written_at=NOW, source_ref="x")  # fmt: skip

    send.send(clock=lambda: NOW)

    assert now(row).reason == "consent"
    assert not Task.objects.exists()


@pytest.mark.parametrize(
    ("at", "told", "opens"),
    [
        # Sunday, a holiday (Easter Monday), at night: Monday to Saturday, 10 to 20 h.
        ("2026-03-01T12:00+01:00", {}, "2026-03-02T10:00+01:00"),
        ("2026-04-06T12:00+02:00", {}, "2026-04-07T10:00+02:00"),
        ("2026-03-03T20:00+01:00", {}, "2026-03-04T10:00+01:00"),
        ("2026-03-03T19:59+01:00", {}, None),
        # 11 h in Paris is 6 h in Martinique and 21 h in Nouméa.
        ("2026-03-03T11:00+01:00", {"postcode": "97200"}, "2026-03-03T15:00+01:00"),
        ("2026-03-03T11:00+01:00", {"postcode": "98800"}, "2026-03-04T00:00+01:00"),
        # The night the clocks change.
        ("2026-03-28T23:00+01:00", {}, "2026-03-30T10:00+02:00"),
    ],
)  # fmt: skip
def test_a_text_comes_at_an_hour_of_its_reader(queued, donor, template, unpressed, at, told, opens):
    unpressed.MECENE_PRESSURE = "mecene_web.messages.caps.held"
    words = {"fr": {"text": "Merci"}}
    row = queued(donor(phone="+33612345678", **told), version=template(words, channel="sms"))
    moment = datetime.fromisoformat(at)
    Outgoing.objects.update(due_at=moment)

    claim.claim("w", channels=["sms"], most=1, now=moment)
    from mecene_web.messages import check

    cleared, refused = check.check([now(row)], now=moment)

    assert [why.until for _, why in refused] == (
        [] if opens is None else [datetime.fromisoformat(opens)]
    )
    assert len(cleared) == (opens is None)


def test_a_text_is_reported_at_an_address_of_its_own(browser, queued, donor, template):
    words = {"fr": {"text": "Merci"}}
    row = queued(donor(phone="+33612345678"), version=template(words, channel="sms"))
    Outgoing.objects.update(state="unknown")
    place, client = tokens.report(row.key), browser()

    def told(body, at=place):
        return client.post(at, body, content_type="application/json").status_code

    assert told(b'{"msg_status": "delivered"}') == 204
    assert now(row).state == "delivered"
    for _ in range(2):
        assert told(b'{"msg_status": "unsubscribe"}') == 204
    assert Consent.objects.get().channel == "sms"
    assert told(b"zorg") == 400
    assert told(b"{}", place[:-4] + "zzz/") == 404
    assert told(b"x" * 30_000) == 413


FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0"


def clicked(row, post, *, watched=False):
    """Return the links of a mail that left, as its reader has them."""
    if watched:
        Consent.objects.create(donor=row.donor, purpose="open_tracking", status="granted",
                               occurred_at=NOW, written_at=NOW, source_ref="yes")  # fmt: skip
    send.send(clock=lambda: NOW)
    import html
    import re

    return [html.unescape(url) for url in re.findall(r'href="([^"]+/messages/c/[^"]+)"',
                                                     post.heard[-1].html)]  # fmt: skip


def test_a_click_is_counted_and_leads_where_it_leads_without_saying_whose(queued, post, browser):
    row = queued()
    (link,) = clicked(row, post)

    answer = browser().get(link, headers={"User-Agent": FIREFOX})

    assert (answer.status_code, answer["Location"]) == (302, "https://example.org/puits?a=1&b=2")
    click = Click.objects.get()
    assert (click.outgoing, click.group, click.machine) == (None, "test", False)
    assert row.key not in link
    follow.settle(now=click.at + timedelta(minutes=3))
    assert not Interaction.objects.exists()


def test_of_who_agreed_a_click_is_theirs(queued, post, browser):
    row = queued()
    (link,) = clicked(row, post, watched=True)

    browser().get(link, headers={"User-Agent": FIREFOX})
    click = Click.objects.get()
    follow.settle(now=click.at + timedelta(minutes=1))
    assert not Interaction.objects.exists()
    for _ in range(2):
        follow.settle(now=click.at + timedelta(minutes=3))

    found = Interaction.objects.get()
    assert (found.donor_id, found.kind) == (row.donor_id, "click")


def test_machines_that_read_mail_first_are_not_counted(queued, post, browser):
    row = queued()
    (link,) = clicked(row, post, watched=True)
    client = browser()

    client.head(link, headers={"User-Agent": FIREFOX})
    client.get(link)
    client.get(link, headers={"User-Agent": "BarracudaCentral/1.0"})
    told = tokens.read_link(link.rstrip("/").rpartition("/")[2])
    follow.follow(told, method="GET", agent=FIREFOX, now=NOW + timedelta(seconds=3))

    assert set(Click.objects.values_list("machine", flat=True)) == {True}
    assert Click.objects.count() == 4


def test_who_opens_every_link_at_once_is_a_machine(queued, post):
    row = queued()
    (link,) = clicked(row, post, watched=True)
    told = tokens.read_link(link.rstrip("/").rpartition("/")[2])
    at = NOW + timedelta(hours=1)
    import dataclasses

    for place in range(3):
        other = dataclasses.replace(told, url=f"https://example.org/{place}")
        follow.follow(other, method="GET", agent=FIREFOX, now=at + timedelta(seconds=place / 3))

    assert Click.objects.filter(machine=False).count() == 0
    follow.settle(now=at + timedelta(minutes=5))
    assert not Interaction.objects.exists()


def test_a_link_nobody_made_leads_nowhere(browser, queued, post):
    (link,) = clicked(queued(), post)
    text, _, _ = link.rstrip("/").rpartition(".")

    assert browser().get(f"{text}.AAAAAAAAAAAAAAAA/").status_code == 404
    assert not Click.objects.exists()


def test_links_are_left_alone_where_nothing_is_counted(queued, post):
    from mecene_web.messages.models import Rules

    Rules.objects.create(pk=1, count_clicks=False)
    assert clicked(queued(), post) == []
    assert 'href="https://example.org/puits?a=1&amp;b=2"' in post.heard[0].html


def test_a_late_word_undoes_nothing(queued, post):
    row = queued()
    send.send(clock=lambda: NOW)
    outcome.heard(key=row.key, event="complained", at=NOW, now=NOW)
    outcome.heard(key=row.key, event="delivered", at=NOW, now=NOW)
    outcome.heard(key=row.key, event="bounced", at=NOW, now=NOW, said="5.1.1")

    assert now(row).state == "complained"
    assert outcome.heard(key="0" * 32, event="delivered", at=NOW, now=NOW) is None


def test_letters_are_printed_fetched_and_taken_back_in_the_browser(browser, queued, donor, letter):
    client, row = browser("fundraiser"), queued(donor(**AT_HOME), version=letter)

    client.post(reverse("messages:seed"), {"name": "Nous", "lines": "1 rue X\n75001 Paris"})
    client.post(reverse("messages:seed"), {"name": "", "lines": ""})
    for _ in range(2):
        client.post(reverse("messages:print"), {"media_code": "H26"})
    batch = Letters.objects.get()
    for name in (letters.PDF, letters.ADDRESSES):
        place = reverse("messages:letters_file", args=[batch.pk, name])
        assert client.get(place).status_code == 200
        assert browser("caller").get(place).status_code == 403
    for name in ("..", "secret_key", "letters.pdf.bak"):
        assert client.get(f"/messages/letters/{batch.pk}/{name}/").status_code == 404
    client.post(reverse("messages:returned"), {"references": f"{row.key[:10]} NPAI\nzorg"})

    assert (batch.count, batch.seeds) == (1, 1)
    assert now(row).state == "bounced"
    client.post(reverse("messages:seed"), {"leave": Seed.objects.get().pk})
    assert Seed.objects.get().left_at is not None
