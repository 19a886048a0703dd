"""Parcel: what a channel is given to carry, and what it may answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True)
class Parcel:
    """One message, ready: nothing of it depends on anything but itself.

    Attributes:
        key: Our number for it; a provider that can hand it back does.
        address: As the channel's ``address.of`` gave it.
        headers: Of e-mail; name → value.
        purpose: ``transactional``, or what else it is for.
        values: What a channel without words of its own passes on (``webhook``).
    """

    key: str
    address: str
    text: str
    subject: str = ""
    html: str = ""
    name: str = ""
    lang: str = "fr"
    purpose: str = "appeal"
    headers: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, object] = field(default_factory=dict)
    # Where a provider may say what became of it.
    report_url: str = ""


@dataclass(frozen=True)
class Sent:
    """The other side took it, and answers for it from now on."""

    provider: str
    ref: str = ""


class NotSent(Exception):
    """The other side said no: it was certainly not taken.

    Attributes:
        code: The other side's own, as in RFC 3463 for e-mail.
        said: In its words.
    """

    def __init__(self, said: str, *, code: str = "") -> None:
        super().__init__(f"{code} {said}".strip())
        self.said, self.code = said, code


class Refused(NotSent):
    """No for this message or this address, now and later."""


class Later(NotSent):
    """Not now; the same can be tried again, for this message or for all."""

    def __init__(
        self, said: str, *, code: str = "", after: timedelta | None = None, everybody: bool = False
    ) -> None:
        super().__init__(said, code=code)
        self.after, self.everybody = after, everybody


class Halted(NotSent):
    """No for every message until somebody mends something: a key, a signature, an account."""


class Unsure(Exception):
    """The line broke after it was handed over and before the answer: it may have been taken."""


class NoAddress(ValueError):
    """A donor cannot be reached by a channel; ``why`` is ``missing`` or ``unusable``."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why
