"""Edit: what the page of a segment being made or changed shows, from what was sent."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from mecene import facts
from mecene.conditions import asked, drawing
from mecene.conditions.asked import NIGHTLY, SIGNATURES
from mecene.conditions.mistake import InvalidCondition
from mecene.sources import folding
from mecene_web.design import words
from mecene_web.segments import columns, draft, fields, plan, preview
from mecene_web.segments.draft import DraftGroup, DraftRule
from mecene_web.segments.models import Segment
from mecene_web.segments.preview import Previewed

MISTAKES = (InvalidCondition, plan.Circle, plan.NoSuchSegment)


@dataclass(frozen=True)
class Edited:
    """A condition as text and as rules (None: its text says more), who answers, what is wrong."""

    text: str
    group: DraftGroup | None
    previewed: Previewed | None = None
    problem: str = ""
    before: str = ""
    wrong: str = ""
    after: str = ""
    nightly: tuple[str, ...] = ()
    unfinished: bool = False
    # It is a journey's: it may name the event at hand; of whom it does is not counted here.
    at_hand: bool = False
    named_at_hand: bool = False

    @property
    def rules(self) -> dict[str, Any] | None:
        """Return the outermost group as the template draws it."""
        return _group(self.group, "0") if self.group is not None else None


def begun(condition: str = "", *, solicited: bool = True, at_hand: bool = False) -> Edited:
    """Return a condition as it is first shown."""
    if condition:
        return of_text(condition, solicited=solicited, at_hand=at_hand)
    return Edited("", DraftGroup("and", parts=[DraftRule()]), at_hand=at_hand)


def sent(told: Mapping[str, str]) -> Edited:
    """Return what a form holds: its text where somebody changed it, otherwise its rules."""
    text = told.get("condition", "")
    solicited, at_hand = "solicited" in told, "at_hand" in told
    if text != told.get("was", "") or "joint.0" not in told:
        return begun(text if text.strip() else "", solicited=solicited, at_hand=at_hand)
    group = fields.changed(fields.read(told), told.get("do", ""))
    said = draft.drawn(group)
    if said is None:
        return Edited("", group, unfinished=True, at_hand=at_hand)
    looked = of_text(drawing.text(said), solicited=solicited, at_hand=at_hand)
    return _with(looked, group=group, unfinished=_unfinished(group))


def mistaken(wrong: ValueError) -> str:
    """Return what is wrong with a segment, in the reader's words."""
    if isinstance(wrong, InvalidCondition):
        return wrong.message(lang=words.language())
    if isinstance(wrong, plan.Circle):
        return words.say("segments", "wrong.circle", way=" → ".join(wrong.codes))
    if isinstance(wrong, plan.NoSuchSegment):
        return words.say("segments", "wrong.absent", code=wrong.code)
    return words.say("segments", "wrong.name")


def of_text(text: str, *, solicited: bool, at_hand: bool = False) -> Edited:
    """Return what a text says, and who answers.

    Args:
        text: The condition.
        solicited: Whether those who may not be solicited are left out of the count.
        at_hand: Whether it may name the event at hand.
    """
    try:
        condition = plan.understood(text, at_hand=at_hand)
        of_event = bool(set(condition.columns) & columns.EVENT.keys())
        found = None if of_event else preview.preview(text, solicited=solicited)
    except InvalidCondition as wrong:
        start, end = wrong.place.start, wrong.place.end
        return Edited(text, None, problem=mistaken(wrong), before=text[:start],
                      wrong=text[start:end] or " ", after=text[end:], at_hand=at_hand)  # fmt: skip
    except MISTAKES[1:] as wrong:
        return Edited(text, None, problem=mistaken(wrong), before=text, at_hand=at_hand)
    scored = tuple(name for name in condition.columns if _of_the_night(name))
    return Edited(text, draft.of(condition.drawn), found, nightly=scored, at_hand=at_hand,
                  named_at_hand=of_event)  # fmt: skip


def _of_the_night(name: str) -> bool:
    return name in columns.SCORES or name in columns.TAGS


def _with(looked: Edited, *, group: DraftGroup, unfinished: bool) -> Edited:
    return replace(looked, group=group, unfinished=unfinished)


def _unfinished(group: DraftGroup) -> bool:
    return any(
        _unfinished(part) if isinstance(part, DraftGroup) else draft.finished(part) is None
        for part in group.parts
    )


def _group(group: DraftGroup, place: str) -> dict[str, Any]:
    parts = [
        _group(part, f"{place}.{number}")
        if isinstance(part, DraftGroup)
        else _rule(part, f"{place}.{number}")
        for number, part in enumerate(group.parts)
    ]
    return {"place": place, "joint": group.joint, "negated": group.negated, "parts": parts,
            "is_group": True, "outermost": place == "0"}  # fmt: skip


def _rule(rule: DraftRule, place: str) -> dict[str, Any]:
    named = {one.name: one for one in offered(at_hand=True)}.get(rule.name)
    kind = draft.kind_of(rule.name)
    arguments = SIGNATURES[rule.name].arguments if rule.name in SIGNATURES else ()
    return {
        "place": place, "rule": rule, "named": named, "kind": kind,
        "signs": [(sign, words.say("segments", f"signs.{SIGN_WORDS[sign]}"))
                  for sign in draft.SIGNS.get(kind or "", ())],
        "arguments": [_argument(one, rule.said.get(one.name, "")) for one in arguments],
        "valued": not rule.sign.startswith("is "), "two": rule.sign == "between",
        "typed": {"date": "date"}.get(kind or "", "text"),
        "cents": draft.in_cents(rule.name), "finished": draft.finished(rule) is not None,
        "choices": _choices(rule.name, named),
    }  # fmt: skip


def _choices(name: str, named: Any) -> list[tuple[str, str]]:
    if draft.kind_of(name) == "truth":
        return [(one, words.say("segments", f"values.{one}")) for one in ("true", "false")]
    if name == "consent":
        return [(one, words.say("segments", f"statuses.{one}")) for one in facts.CONSENT_STATUSES]
    return list(named.choices) if named is not None else []


def _argument(argument: asked.Argument, typed: str) -> dict[str, Any]:
    choices: list[tuple[str, str]] = []
    if argument.name == "code":
        there = Segment.objects.filter(archived_at=None)
        choices = [(one.code, one.name) for one in there]
    elif argument.words:
        choices = [(one, words.say("segments", f"purposes.{one}")) for one in argument.words]
    return {"name": argument.name, "typed": typed, "choices": choices,
            "required": argument.required, "is_days": argument.name == "days",
            "label": words.say("segments", f"arguments.{argument.name}")}  # fmt: skip


def offered(*, at_hand: bool = False) -> tuple[columns.Named, ...]:
    """Return everything a rule may be about, in the reader's language; the event at hand first."""
    asks = tuple(
        columns.Named(name, "asked", columns.kind(one.type), "",
                      words.say("segments", f"asks.{name}"),
                      words.say("segments", f"asks_meaning.{name}"))
        for name, one in SIGNATURES.items()
        if name not in NIGHTLY
    )  # fmt: skip
    event = columns.at_hand() if at_hand else ()
    return (*event, *asks, *columns.named(words.language()))


def found(sought: str, *, at_hand: bool = False) -> list[columns.Named]:
    """Return what answers to some words, in a name, a label or a meaning; all for none."""
    wanted = folding.fold(sought[:100]).split()
    return [
        one
        for one in offered(at_hand=at_hand)
        if all(word in folding.fold(f"{one.name} {one.label} {one.meaning}") for word in wanted)
    ]


SIGN_WORDS = {
    "=": "equal", "!=": "other", "<": "less", "<=": "at_most", ">": "more", ">=": "at_least",
    "in": "among", "between": "between", "like": "like", "starts_with": "starts",
    "is null": "unknown", "is true": "yes", "is false": "no",
}  # fmt: skip
