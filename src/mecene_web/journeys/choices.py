"""Choices: what a journey's form offers to choose among, in the reader's words."""

from collections.abc import Sequence
from typing import Any

from mecene import facts
from mecene.journeys import vocabulary
from mecene.pressure.rules import KINDS
from mecene.segments import return_codes
from mecene_web.design import words
from mecene_web.journeys import edit, following
from mecene_web.journeys.models import Endpoint, Journey
from mecene_web.messages.texts import Template
from mecene_web.segments import columns
from mecene_web.segments.models import Segment

Pairs = list[tuple[str, str]]
_NOT_A_MESSAGE = ("open_tracking", "web_tracking", "profiling")
_CHANNELS = ("preferred", "email", "sms", "post", "phone")


def of(drawn: dict[str, Any]) -> dict[str, Pairs]:
    """Return name → (value, words) of everything that the fields of a drawing may say."""
    lang = words.language()
    named = columns.named(lang)
    classes = return_codes.load()
    return {
        "steps": [("", words.say("journeys", "flow.end")),
                  *((one["key"], title(one)) for one in drawn["steps"])],
        "templates": _templates(),
        "kinds": _said("kinds", KINDS),
        "channels": _said("channels", _CHANNELS),
        "purposes": [("", words.say("journeys", "fields.usual_purpose")), *purposes()],
        "events": [("", "–"), *_said("events", (*vocabulary.FACTS, *vocabulary.INTERACTIONS))],
        "segments": list(Segment.objects.filter(archived_at=None).values_list("code", "name")),
        "journeys": [(one.code, one.name(lang))
                     for one in Journey.objects.exclude(state="archived").order_by("name_fr")],
        "endpoints": list(Endpoint.objects.order_by("name").values_list("name", "name")),
        "dates": [("birth_date", words.say("journeys", "fields.birth_date")),
                  *((one.name, one.label) for one in named if one.kind == "date")],
        "numbers": [(one.name, one.label) for one in named if one.kind == "number"],
        "classes": [(name, body[lang]) for name, body in classes.items()],
        "weekdays": _said("weekdays", [str(day) for day in range(1, 8)]),
        "changes": _said("changes", ("entered", "left")),
        "directions": _said("directions", ("above", "below")),
        "ways": _said("ways", ("manual", "api")),
    }  # fmt: skip


def purposes() -> Pairs:
    """Return the purposes a message may have."""
    return [(name, words.say("consent", f"purposes.{name}")) for name in facts.PURPOSES
            if name not in _NOT_A_MESSAGE]  # fmt: skip


def kinds_of_steps() -> Pairs:
    """Return the kinds of steps there are to add."""
    return _said("steps", tuple(edit.NEW))


def kinds_of_triggers() -> Pairs:
    """Return the kinds of triggers there are to add."""
    return _said("triggers", tuple(edit.TRIGGERS))


def title(step: dict[str, Any]) -> str:
    """Return what a step is called: its own label, or what it does in a few words."""
    label = step.get("label")
    if label:
        return str(label.get(words.language()) or label.get("fr"))
    return summary(step)


def summary(step: dict[str, Any]) -> str:
    """Return what a step does, in a few words."""
    kind = step["do"]
    told = words.say("journeys", f"steps.{kind}")
    match kind:
        case "wait":
            detail = lasts(step["duration"])
        case "wait_for":
            detail = f"{words.known('journeys', 'events', step['event'])}, {lasts(step['timeout'])}"
        case "wait_until":
            detail = step["at"]
        case "branch":
            detail = " / ".join(path["when"] for path in step["paths"][:2])
        case "split":
            detail = " / ".join(arm["name"] for arm in step["arms"])
        case "message" | "letter" | "call":
            detail = dict(_templates()).get(step["template"], step["template"])
        case _:
            told_by = (
                step[name] for name in ("tag", "name", "endpoint", "journey") if name in step
            )
            detail = str(next(told_by, ""))
    colon = "\u00a0:" if words.language() == "fr" else ":"
    return f"{told}{colon} {detail}" if detail else told


def lasts(duration: dict[str, int]) -> str:
    """Return how long, in words."""
    told = [words.say("journeys", f"lasts.{part}", count=duration[part])
            for part in ("days", "hours", "minutes") if duration.get(part)]  # fmt: skip
    return " ".join(told) or words.say("journeys", "lasts.nothing")


def _templates() -> Pairs:
    numbers = following.templates()
    names = dict(Template.objects.filter(pk__in=set(numbers.values())).values_list("pk", "name"))
    said: dict[str, str] = {}
    spoken = {number for (code, _), number in numbers.items() if code != f"t{number}"}
    for (code, _), number in sorted(numbers.items()):
        # A template with a name of its own is offered under it alone.
        if code != f"t{number}" or number not in spoken:
            said.setdefault(code, names[number])
    return sorted(said.items(), key=lambda pair: pair[1])


def _said(section: str, names: Sequence[str]) -> Pairs:
    return [(name, words.say("journeys", f"{section}.{name}")) for name in names]
