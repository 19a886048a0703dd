"""Verdict: may this be said to this donor now; if not, when at the soonest, and why not?

Days are those of the donor's calendar. A cap of 1 in 10 days lets the next one through on the tenth
day after the last: what was sent in the last ten days, today included, is counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mecene import period
from mecene.pressure import hours as open_hours
from mecene.pressure.rules import KINDS, Cap, Rules, Silence
from mecene.pressure.zones import Zone
from mecene.words import Bilingual, Lexicon

_LEXICON = Lexicon("mecene.pressure")
Told = int | str | date | Bilingual


class UnknownKind(ValueError):
    """A message is of no kind that the rules know."""


@dataclass(frozen=True)
class Sent:
    """A message that went out, or waits to; ``donor_id`` is whom it was for."""

    donor_id: int
    at: datetime
    channel: str
    kind: str


@dataclass(frozen=True)
class Happened:
    """Something of the donor's, of ``rules.EVENTS``.

    ``to_be_thanked``: a gift that calls for thanks of its own, as a monthly debit does not.
    """

    event: str
    at: datetime
    to_be_thanked: bool = False


@dataclass(frozen=True)
class History:
    """What was said to a household, and what happened to the donor; in any order."""

    sent: tuple[Sent, ...] = ()
    happened: tuple[Happened, ...] = ()


@dataclass(frozen=True)
class Proposal:
    """A message that somebody, or a journey, would like to send."""

    donor_id: int
    channel: str
    kind: str


@dataclass(frozen=True)
class Hindrance:
    """A rule in the way: its family and name, and the day or the moment it lets go, if time does.

    ``rule`` is a key of ``words.toml``'s ``hindrance``; ``name`` the rule's own.
    """

    rule: str
    name: str
    until: datetime | None
    found: tuple[tuple[str, Told], ...] = ()

    def text(self, *, lang: str) -> str:
        """Return the reason as a sentence."""
        told = {name: _written(name, value, lang) for name, value in self.found}
        return _LEXICON.say(f"hindrance.{self.rule}", lang=lang, **told)


@dataclass(frozen=True)
class Verdict:
    """Whether a message may go now.

    Attributes:
        allowed: Whether.
        next_at: When it may go at the soonest, if nothing else happens (UTC): now, when allowed;
            None: not before something happens (thanks).
        why: Every rule in the way now; empty when allowed.
    """

    allowed: bool
    next_at: datetime | None
    why: tuple[Hindrance, ...]

    def text(self, *, lang: str) -> str:
        """Return the whole reason, in a few sentences."""
        if self.allowed:
            return _LEXICON.say("verdict.allowed", lang=lang)
        return " ".join(each.text(lang=lang) for each in self.why)


def judge(
    proposal: Proposal, *, history: History, rules: Rules, zone: Zone, now: datetime
) -> Verdict:
    """Return whether a message may go out at ``now``.

    Args:
        proposal: The message.
        history: What was said to the household and what happened to the donor; what comes after
            ``now`` is not looked at.
        rules: ``rules.usual(on=...)``, or the association's own.
        zone: Where the donor lives.
        now: With a zone.

    Raises:
        UnknownKind: the message is of no kind that is known.
    """
    if proposal.kind not in KINDS:
        raise UnknownKind(
            f"pressure: there is no kind `{proposal.kind}`; one of {', '.join(KINDS)}"
        )
    seen = History(
        tuple(one for one in history.sent if one.at <= now),
        tuple(one for one in history.happened if one.at <= now),
    )
    at = now.astimezone(UTC)
    why = tuple(_hindrances(proposal, seen, rules, zone, at))
    if not why:
        return Verdict(allowed=True, next_at=at, why=())
    return Verdict(allowed=False, next_at=_released(proposal, seen, rules, zone, at), why=why)


def _released(
    proposal: Proposal, seen: History, rules: Rules, zone: Zone, at: datetime
) -> datetime | None:
    # Each round lets every rule in the way now go; nothing is added to the past meanwhile, so that
    # a rule of days holds back once and only the hours may come again.
    while why := tuple(_hindrances(proposal, seen, rules, zone, at)):
        if any(each.until is None for each in why):
            return None
        at = max(each.until for each in why if each.until is not None)
    return at


def _hindrances(
    proposal: Proposal, seen: History, rules: Rules, zone: Zone, at: datetime
) -> Iterable[Hindrance]:
    clock = ZoneInfo(zone.name)
    today = at.astimezone(clock).date()
    for cap in rules.caps:
        yield from _capped(cap, proposal, seen, today, clock)
    for silence in rules.silences:
        yield from _silenced(silence, proposal, seen, today, clock)
    if proposal.kind == "ask":
        yield from _thanked_first(seen, rules.thank_first_days, today, clock)
    kept = open_hours.of(rules, channel=proposal.channel, kind=proposal.kind)
    if kept is not None and (closed := open_hours.closed(kept, at, zone=zone)) is not None:
        until = open_hours.next_open(kept, at, zone=zone)
        found: tuple[tuple[str, Told], ...] = (("channel", proposal.channel),)
        if closed == "holiday":
            fr, en = (zone.holiday(today, lang=lang) or "" for lang in ("fr", "en"))
            found = (*found, ("holiday", Bilingual(fr, en)))
        yield Hindrance(f"closed_{closed}", proposal.channel, until, found)


def _capped(
    cap: Cap, proposal: Proposal, seen: History, today: date, clock: ZoneInfo
) -> Iterable[Hindrance]:
    if proposal.kind not in cap.kinds or cap.channel not in (None, proposal.channel):
        return
    first = today - timedelta(days=cap.days - 1)
    days = sorted(
        day
        for one in seen.sent
        if one.kind in cap.kinds and cap.channel in (None, one.channel)
        if cap.per == "household" or one.donor_id == proposal.donor_id
        if first <= (day := one.at.astimezone(clock).date()) <= today
    )
    if len(days) >= cap.most:
        freed = days[len(days) - cap.most] + timedelta(days=cap.days)
        yield Hindrance(
            f"cap_{cap.per}", cap.name, _midnight(freed, clock),
            (("sent", len(days)), ("most", cap.most), ("days", cap.days), ("day", freed)),
        )  # fmt: skip


def _silenced(
    silence: Silence, proposal: Proposal, seen: History, today: date, clock: ZoneInfo
) -> Iterable[Hindrance]:
    if proposal.kind not in silence.kinds or silence.channel not in (None, proposal.channel):
        return
    days = [one.at.astimezone(clock).date() for one in seen.happened if one.event == silence.event]
    if not days:
        return
    freed = max(days) + timedelta(days=silence.days)
    if today < freed:
        yield Hindrance(
            f"silence_{silence.event}", silence.name, _midnight(freed, clock),
            (("on", max(days)), ("days", silence.days), ("day", freed)),
        )  # fmt: skip


def _thanked_first(seen: History, days: int, today: date, clock: ZoneInfo) -> Iterable[Hindrance]:
    given = [one.at.astimezone(clock).date() for one in seen.happened
             if one.event == "gift" and one.to_be_thanked]  # fmt: skip
    thanked = [one.at.astimezone(clock).date() for one in seen.sent if one.kind == "thanks"]
    owed = [day for day in given if today < day + timedelta(days=days)]
    if owed and not any(day >= max(owed) for day in thanked):
        yield Hindrance("thank_first", "thank_first", None, (("on", max(owed)),))


def _midnight(day: date, clock: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), clock).astimezone(UTC)


def _written(name: str, value: Told, lang: str) -> str:
    if isinstance(value, Bilingual):
        return value.text(lang=lang)
    if isinstance(value, date):
        return period.written(value, lang=lang)
    if name == "channel":
        return _LEXICON.say(f"channel.{value}", lang=lang)
    return str(value)
