"""Pressure: is this one message too many for this person, or too soon?

Who answers is named by ``settings.MECENE_PRESSURE``, a function
``(asked: Sequence[Asked], *, now: datetime) -> Mapping[key, Held]``: it is given messages that are
about to leave, all of different people and homes, and returns those that must not. Nobody named:
nothing is held back for pressure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Asked:
    """A message that is about to leave.

    Attributes:
        key: Its own.
        group: The campaign or the step that decided it.
        channel: ``email``, ``sms``, ``post``, ``phone``, ``webhook``.
        kind: ``ask``, ``thanks``, ``news`` or ``service`` (as ``mecene.pressure`` knows them).
    """

    key: str
    donor_id: int
    household_id: int | None
    channel: str
    purposes: tuple[str, ...]
    kind: str
    group: str


@dataclass(frozen=True)
class Held:
    """A message that must not leave now.

    Attributes:
        reason: Of ``words.toml``'s ``reasons``: ``cap``, ``recent_gift``, ``unthanked``…
        until: When to ask again; None: it never leaves.
        details: What was counted, for « Why? ».
    """

    reason: str
    until: datetime | None = None
    details: Mapping[str, object] = field(default_factory=dict)


def held(asked: Sequence[Asked], *, now: datetime) -> Mapping[str, Held]:
    """Return key → why it must not leave, of those that must not."""
    name = settings.MECENE_PRESSURE
    if not asked or not name:
        return {}
    found: Mapping[str, Held] = import_string(name)(asked, now=now)
    return found
