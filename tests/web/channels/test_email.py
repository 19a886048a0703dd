"""A mail leaves as the RFCs have it, over a real server; what the server says is told apart."""

import asyncio
import email
import socket
import threading
from email import policy

import dkim
import pytest
from aiosmtpd.smtp import SMTP
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from mecene_web.channels.email import address, returns, send
from mecene_web.channels.parcel import Halted, Later, NoAddress, Parcel, Refused, Unsure

pytestmark = pytest.mark.once
KEY = "0123456789abcdef0123456789abcdef"
WAY_OUT = f"https://dons.association-les-puits.example.org/messages/u/{KEY}ABCDEFGHIJKLMNOP/"
PARCEL = Parcel(
    key=KEY, address="claire@example.org", subject="L’eau : merci !",
    text="Chère Madame,\n\n.un point en tête\nMerci.", html="<p>Chère Madame</p>",
    headers={"List-Unsubscribe": f"<{WAY_OUT}>",
             "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
)  # fmt: skip


class Server:
    """A real SMTP server on the loopback, which answers as it is told."""

    def __init__(self):
        self.taken, self.answers = [], {}
        self.loop = asyncio.new_event_loop()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    async def handle_MAIL(self, _server, _session, envelope, place, _options):
        envelope.mail_from = place
        return self.answers.get("MAIL", "250 ok")

    async def handle_RCPT(self, _server, _session, envelope, place, _options):
        if said := self.answers.get("RCPT"):
            return said
        envelope.rcpt_tos.append(place)
        return "250 ok"

    async def handle_DATA(self, server, _session, envelope):
        said = self.answers.get("DATA", "250 taken")
        if said == "hang up":
            self.taken.append(envelope)
            server.transport.abort()
            return "250 too late"
        if said.startswith("250"):
            self.taken.append(envelope)
        return said

    def start(self):
        # In a thread of its own from the first: another test may have left a loop running here.
        listening = threading.Event()
        threading.Thread(target=self._listen, args=(listening,), daemon=True).start()
        assert listening.wait(timeout=30)

    def _listen(self, listening):
        asyncio.set_event_loop(self.loop)
        made = self.loop.create_server(
            lambda: SMTP(self, hostname="test", loop=self.loop), "127.0.0.1", self.port
        )
        self.loop.run_until_complete(made)
        listening.set()
        self.loop.run_forever()

    def stop(self):
        self.loop.call_soon_threadsafe(self.loop.stop)


@pytest.fixture
def server(settings):
    made = Server()
    made.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", made.port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.DEFAULT_FROM_EMAIL = "Les Puits <lettre@lespuits.example.org>"
    yield made
    made.stop()


def carried(*parcels):
    with send.opened() as line:
        return [line(parcel) for parcel in parcels]


def read(envelope):
    return email.message_from_bytes(envelope.content, policy=policy.default)


def test_a_mail_arrives_whole(server):
    sent = carried(PARCEL)

    (envelope,) = server.taken
    mail = read(envelope)
    assert envelope.rcpt_tos == ["claire@example.org"]
    assert mail["Subject"] == "L’eau : merci !"
    assert mail["From"] == "Les Puits <lettre@lespuits.example.org>"
    plain = mail.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert plain.strip() == PARCEL.text
    assert mail.get_body(("html",)).get_content().strip() == PARCEL.html
    assert sent[0].ref == mail["Message-ID"] == f"<{KEY}@lespuits.example.org>"


def test_the_one_click_way_out_stands_in_two_headers_each_on_one_line(server):
    carried(PARCEL)

    raw = server.taken[0].content.decode()
    assert f"List-Unsubscribe: <{WAY_OUT}>\r\n" in raw
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw


def test_no_pixel_is_ever_added(server):
    carried(PARCEL)

    assert b"<img" not in server.taken[0].content


def test_dkim_covers_both_headers_of_the_way_out(server, settings):
    own = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = own.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                            serialization.NoEncryption()).decode()  # fmt: skip
    public = own.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    import base64

    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
    settings.MECENE_DKIM = {"key": pem, "domain": "lespuits.example.org", "selector": "mecene"}

    carried(PARCEL)

    raw = server.taken[0].content
    asked = []

    def dns(name, timeout=5):
        asked.append(name)
        return record

    assert dkim.verify(raw, dnsfunc=dns)
    assert asked == [b"mecene._domainkey.lespuits.example.org."]
    signed = raw.partition(b"h=")[2].partition(b";")[0].lower()
    assert b"list-unsubscribe" in signed
    assert b"list-unsubscribe-post" in signed
    assert not dkim.verify(raw.replace(b"/messages/u/", b"/messages/v/"), dnsfunc=dns)


@pytest.mark.parametrize("told", [{"key": "zorg", "domain": "d", "selector": "s"},
                                  {"key": "k", "domain": "", "selector": ""}])  # fmt: skip
def test_a_key_that_does_not_sign_halts_and_nothing_leaves(server, settings, told):
    settings.MECENE_DKIM = told

    with pytest.raises(Halted):
        carried(PARCEL)
    assert server.taken == []


@pytest.mark.parametrize(
    ("step", "answer", "raised"),
    [
        ("MAIL", "451 4.3.0 later", Later), ("RCPT", "450 4.2.1 greylisted", Later),
        ("RCPT", "550 5.1.1 nobody", Refused), ("RCPT", "552 5.2.2 full", Refused),
        ("DATA", "554 5.7.1 spam", Refused), ("DATA", "451 4.3.2 later", Later),
        ("MAIL", "530 5.7.0 authenticate", Halted), ("MAIL", "421 4.3.2 closing", Later),
        ("DATA", "hang up", Unsure),
    ],
)  # fmt: skip
def test_each_answer_is_told_apart(server, step, answer, raised):
    server.answers[step] = answer

    with pytest.raises(raised) as told:
        carried(PARCEL)

    if raised is Refused:
        assert answer[:3] in str(told.value)
        assert answer.split()[1] in told.value.said + told.value.code


def test_after_a_refusal_the_same_line_carries_the_next(server):
    with send.opened() as line:
        server.answers["RCPT"] = "550 5.1.1 nobody"
        with pytest.raises(Refused):
            line(PARCEL)
        server.answers.clear()
        line(PARCEL)
        server.answers["DATA"] = "hang up"
        with pytest.raises(Unsure):
            line(PARCEL)
        server.answers.clear()
        line(PARCEL)

    assert len(server.taken) == 3


def test_a_server_that_is_not_there_is_later_for_everybody(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9

    with pytest.raises(Later) as told:
        carried(PARCEL)
    assert told.value.everybody


def test_a_header_cannot_be_smuggled(server):
    import dataclasses

    with pytest.raises(Refused):
        carried(dataclasses.replace(PARCEL, subject="Merci\r\nBcc: tous@example.org"))
    assert server.taken == []


@pytest.mark.parametrize(
    ("said", "code", "kind"),
    [
        ("550 5.1.1 user unknown", "5.1.1", "hard"), ("5.1.2 bad domain", "5.1.2", "hard"),
        ("5.1.3 syntax", "5.1.3", "hard"), ("5.1.6 moved", "5.1.6", "hard"),
        ("5.2.1 disabled", "5.2.1", "hard"), ("552 5.2.2 mailbox full", "5.2.2", "full"),
        ("452 4.2.2 over quota", "4.2.2", "full"), ("451 4.4.1 no answer", "4.4.1", "soft"),
        ("550 5.7.1 refused", "5.7.1", "policy"), ("550-5.7.26 unsigned", "5.7.26", "policy"),
        ("550 5.7.515 Access denied", "5.7.515", "policy"), ("550 5.7.509 DMARC", "5.7.509",
                                                            "policy"),
        ("550 no such user", "550", "hard"), ("554 rejected", "554", "policy"),
        ("450 try later", "450", "soft"), ("who knows", "", "soft"),
        ("Over quota", "", "full"),
        ("from 10.5.1.1 host", "", "soft"),
    ],
)  # fmt: skip
def test_codes_are_read_as_rfc_3463_and_the_mailbox_providers_have_them(said, code, kind):
    assert returns.read(said) == returns.Returned(code, kind)


@pytest.mark.parametrize(
    ("reason", "kind"),
    [("bounced", "hard"), ("invalid", "hard"), ("blocked", "policy"), ("spam", "policy"),
     ("timed_out", "soft"), ("other", "soft")],
)  # fmt: skip
def test_where_a_provider_tells_no_code_its_reason_speaks(reason, kind):
    assert returns.read("", reason=reason).kind == kind


def test_an_address_is_one_or_nothing_leaves():
    class Donor:
        email = None

    for told, why in ((None, "missing"), (" ", "missing"), ("a@", "unusable"),
                      ("a@b\r\nBcc: c@d", "unusable")):  # fmt: skip
        Donor.email = told
        with pytest.raises(NoAddress) as none:
            address.of(Donor, {})
        assert none.value.why == why
    Donor.email = " A@Example.org "
    assert address.of(Donor, {}) == "A@Example.org"
    assert address.domain("a@Example.ORG") == "example.org"
