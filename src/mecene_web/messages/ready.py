"""Ready: a message is written out for its reader, with its way out and its links."""

import html
import re
import secrets
from datetime import datetime
from typing import Any

from django.conf import settings

from mecene_web.channels.parcel import Parcel
from mecene_web.messages import parts, publish, tokens, trial, values
from mecene_web.messages.check import Cleared
from mecene_web.messages.texts import Part

_HREF = re.compile(r'href="(https?://[^"]+)"')
_SERVICE = ("transactional",)


class Unsendable(ValueError):
    """The message cannot be written out for this reader; ``reason`` says why, ``details`` where."""

    def __init__(self, reason: str, **details: Any) -> None:
        super().__init__(f"{reason} {details}")
        self.reason, self.details = reason, details


def parcel(one: Cleared, *, now: datetime, count_clicks: bool) -> tuple[Parcel, Part | None]:
    """Return a message ready to be carried, and the part of the template it was made of.

    Args:
        one: A message that may leave.
        now: When it does.
        count_clicks: Whether its links lead through us.

    Raises:
        Unsendable: something it says is missing, or it says nothing for this reader.
    """
    row, told = one.row, _told(one)
    if row.trial_to and trial.PART in row.values:
        return _tried(one, told), None
    if row.version_id is None:
        return _parcel(one, parts.Filled("", "", ""), told), None
    try:
        part = parts.chosen(row.version_id, lang=one.reader.lang, motive=row.motive,
                            segments=row.segments)  # fmt: skip
        filled = parts.fill(part, told)
    except parts.NoPart as none:
        raise Unsendable("no_part", lang=one.reader.lang) from none
    except parts.sandbox.MissingData as missing:
        raise Unsendable("missing_data", name=missing.name) from missing
    except (parts.sandbox.TooMuch, parts.sandbox.UnreadableTemplate) as wrong:
        raise Unsendable("template", said=str(wrong)) from wrong
    if filled.html and count_clicks and not row.trial_to:
        filled = parts.Filled(filled.subject, filled.text, _counted(filled.html, one, now))
    return _parcel(one, filled, told), part


def _tried(one: Cleared, told: dict[str, Any]) -> Parcel:
    """Return a draft as it is now."""
    part = Part.objects.select_related("version__template").filter(
        pk=one.row.values[trial.PART]
    ).first()  # fmt: skip
    if part is None:
        raise Unsendable("no_part", lang=one.reader.lang)
    try:
        filled = parts.fill(publish.ready(part), values.merged(one.reader, told), fresh=True)
    except parts.sandbox.MissingData as missing:
        raise Unsendable("missing_data", name=missing.name) from missing
    except (*publish.MISTAKES, parts.sandbox.TooMuch) as wrong:
        raise Unsendable("template", said=str(wrong)) from wrong
    return _parcel(one, filled, told)


def _told(one: Cleared) -> dict[str, Any]:
    way_out = {"link": {"unsubscribe": tokens.way_out(one.row.key)}}
    return values.merged(one.reader, one.row.values, way_out)


def _parcel(one: Cleared, filled: parts.Filled, told: dict[str, Any]) -> Parcel:
    row = one.row
    headers = {}
    if tuple(row.purposes) != _SERVICE and row.channel == "email":
        # RFC 8058: a POST to this address is the whole way out.
        headers = {"List-Unsubscribe": f"<{tokens.way_out(row.key)}>",
                   "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}  # fmt: skip
    purpose = next((name for name in row.purposes if name not in _SERVICE), "transactional")
    return Parcel(
        key=row.key, address=one.address, subject=filled.subject, text=filled.text,
        html=filled.html, name=str(told["donor"].get("name", "")), lang=one.reader.lang,
        report_url=tokens.report(row.key) if row.channel == "sms" else "",
        purpose=purpose, headers=headers, values={"donor_id": row.donor_id, "group": row.group,
                                                  **row.values},
    )  # fmt: skip


def _counted(page: str, one: Cleared, now: datetime) -> str:
    """Return a mail whose links lead through us, as its reader allowed."""
    mark, key = secrets.token_hex(6), one.row.key if one.watched else ""

    def through(found: re.Match[str]) -> str:
        url = html.unescape(found[1])
        if url.startswith(settings.MECENE_ADDRESS + "/"):
            return found[0]  # our own: the way out, the choices
        return f'href="{tokens.link(url, group=one.row.group, mark=mark, key=key, now=now)}"'

    return _HREF.sub(through, page)
