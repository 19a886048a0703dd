"""Journeys drawn at random, all of them publishable, and people to send on them."""

from datetime import UTC, datetime, time, timedelta

from hypothesis import strategies as st

from mecene.journeys import steps
from mecene.journeys.graph import Graph, reachable
from mecene.journeys.starting import (
    OnEvent,
)
from mecene.journeys.steps import (
    AddTag,
    Arm,
    Branch,
    Duration,
    Message,
    Path,
    Reentry,
    Split,
    Wait,
    WaitFor,
    WaitUntil,
)  # fmt: skip
from mecene.journeys.traveller import Event, Known, Traveller
from mecene.words import Bilingual

START = datetime(2026, 3, 20, 9, tzinfo=UTC)
ZONES = ("Europe/Paris", "America/Martinique", "Pacific/Noumea", "America/New_York", "Asia/Kolkata")
CONDITIONS = ("gifts >= 2", "gifts * 2 > 5", "city = 'Lyon'", "event_amount_minor > 1000")


def event(kind="gift_received", ref="g0", at=START, learnt_at=None, **values):
    told = {f"event_{name}": value for name, value in values.items()}
    return Event(kind, ref, at, learnt_at or at, told)


def graph(*drawn, **more):
    """Return a journey of these steps, in which the first is the start."""
    return Graph(**{
        "code": "welcome", "name": Bilingual("Bienvenue", "Welcome"), "purpose": "newsletter",
        "triggers": (OnEvent("gift_received"),), "start": drawn[0].key if drawn else "none",
        "steps": tuple(drawn),
    } | more)  # fmt: skip


def traveller(at="a", now=START, **more):
    return Traveller(**{
        "journey": "welcome", "version": 1, "donor_id": 1, "entry": 1, "unit": "donor:1",
        "event": event(amount_minor=2_000), "entered_at": now, "step": at, "arrived_at": now,
        "due_at": now,
    } | more)  # fmt: skip


durations = st.builds(Duration, st.integers(0, 40), st.integers(0, 30), st.integers(1, 59))
knowns = st.builds(
    Known,
    values=st.fixed_dictionaries({
        "gifts": st.none() | st.integers(0, 5), "city": st.sampled_from([None, "Lyon", "Nice"]),
    }),
    zone=st.sampled_from(ZONES),
)  # fmt: skip


TIMES = st.builds(time, st.integers(0, 23), st.integers(0, 59))
WEEKDAYS = st.sets(st.integers(1, 7)).map(lambda days: tuple(sorted(days)))
CHOICES = {
    kind: st.sampled_from(choices)
    for kind, choices in {
        "step": ("message", "tag", "wait", "until", "for", "branch", "split"),
        "kind": ("thanks", "news"), "channel": ("preferred", "email", "sms"),
        "event": ("click", "reply"), "condition": CONDITIONS,
    }.items()
}  # fmt: skip
FEW, WEIGHTS = st.integers(1, 3), st.integers(1, 9)


@st.composite
def graphs(draw, longest=9):
    """Draw a journey; only a wait may lead back, so that nothing goes round for ever at once."""
    keys = [f"s{place}" for place in range(draw(st.integers(1, longest)))]
    drawn = []
    for place, key in enumerate(keys):
        ahead = st.sampled_from([None, *keys[place + 1 :]])
        # Rarely back, so that most journeys end.
        back = st.sampled_from([None, None, *keys])
        drawn.append(_step(draw, key, ahead, back))
    inside = reachable(graph(*drawn))
    return graph(*(step for step in drawn if step.key in inside))


def _step(draw, key, ahead, back):
    def one(what):
        return draw(CHOICES[what])

    match one("step"):
        case "message":
            return Message(key, "hello", one("kind"), one("channel"), next=draw(ahead))
        case "tag":
            return AddTag(key, "met", draw(ahead))
        case "wait":
            return Wait(key, draw(durations), draw(back))
        case "until":
            return WaitUntil(key, draw(TIMES), draw(WEEKDAYS), next=draw(ahead))
        case "for":
            return WaitFor(key, one("event"), draw(durations), next=draw(back),
                           otherwise=draw(back))  # fmt: skip
        case "branch":
            paths = tuple(Path(one("condition"), draw(ahead)) for _ in range(draw(FEW)))
            return Branch(key, paths, draw(ahead))
    return Split(key, tuple(Arm(name, draw(WEIGHTS), draw(ahead)) for name in ("a", "b")))


def later(**length):
    return START + timedelta(**length)


ONCE = Reentry()
STEPS = steps
