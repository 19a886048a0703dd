"""Advance: from where a donor is in a journey, to where they go and what is to be done.

Pure: it decides and never acts. The shell saves the new state and the effects in one transaction.
Looked at twice, a donor moves once: the state it returns is not due. An effect's key is that of no
other, so that an effect decided twice by two workers is one row.

Before each step: has the donor died, does an exit rule hold, is a goal reached? A wait counts from
the moment its step is come to, so that messages planned a week apart stay a week apart after a
machine has slept.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from mecene.journeys import asking, assignment, traveller, waits
from mecene.journeys.publishing import Published
from mecene.journeys.reasons import Reason
from mecene.journeys.steps import (
    PREFERRED,
    Act,
    AddTag,
    Branch,
    Call,
    Letter,
    Message,
    Rule,
    SetAttribute,
    Split,
    StartJourney,
    Wait,
    WaitFor,
    WaitUntil,
    Webhook,
)
from mecene.journeys.traveller import Decision, Effect, Event, Known, Traveller


class WrongJourney(ValueError):
    """A traveller follows another journey, or another version of it."""


class LostStep(LookupError):
    """A traveller stands at a step that their version does not have: move them (``moving``)."""


def advance(published: Published, of: Traveller, *, known: Known, now: datetime) -> Decision:
    """Return what happens to a traveller at ``now``; nothing, when they are out or not yet due.

    Args:
        published: The version they follow.
        of: Where they are.
        known: What is known of them at ``now``.
        now: With a zone.

    Raises:
        WrongJourney: they follow another journey.
        LostStep: their step is not in it.
        UnansweredColumn: a condition reads what is not known (``conditions.holding``).
    """
    if (of.journey, of.version) != (published.graph.code, published.version):
        raise WrongJourney(
            f"journeys: traveller of {of.journey} version {of.version} shown to "
            f"{published.graph.code} version {published.version}"
        )
    if of.step is None:
        return Decision(of)
    walk = _Walk(published, known, now.astimezone(UTC), of)
    while walk.at.step is not None and not walk.ended() and walk.step_on():
        pass
    return Decision(walk.at, tuple(walk.effects), tuple(walk.trace))


def stop(of: Traveller, *, why: str, now: datetime) -> Decision:
    """Return a traveller taken out by hand; nothing, when they are out already."""
    if of.step is None:
        return Decision(of)
    reason = Reason("stopped", now, of.step, (("why", why),))
    return Decision(_out(of, "stopped", now), trace=(reason,))


@dataclass
class _Walk:
    """One traveller on their way at one moment; gathers what is to be done, and why."""

    published: Published
    known: Known
    now: datetime
    at: Traveller
    effects: list[Effect] = field(default_factory=list)
    trace: list[Reason] = field(default_factory=list)

    def ended(self) -> bool:
        """Leave where the donor died, a rule says so or a goal is reached; return whether so."""
        if self.known.deceased:
            self._leave("deceased", "deceased")
            return True
        graph = self.published.graph
        for word, rules in (("exit", graph.exits), ("goal", graph.goals)):
            for rule in rules:
                if self._applies(rule):
                    self._leave(f"{word}:{rule.key}", word, rule=rule.key)
                    return True
        return False

    def step_on(self) -> bool:
        """Do what the step at hand asks; return whether the donor went past it."""
        here = self.at.step or ""
        step = self.published.steps.get(here)
        if step is None:
            raise LostStep(
                f"journeys: donor {self.at.donor_id} stands at {here!r}, which version "
                f"{self.at.version} of {self.at.journey} does not have; move them"
            )
        match step:
            case Wait() | WaitUntil() | WaitFor():
                return self._wait(step)
            case Branch():
                return self._go(self._branch(step))
            case Split():
                return self._go(self._draw(step))
            case _:
                self._act(step)
                return self._go(step.next)

    def _wait(self, step: Wait | WaitUntil | WaitFor) -> bool:
        if isinstance(step, WaitFor):
            came = self._awaited(step)
            if came is not None:
                self._say("came", event=came.kind, ref=came.ref)
                return self._go(step.next)
        ends = self._ends(step)
        if self.now >= ends:
            timed_out = isinstance(step, WaitFor)
            self._say("timed_out" if timed_out else "waited")
            return self._go(step.otherwise if isinstance(step, WaitFor) else step.next)
        if self.at.due_at != ends:
            self.at = traveller.moved(self.at, due_at=ends)
            if isinstance(step, WaitFor):
                self._say("waits_for", event=step.event, until=ends)
            else:
                self._say("waits", until=ends)
        return False

    def _ends(self, step: Wait | WaitUntil | WaitFor) -> datetime:
        # Worked out once, as they arrive: who moves house meanwhile keeps the hour that was said.
        if self.at.due_at is not None and self.at.due_at > self.at.arrived_at:
            return self.at.due_at
        arrived, zone = self.at.arrived_at, self.known.zone
        match step:
            case Wait(duration=duration):
                return waits.after(arrived, duration, zone=zone)
            case WaitFor(timeout=timeout):
                return waits.after(arrived, timeout, zone=zone)
            case WaitUntil():
                return waits.until(arrived, step, zone=zone)

    def _awaited(self, step: WaitFor) -> Event | None:
        for event in self._learnt(step.event, since=self.at.arrived_at):
            if self._holds(step.where, event):
                return event
        return None

    def _branch(self, step: Branch) -> str | None:
        for path in step.paths:
            if self._holds(path.when, self.at.event):
                self._say("branched", condition=path.when)
                return path.next
        self._say("otherwise")
        return step.otherwise

    def _draw(self, step: Split) -> str | None:
        experiment = step.experiment or f"{self.at.journey}.{step.key}"
        drawn = dict(self.at.arms).get(experiment)
        by_name = {arm.name: arm for arm in step.arms}
        if drawn not in by_name:
            weights = [arm.weight for arm in step.arms]
            drawn = step.arms[assignment.arm(experiment, self.at.unit, weights=weights)].name
            kept = {**dict(self.at.arms), experiment: drawn}
            self.at = traveller.moved(self.at, arms=tuple(kept.items()))
        self._say("drawn", arm=drawn, experiment=experiment)
        return by_name[drawn].next

    def _act(self, step: Act) -> None:
        times = dict(self.at.visits).get(step.key, 0) + 1
        visits = {**dict(self.at.visits), step.key: times}
        key = traveller.key(self.at, step=step.key, occurrence=times)
        channel, purpose, expires_at = self._told(step)
        self.effects.append(
            Effect(key, step, channel, purpose, self.now, expires_at, self.at.arms,
                   self.at.event.ref)
        )  # fmt: skip
        self._say("acted", key=key)
        self.at = traveller.moved(self.at, visits=tuple(visits.items()))

    def _told(self, step: Act) -> tuple[str | None, str | None, datetime | None]:
        match step:
            case Message():
                channel = self._channel(step)
            case Letter():
                channel = "post"
            case Call():
                channel = "phone"
            case SetAttribute() | AddTag() | Webhook() | StartJourney():
                return None, None, None
        purpose = step.purpose or self.published.graph.purpose
        return channel, purpose, self.now + timedelta(days=step.expires_days)

    def _channel(self, step: Message) -> str:
        if step.channel != PREFERRED:
            return step.channel
        texts = self.published.speaks
        said = None if texts is None else texts.get(step.template, frozenset())
        fitting = [each for each in self.known.channels if said is None or each in said]
        # Of whom nothing fits, a channel all the same: why it is not sent is told at the sending.
        return fitting[0] if fitting else min(said or {"email"})

    def _go(self, to: str | None) -> bool:
        if to is None:
            self._leave("completed", "completed")
        else:
            self.at = traveller.moved(self.at, step=to, arrived_at=self.now, due_at=self.now)
        return True

    def _applies(self, rule: Rule) -> bool:
        if rule.event is None:
            return self._holds(rule.when, self.at.event)
        return any(
            self._holds(rule.when, event)
            for event in self._learnt(rule.event, since=self.at.entered_at)
            if event.ref != self.at.event.ref
        )

    def _learnt(self, kind: str, *, since: datetime) -> list[Event]:
        """Return the events of a kind learnt since a moment, that also happened since that day."""
        if not self.known.events:
            return []
        day = waits.day_of(since, zone=self.known.zone)
        return [
            event
            for event in self.known.events
            if event.kind == kind and since < event.learnt_at <= self.now
            if waits.day_of(event.at, zone=self.known.zone) >= day
        ]

    def _holds(self, text: str | None, event: Event) -> bool:
        return asking.holds(self.published, text, values=self.known.values, event=event)

    def _leave(self, outcome: str, code: str, **found: str) -> None:
        self._say(code, **found)
        self.at = _out(self.at, outcome, self.now)

    def _say(self, code: str, **found: str | datetime) -> None:
        self.trace.append(Reason(code, self.now, self.at.step, tuple(found.items())))


def _out(of: Traveller, outcome: str, now: datetime) -> Traveller:
    return traveller.moved(
        of, step=None, arrived_at=now.astimezone(UTC), due_at=None, outcome=outcome
    )
