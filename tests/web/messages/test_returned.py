"""Mails that come back (RFC 3464, RFC 5965) are told to the outbox; nobody else's are."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from mecene_web.consent.models import Suppression
from mecene_web.messages import returned, send
from mecene_web.messages.models import Bounce, Outgoing

NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
KEY = "0123456789abcdef0123456789abcdef"
# As Postfix writes them (RFC 3464, appendix E, has the same shape).
DSN = """\
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
To: mecene@localhost
Subject: Undelivered Mail Returned to Sender
Date: Tue, 3 Mar 2026 09:59:00 +0000
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
X-Postfix-Queue-ID: 12345
Arrival-Date: Tue, 3 Mar 2026 09:58:00 +0000 (UTC)

Final-Recipient: rfc822; claire@example.org
Original-Recipient: rfc822;claire@example.org
Action: ACTION
Status: STATUS
Remote-MTA: dns; in.example.org
Diagnostic-Code: smtp; DIAGNOSTIC
--B
Content-Type: HEAD

Message-ID: <KEY@localhost>
Subject: Merci
To: claire@example.org

--B--
"""
ARF = """\
From: <abuse@provider.example>
Date: Tue, 3 Mar 2026 09:59:00 +0000
Subject: FW: Merci
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="B"

--B
Content-Type: text/plain; charset="US-ASCII"

This is an email abuse report.
--B
Content-Type: message/feedback-report

Feedback-Type: KIND
User-Agent: SomeGenerator/1.0
Version: 1

--B
Content-Type: message/rfc822

From: <mecene@localhost>
To: <claire@example.org>
Subject: Merci
Message-ID: <KEY@localhost>

Merci
--B--
"""


def dsn(
    *, action="failed", status="5.1.1", said="550 5.1.1 no such user",
    head="text/rfc822-headers", key=KEY,
):  # fmt: skip
    told = {"ACTION": action, "STATUS": status, "DIAGNOSTIC": said, "HEAD": head, "KEY": key}
    text = DSN
    for name, value in told.items():
        text = text.replace(name, value, 1)
    return text.encode()


@pytest.mark.parametrize("head", ["text/rfc822-headers", "message/rfc822"])
def test_what_a_server_sends_back_is_read(head) -> None:
    (told,) = returned.read(dsn(head=head))

    assert told.ref == f"<{KEY}@localhost>"
    assert told.event == "bounced"
    assert told.said == "5.1.1 550 5.1.1 no such user"
    assert told.at == datetime(2026, 3, 3, 9, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("action", "event"), [("delayed", "deferred"), ("delivered", "delivered"), ("relayed", "sent")]
)
def test_what_is_no_failure_is_none(action, event) -> None:
    assert returned.read(dsn(action=action))[0].event == event


@pytest.mark.parametrize(
    "raw",
    [b"", b"\xff\xfe\x00", b"Subject: bonjour\n\nMerci", dsn(action="exploded"),
     dsn().replace(b"Message-ID", b"X-Nothing"), dsn() + b"x" * returned.MOST_BYTES,
     ARF.replace("KIND", "not-spam").encode()],
)  # fmt: skip
def test_what_is_no_report_of_ours_tells_nothing(raw) -> None:
    assert returned.read(raw) == []


@pytest.fixture
def gone(queued, post):
    """A message that was handed over by plain SMTP."""
    row = queued()
    send.send(worker="w", clock=lambda: NOW)
    row.refresh_from_db()
    assert row.state == "handed_over"
    return row


@pytest.mark.django_db
def test_a_wrong_address_is_silenced_and_told_twice_it_is_once(gone) -> None:
    for _ in range(2):
        assert returned.hear(dsn(key=gone.key), now=NOW) == 1

    gone.refresh_from_db()
    assert gone.state == "bounced"
    assert Bounce.objects.count() == 1
    assert Suppression.objects.count() == 1


@pytest.mark.django_db
def test_a_full_mailbox_is_no_wrong_address(gone) -> None:
    returned.hear(dsn(key=gone.key, status="4.2.2", said="452 4.2.2 full"), now=NOW)

    assert Suppression.objects.count() == 0


@pytest.mark.django_db
def test_a_complaint_is_heard_and_a_stranger_says_nothing(gone) -> None:
    assert returned.hear(ARF.replace("KIND", "abuse").encode(), now=NOW) == 0

    raw = ARF.replace("KIND", "abuse").replace("KEY", gone.key).encode()
    assert returned.hear(raw, now=NOW) == 1

    gone.refresh_from_db()
    assert gone.state == "complained"


@pytest.mark.django_db
def test_a_maildir_is_read_once_and_kept(gone, tmp_path) -> None:
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    Path(tmp_path / "new" / "1.a.host").write_bytes(dsn(key=gone.key))
    Path(tmp_path / "new" / "2.b.host").write_bytes(b"Subject: bonjour\n\nMerci")

    looked = [returned.look(str(tmp_path), now=NOW) for _ in range(2)]

    assert looked == [2, 0]
    assert Outgoing.objects.get().state == "bounced"
    assert len(list((tmp_path / "cur").iterdir())) == 2
    assert returned.look(str(tmp_path / "nothing"), now=NOW) == 0
