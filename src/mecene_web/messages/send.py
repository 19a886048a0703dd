"""Send: messages that are due leave, each at most once, and what became of each is written down.

A message is *claimed*, asked about again, written out, and only then marked as *sending*, alone,
in a transaction of its own: from there until the answer is written down, a worker that dies leaves
*unknown*, never a second sending. What the last one came to is written in the same transaction in
which the next one begins: one write to the disk a message.
"""

import logging
import secrets
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from mecene_web.channels import known
from mecene_web.channels.email import returns
from mecene_web.channels.parcel import Halted, Later, Parcel, Refused, Sent, Unsure
from mecene_web.messages import check, claim, outcome, ready, twice
from mecene_web.messages.models import Campaign, Outgoing, Rules
from mecene_web.messages.texts import Part
from mecene_web.messages.throttle import Throttle

AT_ONCE = 50
# What was asked is asked again when it is older.
_FRESH_SECONDS = 5.0
_SERVER_REST = timedelta(seconds=60)
_POLICY_REST = timedelta(hours=1)

log = logging.getLogger("mecene.messages")


@dataclass
class _Round:
    """One round of one worker by one channel."""

    worker: str
    channel: known.Channel
    clock: Callable[[], datetime]
    throttle: Throttle
    rules: Rules
    # What the last message came to, not yet written down.
    owed: list[Callable[[], None]] = field(default_factory=list)
    # Domains that refuse us, as of this round.
    stopped: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class _Ready:
    one: check.Cleared
    parcel: Parcel
    part: Part | None


def send(
    *, worker: str = "", clock: Callable[[], datetime] = timezone.now, most: int = AT_ONCE,
    throttle: Throttle | None = None, channels: Collection[str] = (),
) -> int:  # fmt: skip
    """Send some of what is due; return how many messages were looked at, 0 when nothing is due.

    Args:
        worker: Who sends; drawn where nobody said.
        clock: What time it is.
        most: How many messages at once.
        throttle: What keeps the pace from one call to the next.
        channels: By which; every one that sends one by one where nobody said.
    """
    name = worker or secrets.token_hex(8)
    rules = Rules.objects.first() or Rules()
    looked = 0
    for channel in _one_by_one(channels):
        mine = claim.claim(name, channels=[channel.name], most=most, now=clock())
        if mine:
            this = _Round(name, channel, clock, throttle or Throttle(), rules)
            _sent(mine, this)
            looked += len(mine)
    return looked


def _one_by_one(wanted: Collection[str]) -> list[known.Channel]:
    names = [name for name in settings.MECENE_CHANNELS if not wanted or name in wanted]
    return [channel for channel in map(known.channel, names) if channel.open is not None]


def _sent(numbers: Sequence[int], this: _Round) -> None:
    assert this.channel.open is not None
    left = list(numbers)
    try:
        with this.channel.open() as line:
            while left:
                left = _some(left, line, this)
    finally:
        _settle(this)
        claim.release(left, worker=this.worker, due_at=this.clock(), why="")


def _some(numbers: list[int], line: known.Line, this: _Round) -> list[int]:
    """Ask about messages and carry them for as long as the answers are fresh; return the rest."""
    asked_at = time.monotonic()
    messages = _made_ready(numbers, this)
    for place, message in enumerate(messages):
        if place and time.monotonic() - asked_at > _FRESH_SECONDS:
            return [each.one.row.pk for each in messages[place:]]
        if message.one.domain and message.one.domain in this.stopped:
            _release([message], this, after=_POLICY_REST, why="halted")
            continue
        wait = this.throttle.wait(message.one.domain)
        if wait > 1.0:
            _release([message], this, after=timedelta(seconds=wait), why="throttled")
            continue
        if wait:
            _settle(this)  # what is known is written before we rest
            time.sleep(wait)
        try:
            _carried(message, line, this)
        except Halted as no:
            outcome.halt(this.channel.name, why=str(no), now=this.clock())
            _release(messages[place:], this, after=timedelta(0), why="halted")
            return []
        except Later as busy:
            _release(messages[place:], this, after=busy.after or _SERVER_REST, why="server_busy")
            return []
    return []


def _made_ready(numbers: Sequence[int], this: _Round) -> list[_Ready]:
    now = this.clock()
    rows = Outgoing.objects.filter(pk__in=numbers, state="claimed", claimed_by=this.worker)
    rows.update(leased_until=now + claim.LEASE)
    cleared, refused = check.check(list(rows.order_by("due_at", "pk")), now=now)
    made = []
    for one in cleared:
        try:
            parcel, part = ready.parcel(one, now=now, count_clicks=this.rules.count_clicks)
            made.append(_Ready(one, parcel, part))
        except ready.Unsendable as no:
            refused.append((one.row, check.Refusal(no.reason, details=no.details)))
    if refused:
        with transaction.atomic():
            for row, why in refused:
                _refused(row, why, this)
    return made


def _refused(row: Outgoing, why: check.Refusal, this: _Round) -> None:
    mine = Outgoing.objects.filter(pk=row.pk, state="claimed", claimed_by=this.worker)
    told = {"reason": why.reason, "details": dict(why.details), "leased_until": None,
            "claimed_by": ""}  # fmt: skip
    if why.until is None:
        mine.update(state="refused", ended_at=this.clock(), **told)
    else:
        mine.update(state="queued", due_at=why.until, attempts=F("attempts") - 1, **told)


def _carried(message: _Ready, line: known.Line, this: _Round) -> None:
    """Begin, carry, and owe what it came to.

    Raises:
        Halted: nothing leaves any more by this channel.
        Later: nobody's leaves now.
    """
    if not _begun(message, this):
        return
    row = message.one.row
    row.address, row.domain = message.one.address, message.one.domain
    try:
        sent = line(message.parcel)
    except Unsure as broken:
        this.owed.append(partial(outcome.unsure, row, said=str(broken)))
    except Refused as no:
        if returns.read(no.said, code=no.code).kind == "policy":
            this.stopped.add(message.one.domain)
        this.owed.append(partial(outcome.refused, row, address=message.one.address, said=no.said,
                                 code=no.code, channel=this.channel, now=this.clock()))  # fmt: skip
    except Later as busy:
        if busy.everybody:
            this.owed.append(partial(outcome.not_taken, row, worker=this.worker,
                                     due_at=this.clock() + (busy.after or _SERVER_REST),
                                     why="server_busy"))  # fmt: skip
            raise
        this.owed.append(partial(outcome.postponed, row, address=message.one.address,
                                 said=busy.said, code=busy.code, channel=this.channel,
                                 now=this.clock()))  # fmt: skip
    except Halted:
        this.owed.append(partial(outcome.not_taken, row, worker=this.worker, due_at=this.clock(),
                                 why="halted"))  # fmt: skip
        raise
    else:
        this.owed.append(partial(_handed_over, row, sent, this))


def _begun(message: _Ready, this: _Round) -> bool:
    """Mark a message as being handed over; return whether it is ours. What is owed is paid."""
    row, now = message.one.row, this.clock()
    with transaction.atomic():
        _pay(this)
        other = twice.reader(row, message.one.address)
        if other is not None:
            _refused(row, check.Refusal("same_address", details={"donor": other}), this)
            return False
        begun = Outgoing.objects.filter(
            pk=row.pk, state="claimed", claimed_by=this.worker, leased_until__gt=now
        ).update(
            state="sending", leased_until=now + claim.LEASE, address=message.one.address,
            domain=message.one.domain, part=message.part, reason="", details={},
        )  # fmt: skip
        if begun and not _afforded(row):
            _refused_dear(row, now)
            return False
    return bool(begun)


def _afforded(row: Outgoing) -> bool:
    """Take what a message costs off its campaign's budget; return whether there was enough."""
    if row.campaign_id is None or not row.cost_minor or row.trial_to:
        return True
    enough = Q(most_cost_minor=None) | Q(most_cost_minor__gte=F("spent_minor") + row.cost_minor)
    open_ = Campaign.objects.filter(enough, pk=row.campaign_id)
    return bool(open_.update(spent_minor=F("spent_minor") + row.cost_minor))


def _refused_dear(row: Outgoing, now: datetime) -> None:
    Outgoing.objects.filter(pk=row.pk).update(
        state="refused", reason="budget", ended_at=now, leased_until=None
    )


def _handed_over(row: Outgoing, sent: Sent, this: _Round) -> None:
    outcome.handed_over(row, sent, channel=this.channel, worker=this.worker, now=this.clock())


def _settle(this: _Round) -> None:
    if this.owed:
        with transaction.atomic():
            _pay(this)


def _pay(this: _Round) -> None:
    for write in this.owed:
        write()
    this.owed.clear()


def _release(messages: Sequence[_Ready], this: _Round, *, after: timedelta, why: str) -> None:
    _settle(this)
    numbers = [each.one.row.pk for each in messages]
    claim.release(numbers, worker=this.worker, due_at=this.clock() + after, why=why)
