"""Home: one household in a rehearsal: where its people are in each journey, and what is on its way.

Everything that happens to a household happens here, in the order of the clock: events, waits that
end, messages that were held back. The journeys' own ``enter`` and ``advance`` decide; pressure and
consent are asked as at a real sending.
"""

import heapq
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count

from mecene.journeys import advance as ahead
from mecene.journeys import entering, graph, moment, triggers
from mecene.journeys.assignment import HoldOut
from mecene.journeys.entering import Refusal, Visit
from mecene.journeys.publishing import Published
from mecene.journeys.rehearsal import passing, sending
from mecene.journeys.rehearsal.cast import Day, Entry, Person, Telling
from mecene.journeys.rehearsal.sending import Proposed
from mecene.journeys.steps import StartJourney
from mecene.journeys.traveller import Decision, Effect, Event, Known, Traveller
from mecene.pressure.rules import Rules
from mecene.pressure.verdict import Happened, Sent

# At one moment: what happens comes before waits that end, and these before what waits to be sent.
_EVENT, _DUE, _SEND = 0, 1, 2
_Where = tuple[str, int, int]
_HAPPENS = {"gift_received": "gift", "debit_failed": "failed_debit", "complaint": "complaint"}


@dataclass
class Home:
    """The people of one household, and all that is under way for them."""

    people: Mapping[int, Person]
    journeys: Sequence[Published]
    rules: Rules
    hold_out: HoldOut | None
    # Moment → donor → the hour at which they act, as it was known then.
    hours_at: Callable[[datetime], Mapping[int, int]]
    travellers: dict[_Where, Traveller] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    happened: dict[int, list[Happened]] = field(default_factory=dict)
    told: list[Telling] = field(default_factory=list)
    refusals: Counter[tuple[str, str]] = field(default_factory=Counter)
    keys: list[str] = field(default_factory=list)
    passed: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    waiting: dict[int, Proposed] = field(default_factory=dict)
    agenda: list[tuple[datetime, int, _Where, int]] = field(default_factory=list)
    numbers: "count[int]" = field(default_factory=count)
    # Of whom the day knows nothing yet, every column is unknown.
    unknown: dict[str, None] = field(default_factory=dict)
    _events: dict[int, Event] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.unknown = dict.fromkeys(name for one in self.journeys for name in one.columns)
        for donor_id, person in self.people.items():
            self.sent += person.told
            self.happened[donor_id] = list(person.happened)

    @property
    def next_at(self) -> datetime | None:
        """Return when something is to be looked at; None: nothing is under way."""
        return self.agenda[0][0] if self.agenda else None

    def live(self, events: Sequence[tuple[int, Event]], *, known: Day, until: datetime) -> None:
        """Live through what comes before a moment, in its order.

        Args:
            events: (donor, event), of this household; each learnt before ``until``.
            known: What is known meanwhile.
            until: The first moment that is not lived.
        """
        for donor_id, event in events:
            number = next(self.numbers)
            self._events[number] = event
            where = (event.kind, donor_id, 0)
            heapq.heappush(self.agenda, (event.learnt_at, _EVENT, where, number))
        while self.agenda and self.agenda[0][0] < until:
            at, what, where, number = heapq.heappop(self.agenda)
            if what == _EVENT:
                self._happen(where[1], self._events.pop(number), known, at)
            elif what == _DUE:
                self._look(where, known, at)
            else:
                self._send(self.waiting.pop(number), at)

    def entries(self) -> list[Entry]:
        """Return every coming, those still inside included."""
        return [
            Entry(one.journey, one.donor_id, one.entry, one.event.ref, one.entered_at,
                  one.arrived_at if one.step is None else None, one.outcome)
            for one in self.travellers.values()
        ]  # fmt: skip

    def still_waiting(self, at: datetime) -> list[Telling]:
        """Return what is held back still."""
        return [sending.settled(one, at, "waiting") for one in self.waiting.values()]

    def _happen(self, donor_id: int, event: Event, known: Day, at: datetime) -> None:
        if event.kind in _HAPPENS:
            thanked = event.kind == "gift_received" and (
                event.values.get("event_kind") != "instalment"
            )
            self.happened[donor_id].append(Happened(_HAPPENS[event.kind], event.at, thanked))
        for where, traveller in list(self.travellers.items()):
            awaited = graph.awaited(self._journey(where[0]).graph)
            if traveller.donor_id == donor_id and event.kind in awaited:
                self._advance(where, known, at, events=(event,))
        for published in self.journeys:
            self._enter(published, donor_id, event, known, at)

    def _enter(
        self, published: Published, donor_id: int, event: Event, known: Day, at: datetime
    ) -> None:
        person, code = self.people[donor_id], published.graph.code
        past = [
            Visit(one.event.ref, one.entered_at, one.arrived_at if one.step is None else None)
            for (journey, who, _), one in self.travellers.items()
            if (journey, who) == (code, donor_id)
        ]
        found = entering.enter(
            published, event, donor_id=donor_id, household_id=person.household_id, past=past,
            known=self._known(person, known, at), hold_out=self.hold_out, now=at,
        )  # fmt: skip
        if isinstance(found, Refusal):
            if found.code != "wrong_event":
                self.refusals[code, found.code] += 1
            return
        where = (code, donor_id, found.traveller.entry)
        self.travellers[where] = found.traveller
        self._advance(where, known, at)

    def _look(self, where: _Where, known: Day, at: datetime) -> None:
        # An event may have moved them on since this was written down.
        if self.travellers[where].due_at == at:
            self._advance(where, known, at)

    def _advance(
        self, where: _Where, known: Day, at: datetime, events: tuple[Event, ...] = ()
    ) -> None:
        before = self.travellers[where]
        person = self.people[before.donor_id]
        told = replace(self._known(person, known, at), events=events)
        published = self._journey(where[0])
        decision = ahead.advance(published, before, known=told, now=at)
        for (step, way), times in passing.left(published, decision.trace).items():
            self.passed[where[0], step, way] += times
        self.travellers[where] = decision.traveller
        due_at = decision.traveller.due_at
        if due_at is not None and due_at != before.due_at:
            heapq.heappush(self.agenda, (due_at, _DUE, where, next(self.numbers)))
        self._carry_out(decision, person, known, at)

    def _carry_out(self, decision: Decision, person: Person, known: Day, at: datetime) -> None:
        for effect in decision.effects:
            if effect.channel is None:
                self.keys.append(effect.key)
                if isinstance(effect.act, StartJourney):
                    self._start(effect.act.journey, effect.key, person, known, at)
                continue
            self._propose(sending.proposed(effect, decision.traveller, person), effect, at)

    def _start(self, code: str, key: str, person: Person, known: Day, at: datetime) -> None:
        came = triggers.command("api", journey=code, ref=key, at=at)
        for published in self.journeys:
            if published.graph.code == code:
                self._enter(published, person.donor_id, came, known, at)

    def _propose(self, one: Proposed, effect: Effect, at: datetime) -> None:
        """Send a message, or have it wait for the reader's own hour."""
        hour, channel = None, effect.channel or ""
        if one.kind in moment.KINDS and channel in moment.CHANNELS:
            hour = self.hours_at(at).get(one.donor_id)
        then = moment.best(at, kind=one.kind, channel=channel, hour=hour,
                           zone=self.people[one.donor_id].zone.name,
                           expires_at=one.expires_at)  # fmt: skip
        if then <= at:
            self._send(one, at)
        else:
            self._wait(replace(one, again_at=then))

    def _send(self, one: Proposed, at: datetime) -> None:
        person = self.people[one.donor_id]
        found = sending.tried(
            one, person, sent=self.sent, happened=self.happened[one.donor_id], rules=self.rules,
            at=at,
        )  # fmt: skip
        if isinstance(found, Telling):
            self.told.append(found)
            if found.outcome in ("sent", "late"):
                self.sent.append(Sent(one.donor_id, at, found.channel or "", one.kind))
            return
        self._wait(found)

    def _wait(self, one: Proposed) -> None:
        number = next(self.numbers)
        self.waiting[number] = one
        where = (one.journey, one.donor_id, 0)
        heapq.heappush(self.agenda, (one.again_at, _SEND, where, number))

    def _known(self, person: Person, known: Day, at: datetime) -> Known:
        local = at.astimezone(sending.clock(person)).date()
        return Known(
            values=known.values.get(person.donor_id, self.unknown), zone=person.zone.name,
            channels=person.channels,
            deceased=person.deceased_on is not None and person.deceased_on <= local,
        )  # fmt: skip

    def _journey(self, code: str) -> Published:
        return next(one for one in self.journeys if one.graph.code == code)
