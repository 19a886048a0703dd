"""Said: a condition in a short sentence, in the words of the builder's rules."""

from decimal import Decimal

from mecene.conditions.asked import Ask
from mecene.conditions.drawing import Constant, Drawn, Rule
from mecene.conditions.mistake import InvalidCondition
from mecene_web.design import words
from mecene_web.segments import columns, draft, edit, plan

_CENTS = Decimal(100)


def said(text: str) -> str:
    """Return what a condition says; its own text where rules cannot say it, or it says nothing."""
    try:
        drawn = plan.understood(text, at_hand=True).drawn
    except InvalidCondition:
        return text
    return text if drawn is None else _piece(drawn, inside=False)


def _piece(drawn: Drawn, *, inside: bool) -> str:
    if isinstance(drawn, Rule):
        told = _rule(drawn)
    else:
        told = _short(drawn.joint).join(_piece(part, inside=True) for part in drawn.parts)
        told = f"({told})" if inside or drawn.negated else told
    return _short("not", said=told) if drawn.negated else told


def _rule(rule: Rule) -> str:
    of = rule.subject.of
    name = of.name if isinstance(of, Ask) else of
    label = _labels().get(name, name)
    if isinstance(of, Ask):
        label = f"{label} ({', '.join(str(value) for _, value in of.said)})"
    values = [_value(name, value) for value in rule.values]
    if values == [words.say("segments", "values.true")] and rule.sign == "=":
        return label
    sign = _short(edit.SIGN_WORDS[rule.sign])
    between = f" {words.say('segments', 'joints.until')} " if rule.sign == "between" else ", "
    return " ".join(part for part in (label, sign, between.join(values)) if part)


def _value(name: str, value: Constant) -> str:
    if isinstance(value, bool):
        return words.say("segments", f"values.{str(value).lower()}")
    if isinstance(value, float | int):
        number = Decimal(repr(value))
        if draft.in_cents(name):
            return f"{_plain(number / _CENTS)}\u00a0€"
        return _plain(number)
    return _choices(name).get(str(value), str(value))


def _plain(number: Decimal) -> str:
    written = format(number, "f")
    bare = written.rstrip("0").rstrip(".") if "." in written else written
    return bare.replace(".", ",") if words.language() == "fr" else bare


def _labels() -> dict[str, str]:
    return {one.name: one.label for one in edit.offered(at_hand=True)}


def _choices(name: str) -> dict[str, str]:
    there = (*columns.at_hand(), *columns.named(words.language()))
    held = [one.choices for one in there if one.name == name]
    return dict(held[0]) if held else {}


def _short(name: str, **told: str) -> str:
    return words.say("segments", f"short.{name}", **told)
