"""A call to an address that somebody named never leads inside, and is signed."""

import base64
import hashlib
import hmac
import http.server
import json
import threading

import pytest

from mecene_web.channels import outside
from mecene_web.channels.parcel import Halted, Later, NoAddress, Parcel, Refused, Unsure
from mecene_web.channels.sms import address as number
from mecene_web.channels.sms import returns as reports
from mecene_web.channels.sms import send as sms
from mecene_web.channels.webhook import send as webhook

pytestmark = pytest.mark.once


class Far:
    """A real HTTP server on the loopback."""

    def __init__(self):
        self.asked, self.status, self.body, self.headers = [], 200, b"{}", {}
        far = self

        class Answer(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                far.asked.append((self.path, dict(self.headers), body))
                if far.status == 0:
                    self.connection.close()
                    return
                self.send_response(far.status)
                for name, value in far.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(far.body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?a=1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def far(settings):
    made = Far()
    settings.MECENE_HOSTS_INSIDE = {"127.0.0.1"}
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/", "https://[::1]/", "https://10.0.0.8/", "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data/", "https://0.0.0.0/", "https://localhost/",
        "https://[::ffff:127.0.0.1]/", "https://[fe80::1]/", "https://100.64.0.1/",
        "https://224.0.0.1/", "http://example.org/", "ftp://example.org/", "file:///etc/passwd",
        "https://user:secret@example.org/", "https://", "https://example.org:99999/", "https://[zorg/",
        "https://2130706433/", "https://0x7f.1/", "https://127.0.0.1.:443/",
    ],
)  # fmt: skip
def test_no_address_leads_inside(url):
    with pytest.raises((outside.Forbidden, outside.Unreached)):
        outside.post(url, body=b"x", headers={})
    assert not outside.allowed(url)


def test_the_line_goes_to_the_address_that_was_looked_at(monkeypatch, far, settings):
    """A name that answers the world's first and ours afterwards (DNS rebinding)."""
    settings.MECENE_HOSTS_INSIDE = set()
    answers = iter(["93.184.216.34", "127.0.0.1"])
    looked, opened = [], []

    def look(host, port, **_told):
        looked.append(host)
        return [(2, 1, 6, "", (next(answers), port))]

    def create(place, **_told):
        opened.append(place)
        raise OSError("no world here")

    monkeypatch.setattr(outside.socket, "getaddrinfo", look)
    monkeypatch.setattr(outside.socket, "create_connection", create)

    with pytest.raises(outside.Unreached):
        outside.post("https://example.org/", body=b"x", headers={})
    assert looked == ["example.org"]
    assert opened == [("93.184.216.34", 443)]


def test_a_redirection_is_an_answer_and_not_followed(far):
    far.status, far.headers = 302, {"Location": "http://169.254.169.254/"}

    assert outside.post(far.url, body=b"x", headers={}).status == 302
    assert len(far.asked) == 1


def test_an_answer_is_cut(far):
    far.body = b"x" * 200_000

    assert len(outside.post(far.url, body=b"x", headers={}).body) == outside.LARGEST_ANSWER


def test_silence_after_it_was_sent_is_broken(far):
    far.status = 0

    with pytest.raises(outside.Broken):
        outside.post(far.url, body=b"x", headers={})


def test_a_webhook_is_signed_as_standard_webhooks_has_it(far):
    told = Parcel(key="k1", address=far.url, text="", values={"donor_id": 7, "url": far.url})

    with webhook.opened() as line:
        line(told)

    path, headers, body = far.asked[0]
    assert path == "/hook?a=1"
    assert json.loads(body) == {"type": "donor", "data": {"donor_id": 7}}
    plain = f"k1.{headers['webhook-timestamp']}.".encode() + body
    right = base64.b64encode(hmac.new(webhook.secret(), plain, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{right}"
    assert headers["webhook-id"] == "k1"


@pytest.mark.parametrize(
    ("status", "raised"), [(400, Refused), (410, Refused), (302, Refused), (429, Later),
                           (500, Later), (0, Unsure)]
)  # fmt: skip
def test_each_answer_to_a_webhook_is_told_apart(far, status, raised):
    far.status = status

    with webhook.opened() as line, pytest.raises(raised):
        line(Parcel(key="k", address=far.url, text=""))


def test_a_webhook_that_leads_inside_is_refused():
    with webhook.opened() as line, pytest.raises(Refused):
        line(Parcel(key="k", address="https://169.254.169.254/", text=""))


SMS = Parcel(
    key="k" * 32, address="+33612345678", text="Merci à vous", report_url="https://m.org/r"
)


def test_brevo_is_called_as_documented(far, settings):
    """https://developers.brevo.com/reference/sendtransacsms"""
    settings.MECENE_SMS = {"provider": "brevo", "key": "K", "sender": "PUITS", "url": far.url}
    far.status, far.body = (
        201,
        b'{"reference": "ab1c", "messageId": 1511882900176220, "smsCount": 1}',
    )

    with sms.opened() as line:
        sent = line(SMS)

    _, headers, body = far.asked[0]
    said = json.loads(body)
    assert headers["api-key"] == "K"
    assert (said["sender"], said["recipient"], said["type"]) == (
        "PUITS",
        "33612345678",
        "marketing",
    )
    assert said["content"] == "Merci à vous STOP au [STOP CODE]"
    assert (said["tag"], said["webUrl"]) == (SMS.key, "https://m.org/r")
    assert said["unicodeEnabled"] is False
    assert (sent.provider, sent.ref) == ("brevo", "1511882900176220")


def test_a_service_text_has_no_stop_and_any_other_has(far, settings):
    import dataclasses

    settings.MECENE_SMS = {"provider": "generic", "key": "K", "sender": "PUITS", "url": far.url,
                           "stop": "36180"}  # fmt: skip
    with sms.opened() as line:
        line(SMS)
        line(dataclasses.replace(SMS, purpose="transactional", text="Reçu 🎉"))

    first, second = (json.loads(asked[2]) for asked in far.asked)
    assert first["text"] == "Merci à vous STOP 36180"
    assert second["text"] == "Reçu 🎉"
    assert far.asked[0][1]["Authorization"] == "Bearer K"


@pytest.mark.parametrize(
    ("status", "raised"), [(400, Refused), (401, Halted), (402, Halted), (429, Later),
                           (500, Unsure), (0, Unsure)]
)  # fmt: skip
def test_each_answer_to_a_text_is_told_apart(far, settings, status, raised):
    settings.MECENE_SMS = {"provider": "brevo", "key": "K", "sender": "P", "url": far.url}
    far.status = status

    with sms.opened() as line, pytest.raises(raised):
        line(SMS)


def test_without_a_provider_no_text_leaves(settings):
    settings.MECENE_SMS = {}

    with sms.opened() as line, pytest.raises(Halted):
        line(SMS)


@pytest.mark.parametrize(
    ("phone", "country", "right"),
    [("06 12 34 56 78", "FR", "+33612345678"), ("+32470123456", "BE", "+32470123456"),
     ("0692 12 34 56", "RE", "+262692123456")],
)  # fmt: skip
def test_a_mobile_number_is_reached_wherever_it_is(phone, country, right):
    donor = type("Donor", (), {"phone": phone, "country": country})

    assert number.of(donor, {}) == right


@pytest.mark.parametrize(("phone", "why"), [(None, "missing"), ("01 42 68 53 00", "unusable"),
                                            ("zorg", "unusable")])  # fmt: skip
def test_a_landline_gets_no_text(phone, why):
    with pytest.raises(NoAddress) as none:
        number.of(type("Donor", (), {"phone": phone, "country": "FR"}), {})
    assert none.value.why == why


@pytest.mark.parametrize(
    ("body", "event"),
    [
        (b'{"status": "OK", "msg_status": "delivered", "description": "delivered"}', "delivered"),
        (b'{"msg_status": "hard_bounces"}', "bounced"), (b'{"msg_status": "accepted"}', "sent"),
        (b'{"msg_status": "unsubscribe"}', "unsubscribed"), (b'{"status": "failed"}', "bounced"),
        (b'{"msg_status": "replied"}', None), (b"{}", None),
    ],
)  # fmt: skip
def test_reports_of_texts_are_read(body, event):
    found = reports.read(body)

    assert (found.event if found else None) == event


@pytest.mark.parametrize("body", [b"", b"zorg", b"[1]", b"\xff"])
def test_a_report_that_is_none_is_refused(body):
    with pytest.raises(reports.Unreadable):
        reports.read(body)
