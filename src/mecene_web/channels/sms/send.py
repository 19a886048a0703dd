"""Send: a text message leaves by Brevo, or by any provider that takes a plain JSON call.

Brevo: https://developers.brevo.com/reference/sendtransacsms . Any other:
``{"to", "from", "text", "reference", "report"}`` is posted with the key as a bearer's, and
``{"id"}`` is answered.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings

from mecene_web.channels import outside
from mecene_web.channels.known import Line
from mecene_web.channels.parcel import Halted, Later, Parcel, Refused, Sent, Unsure

BREVO = "https://api.brevo.com/v3/transactionalSMS/send"
STOP = {"fr": "STOP au [STOP CODE]", "en": "STOP to [STOP CODE]"}


@contextmanager
def opened() -> Iterator[Line]:
    """Open a line to the provider that the installation names (``MECENE_SMS``)."""
    told = settings.MECENE_SMS

    def carry(parcel: Parcel) -> Sent:
        if not told:
            raise Halted("no SMS provider: set MECENE_SMS")
        call = _brevo(parcel, told) if told["provider"] == "brevo" else _generic(parcel, told)
        try:
            answer = outside.post(call[0], headers=call[1], body=json.dumps(call[2]).encode())
        except outside.Forbidden as no:
            raise Halted(str(no)) from no
        except outside.Unreached as nobody:
            raise Later(str(nobody), everybody=True) from nobody
        except outside.Broken as broken:
            raise Unsure(str(broken)) from broken
        return _taken(answer, told["provider"])

    yield carry


def _brevo(parcel: Parcel, told: dict[str, str]) -> tuple[str, dict[str, str], dict[str, Any]]:
    marketing = parcel.purpose != "transactional"
    content = parcel.text
    if marketing and "[STOP CODE]" not in content:
        content = f"{content} {STOP[parcel.lang]}"
    said: dict[str, Any] = {
        "sender": told["sender"], "recipient": parcel.address.lstrip("+"), "content": content,
        "type": "marketing" if marketing else "transactional", "tag": parcel.key,
        "unicodeEnabled": not _gsm(content), "organisationPrefix": "",
    }  # fmt: skip
    if parcel.report_url:
        said["webUrl"] = parcel.report_url
    headers = {"api-key": told["key"], "content-type": "application/json",
               "accept": "application/json"}  # fmt: skip
    return told.get("url") or BREVO, headers, said


def _generic(parcel: Parcel, told: dict[str, str]) -> tuple[str, dict[str, str], dict[str, Any]]:
    stop = f" STOP {told['stop']}" if parcel.purpose != "transactional" else ""
    said = {"to": parcel.address, "from": told["sender"], "text": parcel.text + stop,
            "reference": parcel.key, "report": parcel.report_url}  # fmt: skip
    headers = {"Authorization": f"Bearer {told['key']}", "content-type": "application/json"}
    return told["url"], headers, said


def _taken(answer: outside.Answer, provider: str) -> Sent:
    said = answer.body.decode("utf-8", "replace")[:500]
    if answer.status in (401, 402, 403, 404):
        raise Halted(said, code=str(answer.status))
    if answer.status == 429:
        raise Later(said, code="429", everybody=True)
    if 400 <= answer.status < 500:
        raise Refused(said, code=str(answer.status))
    if not 200 <= answer.status < 300:
        raise Unsure(f"{answer.status} {said}")
    try:
        told = json.loads(said)
        ref = str(told.get("messageId") or told.get("id") or "")
    except (ValueError, AttributeError):
        ref = ""
    return Sent(provider, ref)


# GSM 03.38, the basic set and its extension: any other sign halves how many fit.
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€"
)


def _gsm(text: str) -> bool:
    return set(text) <= _GSM
