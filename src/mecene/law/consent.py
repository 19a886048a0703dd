"""Consent: from what a person said and the law of a day, what may be done, and why?

The latest word on a matter holds; at the same moment, no beats yes. A word on every channel is
answered only by a word on every channel: who refused everything is not won back by one box. A
word on every purpose speaks of each. It is the rule of ``features/reach.sql``, for every purpose.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from mecene import period
from mecene.law import parameters
from mecene.words import Lexicon

CHANNELS = ("email", "sms", "phone", "post")
ANY = "any"  # what is done by no channel of its own: profiling, tracking
AGAINST = ("refused", "withdrawn", "objected")
_BASIS = {"free": "contract", "opt_out": "legitimate_interest_optout", "opt_in": "consent"}
_LEXICON = Lexicon("mecene.law")


class UnknownPurpose(ValueError):
    """The law says nothing of such a purpose here, or no purpose was told."""


@dataclass(frozen=True)
class Statement:
    """One thing a person said; ``None``: of every purpose, of every channel."""

    purpose: str | None
    channel: str | None
    status: str
    occurred_at: datetime


@dataclass(frozen=True)
class Person:
    """What else decides: death, protection, silenced channels, country, and who asks.

    Attributes:
        sensitive: Giving to this association reveals opinions, beliefs or health (art. 9).
    """

    deceased: bool = False
    vulnerable: bool = False
    suppressed: frozenset[str] = frozenset()
    country: str | None = None
    sensitive: bool = False


@dataclass(frozen=True)
class Verdict:
    """Whether something may be done, on what basis, and why.

    Attributes:
        reason: Key of ``words.toml``'s ``reason``.
        said_on: Day of the words that decided, if words did.
        basis: ``legitimate_interest_optout``, ``consent`` or ``contract``.
    """

    allowed: bool
    reason: str
    said_on: date | None
    basis: str

    def text(self, *, lang: str) -> str:
        """Return the reason as a sentence."""
        day = period.written(self.said_on, lang=lang) if self.said_on else ""
        return _LEXICON.say(f"reason.{self.reason}", lang=lang, day=day)


def verdict(
    said: Iterable[Statement],
    *,
    purposes: Collection[str],
    channel: str,
    on: date,
    person: Person | None = None,
) -> Verdict:
    """Return whether a message may go out by a channel; of several purposes, the strictest rules.

    Args:
        said: The person's words, in any order; those after ``on`` are not heard.
        purposes: Of ``facts.PURPOSES``; every one the message serves.
        channel: Of ``CHANNELS``, or ``ANY``; another channel takes consent.
        on: The day it would go out.
        person: What else is known.

    Raises:
        UnknownPurpose: a purpose is unknown, or none is told.
    """
    if not purposes:
        raise UnknownPurpose("consent: no purpose was told; say what the message is for")
    words = list(said)
    one = person or Person()
    found = [_of_one(words, purpose, channel, on, one) for purpose in sorted(purposes)]
    strictness = {"contract": 0, "legitimate_interest_optout": 1, "consent": 2}
    return min(found, key=lambda each: (each.allowed, -strictness[each.basis]))


def state(
    said: Iterable[Statement], *, on: date, person: Person | None = None
) -> dict[tuple[str, str], Verdict]:
    """Return (purpose, channel) → verdict, for every pair that the law knows."""
    words = list(said)
    return {
        (purpose, channel): verdict(
            words, purposes=[purpose], channel=channel, on=on, person=person
        )
        for family, purposes in parameters.read("matrix.toml")["purposes"].items()
        for purpose in purposes
        for channel in _channels(family)
    }


def regime(purpose: str, channel: str, *, on: date, person: Person | None = None) -> str:
    """Return what it takes: ``opt_out``, ``opt_in`` or ``free``.

    Raises:
        UnknownPurpose: the law says nothing of it here.
    """
    one, family, law = person or Person(), _family(purpose), parameters.read("matrix.toml")
    rows = [row for row in law[family] if channel in row["channels"] and row["from"] <= on]
    # A channel nobody wrote a rule for takes consent.
    found = str(max(rows, key=lambda row: row["from"])["regime"]) if rows else "opt_in"
    if found == "free":
        return found
    abroad = one.country not in (None, *law["elsewhere"]["at_home"])
    if abroad and channel in law["elsewhere"]["opt_in"]:
        return "opt_in"
    return "opt_in" if one.sensitive and family in law["sensitive"]["opt_in"] else found


def _of_one(
    words: list[Statement], purpose: str, channel: str, on: date, person: Person
) -> Verdict:
    rule = regime(purpose, channel, on=on, person=person)
    basis = _BASIS[rule]
    if person.deceased:
        return Verdict(allowed=False, reason="deceased", said_on=None, basis=basis)
    if rule == "free":
        return Verdict(allowed=True, reason="free", said_on=None, basis=basis)
    if person.vulnerable:
        return Verdict(allowed=False, reason="vulnerable", said_on=None, basis=basis)
    if channel in person.suppressed:
        return Verdict(allowed=False, reason="suppressed", said_on=None, basis=basis)
    heard = [
        word
        for word in words
        if word.status != "unknown" and word.occurred_at.date() <= on
        if word.purpose in (None, purpose)
    ]
    own = None if channel == ANY else channel
    here = _latest([word for word in heard if word.channel in (None, own)])
    everywhere = _latest([word for word in heard if word.channel is None])
    for word in (everywhere, here):
        if word is not None and word.status in AGAINST:
            day = word.occurred_at.date()
            return Verdict(allowed=False, reason="against", said_on=day, basis=basis)
    if rule == "opt_out":
        return Verdict(allowed=True, reason="not_objected", said_on=None, basis=basis)
    return _consented(heard, purpose, own, channel in _channels(_family(purpose)), basis)


def _consented(
    heard: list[Statement], purpose: str, own: str | None, listed: bool, basis: str
) -> Verdict:
    """Consent names its purpose; and its channel, where the law has no list with it."""
    channels = (None, own) if listed else (own,)
    given = _latest([word for word in heard if word.purpose == purpose
                     if word.channel in channels if word.status == "granted"])  # fmt: skip
    if given is None:
        return Verdict(allowed=False, reason="no_consent", said_on=None, basis=basis)
    return Verdict(allowed=True, reason="granted", said_on=given.occurred_at.date(), basis=basis)


def _latest(words: list[Statement]) -> Statement | None:
    return max(words, key=lambda one: (one.occurred_at, one.status in AGAINST), default=None)


def _family(purpose: str) -> str:
    for family, purposes in parameters.read("matrix.toml")["purposes"].items():
        if purpose in purposes:
            return str(family)
    raise UnknownPurpose(f"consent: the law knows no purpose `{purpose}`; see law/matrix.toml")


def _channels(family: str) -> list[str]:
    rows = parameters.read("matrix.toml")[family]
    return list(dict.fromkeys(channel for row in rows for channel in row["channels"]))
