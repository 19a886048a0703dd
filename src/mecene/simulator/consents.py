"""Consents: what people allow when they come, and what they refuse later.

A charity may write to its donors until they object (legitimate interest); being measured on
the site or in e-mails takes a yes. An objection ends what it names from that day on.
"""

import numpy as np

from mecene.simulator import words
from mecene.simulator.log import Ints
from mecene.simulator.state import State

STATUSES = ("granted", "refused", "withdrawn", "objected", "unknown")
GRANTED, REFUSED, WITHDRAWN, OBJECTED, UNKNOWN = range(len(STATUSES))
PURPOSES = ("appeal", "web_tracking", "open_tracking", "newsletter")
APPEAL, WEB, OPENS, NEWSLETTER = range(len(PURPOSES))
CHANNELS = (*words.CHANNELS, "web")
SOURCES = ("formulaire", "bulletin", "lien", "plainte", "courrier", "appel", "bandeau")
EVERY = -1  # every purpose, every channel


def on_arrival(state: State, came: Ints) -> None:
    """Write down what the people who arrive allow: the notice they saw, the boxes they ticked."""
    day = state.people.acquired_day[came]
    with_email = state.people.has_email[came]
    online = with_email & state.people.online[came]
    _add(state, came[with_email], day[with_email], NEWSLETTER, words.BY_EMAIL, GRANTED, 0)
    yes = state.people.measured[came] & online
    _add(state, came[yes], day[yes], WEB, 4, GRANTED, 6)
    no = online & ~yes
    _add(state, came[no], day[no], WEB, 4, REFUSED, 6)
    ticked = online & (state.rng.random(len(came)) < 0.12)
    _add(state, came[ticked], day[ticked], OPENS, words.BY_EMAIL, GRANTED, 0)
    refusing = state.rng.random(len(came)) < 0.01
    object_to(state, came[refusing], day[refusing], channel=words.BY_PHONE, source="bulletin")


def object_to(
    state: State, donors: Ints, day: Ints | int, *, channel: int | None, source: str
) -> None:
    """Record that these donors object to appeals by a channel, or to everything, and obey."""
    when = np.broadcast_to(np.asarray(day), donors.shape)
    kept = when < np.minimum(state.starts[-1], state.people.death_day[donors])
    donors, when = donors[kept], when[kept]
    origin = SOURCES.index(source)
    if channel is None:
        _add(state, donors, when, EVERY, EVERY, OBJECTED, origin)
        state.objected[donors] = True
    else:
        _add(state, donors, when, APPEAL, channel, OBJECTED, origin)
        state.reachable[donors, channel] = False


def _add(
    state: State, donors: Ints, day: Ints, purpose: int, channel: int, status: int, source: int
) -> None:
    state.log.add(
        "consents", len(donors), donor=donors, day=day, purpose=purpose, channel=channel,
        status=status, source=source, second=state.rng.integers(28_800, 79_200, len(donors)),
    )  # fmt: skip
