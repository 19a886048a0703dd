"""Steps: what a journey may do, and what ends it, as frozen values.

Every step has a ``key``, unique in its graph, and says where the donor goes ``next``; ``None`` is
the end. Conditions are texts of ``mecene.conditions`` over the summary, over what is known of the
person and over the event that started the journey (``vocabulary``).
"""

from dataclasses import dataclass
from datetime import date, time

from mecene.words import Bilingual

PREFERRED = "preferred"


@dataclass(frozen=True)
class Duration:
    """How long: days are those of the donor's calendar, hours and minutes run on any clock."""

    days: int = 0
    hours: int = 0
    minutes: int = 0

    @property
    def is_nothing(self) -> bool:
        """Return whether no time passes."""
        return self.days <= 0 and self.hours <= 0 and self.minutes <= 0


@dataclass(frozen=True)
class Wait:
    """Let time pass."""

    key: str
    duration: Duration
    next: str | None = None
    label: Bilingual | None = None


@dataclass(frozen=True)
class WaitUntil:
    """Wait for an hour of the donor's own clock, on some weekdays (1 Monday to 7) or on one day."""

    key: str
    at: time
    weekdays: tuple[int, ...] = ()
    on: date | None = None
    next: str | None = None
    label: Bilingual | None = None


@dataclass(frozen=True)
class WaitFor:
    """Wait for something to happen, at most so long; ``otherwise`` is where one goes in vain."""

    key: str
    event: str
    timeout: Duration
    where: str | None = None
    next: str | None = None
    otherwise: str | None = None
    label: Bilingual | None = None


@dataclass(frozen=True)
class Path:
    """One way out of a branch."""

    when: str
    next: str | None = None


@dataclass(frozen=True)
class Branch:
    """Take the first path whose condition holds, else ``otherwise``."""

    key: str
    paths: tuple[Path, ...]
    otherwise: str | None = None
    label: Bilingual | None = None


@dataclass(frozen=True)
class Arm:
    """One arm of a split: its share is its weight over the sum of the weights."""

    name: str
    weight: int
    next: str | None = None


@dataclass(frozen=True)
class Judged:
    """By what it is told whether something changed anything (``judged``); measures by name.

    Attributes:
        within_days: Days after the draw; None: those usual for the measure.
        rule: ``sequential``: looked at every night; ``fixed``: once, at the end.
        effect: The smallest difference worth finding, in the measure's own unit; None: the usual.
    """

    primary: str
    within_days: int | None = None
    secondary: tuple[str, ...] = ()
    rule: str = "sequential"
    effect: float | None = None


@dataclass(frozen=True)
class Split:
    """Draw an arm, for ever a household's. ``experiment``: by default journey and key."""

    key: str
    arms: tuple[Arm, ...]
    experiment: str | None = None
    label: Bilingual | None = None
    judged: Judged | None = None


@dataclass(frozen=True)
class Message:
    """Send a template by a named channel, or by the donor's ``preferred`` one.

    Attributes:
        kind: ``ask``, ``thanks``, ``news`` or ``service``: what contact pressure goes by.
        purpose: What consent is asked for; the journey's own by default.
        expires_days: Not sent any more when so late.
    """

    key: str
    template: str
    kind: str
    channel: str = PREFERRED
    purpose: str | None = None
    expires_days: int = 7
    next: str | None = None
    label: Bilingual | None = None


@dataclass(frozen=True)
class Letter:
    """Add a letter to a batch that is printed and posted together."""

    key: str
    template: str
    kind: str
    batch: str
    purpose: str | None = None
    expires_days: int = 30
    next: str | None = None
    label: Bilingual | None = None


@dataclass(frozen=True)
class Call:
    """Give a person the task of calling, with a script."""

    key: str
    template: str
    kind: str
    purpose: str | None = None
    expires_days: int = 14
    next: str | None = None
    label: Bilingual | None = None


@dataclass(frozen=True)
class SetAttribute:
    """Write down something of the donor."""

    key: str
    name: str
    value: str
    next: str | None = None
    label: Bilingual | None = None


@dataclass(frozen=True)
class AddTag:
    """Put a tag on the donor."""

    key: str
    tag: str
    next: str | None = None
    label: Bilingual | None = None


@dataclass(frozen=True)
class Webhook:
    """Tell another program, by the name its address was registered under."""

    key: str
    endpoint: str
    next: str | None = None
    label: Bilingual | None = None


@dataclass(frozen=True)
class StartJourney:
    """Have the donor enter another journey, if its own rules let them."""

    key: str
    journey: str
    next: str | None = None
    label: Bilingual | None = None


Told = Message | Letter | Call
Act = Message | Letter | Call | SetAttribute | AddTag | Webhook | StartJourney
Pause = Wait | WaitUntil | WaitFor
Choice = Branch | Split
Step = Pause | Choice | Act


@dataclass(frozen=True)
class Rule:
    """What ends the journey: an event learnt since the donor entered, or a condition that holds.

    A goal and an exit are both a rule; with an event, ``when`` is asked of that event too.
    """

    key: str
    event: str | None = None
    when: str | None = None
    label: Bilingual | None = None


@dataclass(frozen=True)
class Reentry:
    """Whether a donor may come again.

    Attributes:
        allowed: ``never``; ``after_leaving`` once ``after_days`` have passed since they entered;
            ``each_event``: once an event, at the same time if need be (a thank-you a gift).
    """

    allowed: str = "never"
    after_days: int = 0


def ways(step: Step) -> tuple[tuple[str, str | None], ...]:
    """Return (name of the way, key of the step it leads to) for every way out of a step."""
    match step:
        case WaitFor():
            return (("next", step.next), ("otherwise", step.otherwise))
        case Branch():
            paths = tuple((f"paths.{n}", path.next) for n, path in enumerate(step.paths, start=1))
            return (*paths, ("otherwise", step.otherwise))
        case Split():
            return tuple((f"arms.{arm.name}", arm.next) for arm in step.arms)
        case _:
            return (("next", step.next),)
