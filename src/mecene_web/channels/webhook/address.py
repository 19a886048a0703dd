"""Address: where another program is told of something about a donor."""

from collections.abc import Mapping
from typing import Any

from mecene_web.channels.parcel import NoAddress

# Nobody is written to; what the other program then does is its own to ask about.
CONSENT = None


def of(_donor: Any, values: Mapping[str, Any]) -> str:
    """Return the address that the message names (``values["url"]``).

    Raises:
        NoAddress: it names none.
    """
    url = str(values.get("url") or "")
    if not url:
        raise NoAddress("missing")
    return url
