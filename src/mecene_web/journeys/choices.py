"""Choices: what a journey's form offers to choose among, in the reader's words."""

from collections.abc import Sequence
from typing import Any

from mecene import facts
from mecene.journeys import vocabulary
from mecene.pressure.rules import KINDS
from mecene.segments import return_codes
from mecene_web.design import words
from mecene_web.experiments import measured
from mecene_web.journeys import edit, following
from mecene_web.journeys.models import Endpoint, Journey
from mecene_web.messages.texts import Template
from mecene_web.segments import columns, said
from mecene_web.segments.models import Segment

Pairs = list[tuple[str, str]]
_NOT_A_MESSAGE = ("open_tracking", "web_tracking", "profiling")
_GROUPS = {
    "tell": ("message", "letter", "call"),
    "wait": ("wait", "wait_until", "wait_for"),
    "choose": ("branch", "split"),
    "do": ("add_tag", "set_attribute", "start_journey", "webhook"),
}
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
        "measures": [(name, label, kind)
                     for name, label, kind, _ in measured.offered(lang=lang)],
        "weekdays": _said("weekdays", [str(day) for day in range(1, 8)]),
        "changes": _said("changes", ("entered", "left")),
        "directions": _said("directions", ("above", "below")),
        "ways": _said("ways", ("manual", "api")),
    }  # fmt: skip


def purposes() -> Pairs:
    """Return the purposes a message may have."""
    return [(name, words.say("consent", f"purposes.{name}")) for name in facts.PURPOSES
            if name not in _NOT_A_MESSAGE]  # fmt: skip


def kinds_of_steps() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the kinds of steps there are to add, in groups: (group, kinds)."""
    return [(words.say("journeys", f"steps_by.{group}"), _said("steps", kinds))
            for group, kinds in _GROUPS.items()]  # fmt: skip


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
            detail = ""  # its ways say it
        case "split":
            detail = " / ".join(arm["name"] for arm in step["arms"])
        case "message" | "letter" | "call":
            detail = dict(_templates()).get(step["template"], step["template"])
        case _:
            told_by = (
                step[name] for name in ("tag", "name", "endpoint", "journey") if name in step
            )
            detail = str(next(told_by, ""))
    return _colon(told, detail)


def trigger(row: dict[str, Any]) -> str:
    """Return what starts a journey, in a few words."""
    told, kind = words.say("journeys", f"triggers.{row['on']}"), row["on"]
    match kind:
        case "event":
            detail = words.known("journeys", "events", row["event"])
            if row.get("where"):
                detail = words.say(
                    "journeys", "flow.if", event=detail, said=said.said(row["where"])
                )
        case "segment":
            name = dict(Segment.objects.filter(code=row["segment"]).values_list("code", "name"))
            change = words.say("journeys", f"changes.{row.get('change', 'entered')}")
            detail = f"{name.get(row['segment'], row['segment'])} ({change})"
        case "date":
            detail = "/".join(str(row[part]) for part in ("day", "month", "year") if part in row)
        case "anniversary" | "crossing":
            name = row.get("of") or row.get("column") or ""
            labels = {one.name: one.label for one in columns.named(words.language())}
            labels["birth_date"] = words.say("journeys", "fields.birth_date")
            detail = labels.get(name, name)
            if kind == "crossing":
                sign = "≥" if row.get("direction", "above") == "above" else "<"
                detail = f"{detail} {sign} {row['threshold']:g}"
        case "failed_debit":
            held = return_codes.load()
            classes = [held[name] for name in row.get("classes", ()) if name in held]
            told_by = (_first(each[words.language()]) for each in classes)
            detail = ", ".join((*told_by, *row.get("codes", ())))
        case _:
            detail = words.say("journeys", f"ways.{row['by']}") if row.get("by") else ""
    return _colon(told, detail)


def rule(row: dict[str, Any]) -> str:
    """Return what makes one leave, in a few words."""
    event = words.known("journeys", "events", row["event"]) if row.get("event") else ""
    when = said.said(row["when"]) if row.get("when") else ""
    if event and when:
        return words.say("journeys", "flow.if", event=event, said=when)
    return event or when or "–"


def lasts(duration: dict[str, int]) -> str:
    """Return how long, in words."""
    told = [words.say("journeys", f"lasts.{part}", count=duration[part])
            for part in ("days", "hours", "minutes") if duration.get(part)]  # fmt: skip
    return " ".join(told) or words.say("journeys", "lasts.nothing")


def _first(said: str) -> str:
    return said.partition(";")[0].strip()


def _colon(told: str, detail: str) -> str:
    colon = "\u00a0:" if words.language() == "fr" else ":"
    return f"{told}{colon} {detail}" if detail else told


def _templates() -> Pairs:
    numbers = following.templates()
    names = dict(Template.objects.filter(pk__in=set(numbers.values())).values_list("pk", "name"))
    found: dict[str, str] = {}
    spoken = {number for (code, _), number in numbers.items() if code != f"t{number}"}
    for (code, _), number in sorted(numbers.items()):
        # A template with a name of its own is offered under it alone.
        if code != f"t{number}" or number not in spoken:
            found.setdefault(code, names[number])
    return sorted(found.items(), key=lambda pair: pair[1])


def _said(section: str, names: Sequence[str]) -> Pairs:
    return [(name, words.say("journeys", f"{section}.{name}")) for name in names]
