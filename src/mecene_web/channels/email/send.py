"""Send: a parcel leaves by SMTP or by a provider, and the answer is told apart from silence."""

import io
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.generator import BytesGenerator
from email.utils import parseaddr
from typing import Any

import requests
from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend as Smtp
from django.core.mail.message import sanitize_address

from mecene_web.channels.email import sign
from mecene_web.channels.known import Line
from mecene_web.channels.parcel import Halted, Later, Parcel, Refused, Sent, Unsure

METADATA = "mecene"
# Providers who keep no metadata: our key is a tag, which their webhooks hand back as well.
_NO_METADATA = frozenset({"MailerSend", "Postal"})
_FROM_THE_SENDER = (401, 402, 403, 404)


@contextmanager
def opened() -> Iterator[Line]:
    """Open a line to the mail server or provider that the installation names."""
    backend = get_connection()
    connected = [False]

    def carry(parcel: Parcel) -> Sent:
        if not connected[0]:
            _connected(backend)
            connected[0] = True
        try:
            return (
                _by_smtp(backend, parcel) if isinstance(backend, Smtp) else _by_api(backend, parcel)
            )
        except (Unsure, Later) as broken:
            if isinstance(broken, Unsure) or broken.everybody:
                with suppress(Exception):  # whatever state the line is in, another is opened
                    backend.close()
                connected[0] = False
            raise

    try:
        yield carry
    finally:
        with suppress(Exception):  # the answers are in: how the line ends changes nothing
            backend.close()


def message(parcel: Parcel) -> EmailMultiAlternatives:
    """Return the mail of a parcel: a plain part always, HTML beside it."""
    made = EmailMultiAlternatives(
        parcel.subject, parcel.text, settings.DEFAULT_FROM_EMAIL, [parcel.address],
        headers={"Message-ID": message_id(parcel.key), **parcel.headers},
    )  # fmt: skip
    if parcel.html:
        made.attach_alternative(parcel.html, "text/html")
    return made


def message_id(key: str) -> str:
    """Return the Message-ID that our key makes, of the sender's own domain."""
    _, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return f"<{key}@{sender.rpartition('@')[2] or 'localhost'}>"


def _connected(backend: Any) -> None:
    try:
        backend.open()
        if isinstance(backend, Smtp):
            backend.connection.ehlo_or_helo_if_needed()
    except smtplib.SMTPAuthenticationError as wrong:
        raise Halted(_said(wrong.smtp_error), code=str(wrong.smtp_code)) from wrong
    except (OSError, smtplib.SMTPException) as wrong:
        raise Later(str(wrong), everybody=True) from wrong


def _by_smtp(backend: Any, parcel: Parcel) -> Sent:
    """Hand over to a server, in its own steps: before the last, nothing was taken."""
    line = backend.connection
    _, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    raw = _written(parcel)
    try:
        _step(line.mail(sender), "250")
        _step(line.rcpt(sanitize_address(parcel.address, "utf-8")), "250", "251")
        _step(line.docmd("DATA"), "354")
    except (smtplib.SMTPException, OSError) as gone:
        raise Later(str(gone), everybody=True) from gone
    except (Refused, Later):
        with suppress(smtplib.SMTPException, OSError):
            line.rset()
        raise
    try:
        line.send(_dotted(raw))
        answer = line.getreply()
    except (smtplib.SMTPException, OSError) as gone:
        raise Unsure(str(gone)) from gone
    _step(answer, "250")
    return Sent("smtp", message_id(parcel.key))


def _written(parcel: Parcel) -> bytes:
    try:
        written = io.BytesIO()
        # Headers stay on one line: some servers fold a long one anew, and its signature is lost.
        BytesGenerator(written, mangle_from_=False, maxheaderlen=0).flatten(
            message(parcel).message(), linesep="\r\n"
        )
        return sign.signed(written.getvalue())
    except sign.UnusableKey as wrong:
        raise Halted(str(wrong)) from wrong
    except (ValueError, UnicodeError) as wrong:
        # An address or a header that no mail can have (a line break in it).
        raise Refused(str(wrong), code="5.6.0") from wrong


def _step(answer: tuple[int, bytes], *right: str) -> None:
    code, words = answer
    if str(code) in right:
        return
    said = _said(words)
    if code == 421:
        # RFC 5321, 3.8: the server closes; nothing that was under way was taken.
        raise Later(said, code=str(code), everybody=True)
    if 400 <= code < 500:
        raise Later(said, code=str(code))
    if code in (530, 535):
        raise Halted(said, code=str(code))
    raise Refused(said, code=str(code))


def _dotted(raw: bytes) -> bytes:
    """Return a mail as DATA wants it: lines that begin with a dot have two (RFC 5321, 4.5.2)."""
    lines = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    body = b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines)
    return (body if body.endswith(b"\r\n") else body + b"\r\n") + b".\r\n"


def _by_api(backend: Any, parcel: Parcel) -> Sent:
    made: Any = message(parcel)
    name = getattr(backend, "esp_name", type(backend).__module__.rpartition(".")[2])
    if name in _NO_METADATA:
        made.tags = [parcel.key]
    else:
        made.metadata = {METADATA: parcel.key}
    made.track_opens = made.track_clicks = False
    try:
        backend.send_messages([made])
    except AnymailRecipientsRefused as wrong:
        raise Refused(str(wrong).splitlines()[0], code="5.1.1") from wrong
    except AnymailAPIError as wrong:
        raise _of_api(wrong) from wrong
    except AnymailError as wrong:
        raise Refused(str(wrong).splitlines()[0]) from wrong
    except requests.exceptions.ConnectTimeout as wrong:
        raise Later(str(wrong), everybody=True) from wrong
    except (requests.RequestException, OSError) as wrong:
        raise Unsure(str(wrong)) from wrong
    told = getattr(made, "anymail_status", None)
    ref = getattr(told, "message_id", None) or ""
    return Sent(str(name).lower().replace(" ", "_"), str(ref) if isinstance(ref, str) else "")


def _of_api(wrong: AnymailAPIError) -> Exception:
    status, said = wrong.status_code, str(wrong).splitlines()[0]
    if status is None:
        # No answer came: it was sent, or the line broke before.
        cause = wrong.__cause__ or wrong.__context__
        refused = isinstance(cause, requests.exceptions.ConnectTimeout) or "refused" in str(cause)
        return Later(said, everybody=True) if refused else Unsure(said)
    if status in _FROM_THE_SENDER:
        return Halted(said, code=str(status))
    if status == 429:
        return Later(said, code="429", everybody=True)
    if status < 400 or status >= 500:
        # It broke while it worked on it, or said what nobody can read: it may have been taken.
        return Unsure(f"{status} {said}")
    return Refused(said, code=str(status))


def _said(words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return " ".join(text.split())[:500]
