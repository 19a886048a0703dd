"""Returns: what a mail server's code says of an address, and what follows from it.

Codes are ``class.subject.detail`` (RFC 3463): 4 may pass, 5 does not. Subject 1 and 2 speak of the
address; 7 of who sends, and then the donor is not at fault.
"""

import re
from dataclasses import dataclass
from datetime import timedelta

_CODE = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_BARE = re.compile(r"(?<!\d)([245]\d\d)(?!\d)")
# RFC 3463, 3.2-3.3: bad mailbox, bad system, bad syntax, moved; disabled.
_HARD = frozenset({"1.1", "1.2", "1.3", "1.6", "1.10", "2.1"})
_FULL = "2.2"
# Of a server that tells no such code.
_FULL_WORDS = re.compile(r"quota|mailbox[ _]?(?:is )?full|full mailbox|boîte pleine", re.IGNORECASE)
# How many times a full mailbox may send back, within how many days, before nobody writes there.
FULL_TIMES, FULL_WITHIN = 3, timedelta(days=30)
# After how long what may pass is tried again: three times, over three days.
AGAIN = (timedelta(hours=24), timedelta(hours=48), timedelta(hours=72))


@dataclass(frozen=True)
class Returned:
    """A message that came back.

    Attributes:
        code: ``5.1.1``; empty where nobody told.
        kind: ``hard`` (the address is wrong), ``full`` (its mailbox is), ``soft`` (it may pass),
            ``policy`` (we are refused, not they).
    """

    code: str
    kind: str


def read(said: str, *, code: str = "", reason: str = "") -> Returned:
    """Return what a refusal says.

    Args:
        said: The server's words.
        code: Its code, where it stands apart: ``550`` or ``5.1.1``.
        reason: Anymail's normalised reason, where a provider told nothing else: ``bounced``,
            ``invalid``, ``blocked``, ``spam``, ``timed_out``…
    """
    found = _CODE.search(code) or _CODE.search(said)
    if found and not (reason and (found[2], found[3]) == ("0", "0")):
        # X.0.0 says nothing (RFC 3463, 3.1): a provider who knows more is heard.
        return _of_code(found[1], f"{int(found[2])}.{int(found[3])}")
    if _FULL_WORDS.search(said):
        return Returned("", "full")
    bare = _BARE.search(code) or _BARE.match(said.strip())
    if reason in ("invalid", "bounced") and not (bare and bare[1].startswith("4")):
        return Returned(bare[1] if bare else "", "hard")
    if reason in ("blocked", "spam"):
        return Returned(bare[1] if bare else "", "policy")
    if bare and bare[1] in ("550", "551", "553"):
        # RFC 5321, 4.2.3: mailbox unavailable, not local, name not allowed.
        return Returned(bare[1], "hard")
    if bare and bare[1] in ("452", "552"):
        return Returned(bare[1], "full")
    if bare and bare[1] in ("530", "535", "554"):
        return Returned(bare[1], "policy")
    return Returned(bare[1] if bare else "", "soft")


def _of_code(first: str, rest: str) -> Returned:
    code = f"{first}.{rest}"
    if rest == _FULL:
        return Returned(code, "full")
    if rest.startswith("7."):
        return Returned(code, "policy")
    if first == "5" and rest in _HARD:
        return Returned(code, "hard")
    return Returned(code, "soft")
