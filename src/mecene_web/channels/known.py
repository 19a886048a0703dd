"""Known: which channels there are, found by the files that each of them has.

A channel is a folder with ``address.py`` (where a donor is reached), ``send.py`` (how it is
carried) and ``returns.py`` (what comes back), and a line of ``settings.MECENE_CHANNELS``.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

from django.conf import settings

from mecene_web.channels.parcel import Parcel, Sent


class Line(Protocol):
    """An open way to the other side."""

    def __call__(self, parcel: Parcel) -> Sent:
        """Carry one.

        Raises:
            parcel.Refused, parcel.Later, parcel.Halted, parcel.Unsure: it was not, or who knows.
        """
        ...


@dataclass(frozen=True)
class Channel:
    """One of the channels.

    Attributes:
        consent: The channel of the law that it is (``email``, ``sms``, ``phone``, ``post``); None
            where nobody is written to.
        address: Donor, values of the message → where; raises ``parcel.NoAddress``.
        open: → an open line, closed at the end of the block. None: nothing leaves one by one.
        is_contact: Whether a message that left is a contact with the donor.
    """

    name: str
    consent: str | None
    address: Callable[[Any, Mapping[str, Any]], str]
    open: Callable[[], AbstractContextManager[Line]] | None
    is_contact: bool


def channel(name: str) -> Channel:
    """Return a channel.

    Raises:
        KeyError: there is none of this name.
    """
    place = settings.MECENE_CHANNELS[name]
    address, send = import_module(f"{place}.address"), import_module(f"{place}.send")
    return Channel(
        name=name,
        consent=address.CONSENT,
        address=address.of,
        open=getattr(send, "opened", None),
        is_contact=getattr(send, "IS_CONTACT", True),
    )
