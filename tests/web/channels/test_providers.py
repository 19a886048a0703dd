"""Every mail provider that anymail speaks to is named by one address, and told our own key."""

import contextlib
import json

import pytest
import requests
from django.core.mail import get_connection

from mecene_web import environment
from mecene_web.channels.email import send
from mecene_web.channels.parcel import Halted, Later, Parcel, Refused, Unsure

pytestmark = pytest.mark.once
PARCEL = Parcel(key="k" * 32, address="claire@example.org", subject="Merci", text="Merci",
                html="<p>Merci</p>", headers={"List-Unsubscribe": "<https://m.org/u>"})  # fmt: skip
URLS = [
    "brevo://KEY@", "mailersend://KEY@", "mailgun://KEY@mg.example.org", "mailjet://KEY:SECRET@",
    "mailtrap://KEY@", "mandrill://KEY@", "postal://KEY@postal.example.org", "postmark://KEY@",
    "resend://KEY@", "scaleway://KEY:PROJECT@", "sendgrid://KEY@", "sparkpost://KEY@",
    "unisender-go://KEY@go1.example.org",
]  # fmt: skip


@pytest.fixture
def provider(monkeypatch, settings):
    def named(url):
        monkeypatch.setenv("MECENE_MAIL", url)
        for name, value in environment.mail().items():
            setattr(settings, name, value)

    return named


@pytest.mark.parametrize("url", URLS)
def test_each_provider_can_be_opened(provider, url):
    provider(url)

    assert get_connection().esp_name


def test_all_that_anymail_has_are_there():
    from pathlib import Path

    import anymail.backends

    files = {path.stem for path in Path(anymail.backends.__file__).parent.glob("*.py")}
    files -= {"__init__", "base", "base_requests", "console", "test", "sendinblue"}
    assert {url.partition(":")[0].replace("-", "_") for url in URLS} | {"amazon_ses"} == files


@pytest.mark.parametrize("url", ["brevo://", "mailgun://KEY@", "zorg://KEY@", "mailjet://KEY@"])
def test_an_address_that_lacks_something_says_what(monkeypatch, url):
    monkeypatch.setenv("MECENE_MAIL", url)

    with pytest.raises(environment.UnusableMail):
        environment.mail()


class Answers:
    """The other side of ``requests``: what was asked, and what is answered."""

    def __init__(self, status=201, body=None, raised=None):
        self.status, self.raised, self.asked = status, raised, []
        self.body = {"messageId": "<202603@smtp-relay.mailin.fr>"} if body is None else body

    def request(self, method, url, **told):
        self.asked.append((method, url, told))
        if self.raised:
            raise self.raised
        answer = requests.Response()
        answer.status_code = self.status
        answer._content = json.dumps(self.body).encode() if self.body != "" else b"<html>"
        answer.headers["content-type"] = "application/json"
        return answer


def carried(monkeypatch, answers):
    monkeypatch.setattr(requests.Session, "request", lambda _self, **told: answers.request(
        told.pop("method"), told.pop("url"), **told))  # fmt: skip
    with send.opened() as line:
        return line(PARCEL)


def test_brevo_is_told_our_key_and_the_way_out_and_watches_nobody(provider, monkeypatch):
    """https://developers.brevo.com/reference/sendtransacemail"""
    provider("brevo://KEY@")
    answers = Answers()

    sent = carried(monkeypatch, answers)

    (_, url, told), = answers.asked  # fmt: skip
    said = json.loads(told["data"])
    assert url == "https://api.brevo.com/v3/smtp/email"
    assert json.loads(said["headers"]["X-Mailin-custom"]) == {"mecene": PARCEL.key}
    assert said["headers"]["List-Unsubscribe"] == "<https://m.org/u>"
    assert (sent.provider, sent.ref) == ("brevo", "<202603@smtp-relay.mailin.fr>")


def test_postmark_is_told_our_key_and_watches_nobody(provider, monkeypatch):
    """https://postmarkapp.com/developer/api/email-api"""
    provider("postmark://KEY@")
    answers = Answers(200, {"ErrorCode": 0, "Message": "OK", "MessageID": "b7bc2f4a",
                            "To": "claire@example.org", "SubmittedAt": "2026"})  # fmt: skip

    carried(monkeypatch, answers)

    said = json.loads(answers.asked[0][2]["data"])
    assert said["Metadata"] == {"mecene": PARCEL.key}
    assert said["TrackOpens"] is False
    assert said["TrackLinks"] == "None"


@pytest.mark.parametrize(
    ("url", "answers", "where"),
    [("postal://KEY@postal.example.org", {"status": "success", "data": {
        "messages": {PARCEL.address: {"id": 1, "token": "a"}}}}, "tag"),
     ("mailersend://KEY@", {}, "tags")],
)  # fmt: skip
def test_who_keeps_no_metadata_is_told_our_key_as_a_tag(provider, monkeypatch, url, answers, where):
    """https://docs.postalserver.io/developer/api, https://developers.mailersend.com/api/v1/email"""
    provider(url)
    asked = Answers(202, answers)
    with contextlib.suppress(Unsure, Refused):  # what they answer is another matter
        carried(monkeypatch, asked)

    told = json.loads(asked.asked[0][2]["data"])
    assert told[where] in (PARCEL.key, [PARCEL.key])


@pytest.mark.parametrize(
    ("answers", "raised"),
    [
        (Answers(400, {"code": "invalid_parameter", "message": "x"}), Refused),
        (Answers(401, {"message": "unauthorised"}), Halted),
        (Answers(402, {}), Halted),
        (Answers(429, {}), Later),
        (Answers(500, {}), Unsure),
        (Answers(503, {}), Unsure),
        (Answers(201, ""), Unsure),
        (Answers(raised=requests.exceptions.ConnectTimeout("no answer")), Later),
        (Answers(raised=requests.exceptions.ReadTimeout("no answer")), Unsure),
        (Answers(raised=requests.exceptions.ConnectionError("reset by peer")), Unsure),
    ],
)
def test_each_answer_is_told_apart(provider, monkeypatch, answers, raised):
    provider("brevo://KEY@")

    with pytest.raises(raised):
        carried(monkeypatch, answers)
