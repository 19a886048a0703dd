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


@st.composite
def graphs(draw, longest=9):
    """Draw a journey; only a wait may lead back, so that nothing goes round for ever at once."""
    keys = [f"s{place}" for place in range(draw(st.integers(1, longest)))]
    drawn = []
    for place, key in enumerate(keys):
        ahead = st.sampled_from([None, *keys[place + 1 :]])
        # Rarely back, so that most journeys end.
        back = st.sampled_from([None, None, *keys])
        drawn.append(draw(_step(key, ahead, back)))
    whole = graph(*drawn)
    inside = reachable(whole)
    return graph(*(step for step in drawn if step.key in inside))


def _step(key, ahead, back):
    condition = st.sampled_from(CONDITIONS)
    name = st.just(key)
    return st.one_of(
        st.builds(Message, name, st.just("hello"), st.sampled_from(["thanks", "news"]),
                  st.sampled_from(["preferred", "email", "sms"]), next=ahead),
        st.builds(AddTag, name, st.just("met"), ahead),
        st.builds(Wait, name, durations, back),
        st.builds(WaitUntil, name, st.builds(time, st.integers(0, 23), st.integers(0, 59)),
                  st.sets(st.integers(1, 7)).map(lambda days: tuple(sorted(days))), next=ahead),
        st.builds(WaitFor, name, st.sampled_from(["click", "reply"]), durations, next=back,
                  otherwise=back),
        st.builds(Branch, name,
                  st.lists(st.builds(Path, condition, ahead), min_size=1, max_size=3).map(tuple),
                  ahead),
        st.builds(Split, name, st.tuples(
            st.builds(Arm, st.just("a"), st.integers(1, 9), ahead),
            st.builds(Arm, st.just("b"), st.integers(1, 9), ahead))),
    )  # fmt: skip


def later(**length):
    return START + timedelta(**length)


ONCE = Reentry()
STEPS = steps
