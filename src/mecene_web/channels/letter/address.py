"""Address: the lines of a donor's envelope, as the post's machines read them.

France's standard (AFNOR NF Z10-011): at most six lines of 38 signs; the last, in capitals and
without accents or punctuation, is the postcode and the town; a country closes it for abroad.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from mecene_web.channels.parcel import NoAddress

CONSENT = "post"
LINES, SIGNS = 6, 38
_FRENCH = ("FR", "MC")


def of(donor: Any, values: Mapping[str, Any]) -> str:
    """Return the lines of an envelope under the name, one under another.

    Raises:
        NoAddress: there is none, the post gave the last one back, or a line is missing or too long.
    """
    if not (donor.address or "").strip() or not (donor.city or "").strip():
        raise NoAddress("missing")
    if donor.undeliverable_on is not None:
        raise NoAddress("unusable")
    french = (donor.country or "FR") in _FRENCH
    if french and not re.fullmatch(r"\d{5}", (donor.postcode or "").replace(" ", "")):
        raise NoAddress("unusable")
    postcode = (donor.postcode or "").replace(" ", "") if french else donor.postcode or ""
    town = plain(f"{postcode} {donor.city}").upper()
    lines = [*street(donor.address), town]
    if not french:
        lines.append(plain(str(values.get("country_name") or donor.country)).upper())
    if len(lines) > LINES - 1 or any(len(line) > SIGNS for line in lines):
        raise NoAddress("unusable")
    return "\n".join(lines)


def street(text: str) -> list[str]:
    """Return an address as lines of at most 38 signs, cut between words."""
    lines: list[str] = []
    for part in re.split(r"[\n\r]+|\s*;\s*", text.strip()):
        line = ""
        for word in plain(part).split():
            if line and len(f"{line} {word}") > SIGNS:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}".strip()
        if line:
            lines.append(line)
    return lines


def plain(text: str) -> str:
    """Return text without accents or punctuation, which the machines stumble over."""
    letters = unicodedata.normalize("NFKD", text.replace("’", "'").replace("œ", "oe"))
    bare = "".join(sign for sign in letters if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^A-Za-z0-9' /-]+", " ", bare).replace("'", " ").split())
