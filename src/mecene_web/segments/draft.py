"""Draft: rules and groups as a person fills them in, some not finished yet; to and from a drawing.

Values are texts as they are typed: amounts in euros rather than cents, a comma or a point before
decimals, several texts with semicolons between them.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from mecene.conditions import drawing
from mecene.conditions.asked import MOST_DAYS, SIGNATURES, Argument, Ask
from mecene.conditions.drawing import Constant, Drawn, Group, Rule, Subject
from mecene_web.segments import columns

NUMBERS = (">=", "<=", ">", "<", "=", "!=", "between", "in", "is null")
SIGNS: dict[str, tuple[str, ...]] = {
    "number": NUMBERS,
    "date": NUMBERS,
    "text": ("=", "!=", "in", "starts_with", "like", "is null"),
    "truth": ("=", "!=", "is true", "is false", "is null"),
}
DEEPEST = 6
MOST_PARTS = 40
_CENTS = Decimal(100)
_BETWEEN = ";"
_MOST_DIGITS = 15


@dataclass
class DraftRule:
    """A rule being filled in: the name of a column or of what is asked, and what was typed."""

    name: str = ""
    sign: str = ""
    value: str = ""
    until: str = ""
    negated: bool = False
    said: dict[str, str] = field(default_factory=dict)


@dataclass
class DraftGroup:
    """A group being filled in."""

    joint: str = "and"
    negated: bool = False
    parts: list["DraftRule | DraftGroup"] = field(default_factory=list)


def kind_of(name: str) -> str | None:
    """Return ``number``, ``text``, ``date`` or ``truth``; None for what nobody knows."""
    if name in SIGNATURES:
        return columns.kind(SIGNATURES[name].type)
    type_ = columns.types().get(name) or columns.EVENT.get(name)
    return columns.kind(type_) if type_ is not None else None


def in_cents(name: str) -> bool:
    """Return whether a column holds minor units of a currency."""
    return "minor" in name


def drawn(group: DraftGroup) -> Drawn | None:
    """Return what a draft says, its unfinished rules left out; None where nothing is left."""
    parts = [
        said
        for part in group.parts
        if (said := drawn(part) if isinstance(part, DraftGroup) else finished(part)) is not None
    ]
    return drawing.plain(Group(group.joint, tuple(parts), group.negated)) if parts else None


def finished(rule: DraftRule) -> Rule | None:
    """Return the rule, None while something is missing or cannot be read."""
    kind = kind_of(rule.name)
    if kind is None or rule.sign not in SIGNS[kind]:
        return None
    subject = _subject(rule)
    typed = _typed(rule)
    values = [_value(text, kind, cents=in_cents(rule.name)) for text in typed]
    if subject is None or any(value is None for value in values):
        return None
    constants = tuple(value for value in values if value is not None)
    return Rule(subject, rule.sign, constants, rule.negated)


def of(said: Drawn | None) -> DraftGroup | None:
    """Return the draft of a drawing; None where it holds what the fields cannot."""
    if said is None:
        return None
    whole = said if isinstance(said, Group) else Group("and", (said,))
    draft = _group(whole)
    again = drawn(draft) if draft else None
    return draft if again == drawing.plain(said) and _depth(whole) <= DEEPEST else None


def _group(group: Group) -> DraftGroup | None:
    parts = [_group(part) if isinstance(part, Group) else _rule(part) for part in group.parts]
    if len(parts) > MOST_PARTS:
        return None
    return DraftGroup(group.joint, group.negated, [part for part in parts if part is not None])


def _rule(rule: Rule) -> DraftRule:
    ask = rule.subject.of
    name = ask.name if isinstance(ask, Ask) else ask
    said = {key: str(value) for key, value in ask.said} if isinstance(ask, Ask) else {}
    typed = [_written(value, cents=in_cents(name)) for value in rule.values]
    if rule.sign == "in":
        typed = [f"{_BETWEEN} ".join(typed)]
    first, second = (*typed, "", "")[:2]
    return DraftRule(name, rule.sign, first, second, rule.negated, said)


def _depth(piece: Drawn) -> int:
    return (
        1 + max((_depth(part) for part in piece.parts), default=0)
        if isinstance(piece, Group)
        else 0
    )


def _subject(rule: DraftRule) -> Subject | None:
    if rule.name not in SIGNATURES:
        return Subject(rule.name)
    said: list[tuple[str, str | int]] = []
    for argument in SIGNATURES[rule.name].arguments:
        typed = rule.said.get(argument.name, "").strip()
        if typed:
            read = _argument(argument, typed)
            if read is None:
                return None
            said.append((argument.name, read))
        elif argument.required:
            return None
    return Subject(Ask(rule.name, tuple(said)))


def _argument(argument: Argument, typed: str) -> str | int | None:
    if argument.name == "days":
        read = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 6 else 0
        return read if 1 <= read <= MOST_DAYS else None
    return typed if argument.words is None or typed in argument.words else None


def _typed(rule: DraftRule) -> list[str]:
    if rule.sign.startswith("is "):
        return []
    if rule.sign == "between":
        return [rule.value, rule.until]
    return rule.value.split(_BETWEEN) if rule.sign == "in" else [rule.value]


def _value(typed: str, kind: str, *, cents: bool) -> Constant | None:
    text = typed.strip()
    if kind == "text":
        return text or None
    if kind == "truth":
        return {"true": True, "false": False}.get(text)
    if kind == "date":
        try:
            return date.fromisoformat(text) if len(text) == 10 else None
        except ValueError:
            return None
    try:
        number = Decimal("".join(text.split()).replace("\u202f", "").replace(",", "."))
    except InvalidOperation:
        return None
    if not number.is_finite() or (number and abs(number.adjusted()) > _MOST_DIGITS):
        return None
    return float(number * _CENTS if cents else number)


def _written(value: Constant, *, cents: bool) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date | str):
        return str(value)
    number = Decimal(repr(value))
    written = format(number / _CENTS if cents else number, "f")
    return written.rstrip("0").rstrip(".") if "." in written else written
