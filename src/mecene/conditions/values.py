"""Values: what a piece of a condition stands for, and what may be done with it.

Numbers are reckoned as 64-bit floats. An empty value makes what it touches unknown, as in SQL.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import NoReturn

import polars as pl

from mecene.conditions import drawing
from mecene.conditions.asked import SIGNATURES, Ask
from mecene.conditions.drawing import Fixed, Piece, Subject
from mecene.conditions.mistake import TYPES, InvalidCondition, Place


@dataclass(frozen=True)
class Value:
    """A piece of a condition: its expression, its type, its place, its words when it is a text.

    ``type`` is ``number``, ``text``, ``date`` or ``truth``; ``drawn`` is None where it cannot be.
    """

    expr: pl.Expr
    type: str
    place: Place
    written: str | None = None
    drawn: Piece | None = None


def number(word: str, place: Place, condition: str) -> Value:
    """Return a number as written."""
    reckoned = float(word)
    if not math.isfinite(reckoned):
        raise InvalidCondition("too_big", condition=condition, place=place, word=word)
    expr = pl.lit(reckoned, dtype=pl.Float64)
    return Value(expr, "number", place, drawn=Fixed(reckoned))


def text(word: str, place: Place) -> Value:
    """Return a text as written between quotes; a quote in it is doubled."""
    inside = word[1:-1].replace("''", "'")
    return Value(pl.lit(inside, dtype=pl.String), "text", place, inside, Fixed(inside))


def true_or_false(word: str, place: Place) -> Value:
    """Return true or false."""
    said = word.lower() == "true"
    return Value(pl.lit(said), "truth", place, drawn=Fixed(said))


def column(name: str, type_: pl.DataType, place: Place) -> Value:
    """Return a column; whole numbers become floats."""
    drawn = Subject(name)
    if type_.is_numeric():
        return Value(pl.col(name).cast(pl.Float64), "number", place, drawn=drawn)
    if isinstance(type_, pl.Datetime):
        return Value(pl.col(name).dt.date(), "date", place, drawn=drawn)
    if isinstance(type_, pl.Date):
        return Value(pl.col(name), "date", place, drawn=drawn)
    if isinstance(type_, pl.Boolean):
        return Value(pl.col(name), "truth", place, drawn=drawn)
    return Value(pl.col(name).cast(pl.String), "text", place, drawn=drawn)


def asked(ask: Ask, place: Place) -> Value:
    """Return the answer to what is asked, from the column that will hold it."""
    answer = column(ask.column, SIGNATURES[ask.name].type, place)
    return replace(answer, drawn=Subject(ask))


def as_date(value: Value, condition: str) -> Value:
    """Return a text as the date it writes."""
    written = value.written or ""
    day = None
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", written):
        try:
            day = date.fromisoformat(written)
        except ValueError:
            day = None
    if day is None:
        raise InvalidCondition(
            "not_a_date", condition=condition, place=value.place, word=written[:40]
        )
    return Value(pl.lit(day), "date", value.place, drawn=Fixed(day))


def truth(value: Value, condition: str) -> Value:
    """Return the value, which must be true or false."""
    return _typed(value, "truth", condition)


def either(left: Value, _sign: str, right: Value, condition: str) -> Value:
    """Return ``left or right``."""
    expr = truth(left, condition).expr | truth(right, condition).expr
    drawn = drawing.joined("or", left.drawn, right.drawn)
    return Value(expr, "truth", _span(left, right), drawn=drawn)


def both(left: Value, _sign: str, right: Value, condition: str) -> Value:
    """Return ``left and right``."""
    expr = truth(left, condition).expr & truth(right, condition).expr
    drawn = drawing.joined("and", left.drawn, right.drawn)
    return Value(expr, "truth", _span(left, right), drawn=drawn)


def negated(value: Value, condition: str, *, from_: Place | None = None) -> Value:
    """Return ``not value``; unknown stays unknown."""
    place = Place((from_ or value.place).start, value.place.end)
    expr = truth(value, condition).expr.not_()
    return Value(expr, "truth", place, drawn=drawing.turned(value.drawn))


def compared(left: Value, sign: str, right: Value, condition: str) -> Value:
    """Return a comparison of two values of one type."""
    left, right = _alike(left, right, condition)
    if left.type == "truth" and sign in ("<", "<=", ">", ">="):
        _refuse("no_order", _span(left, right), condition)
    a, b = left.expr, right.expr
    answers = {
        "=": a == b, "==": a == b, "!=": a != b, "<>": a != b,
        "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b,
    }  # fmt: skip
    drawn = drawing.compared(left.drawn, sign, right.drawn)
    return Value(answers[sign], "truth", _span(left, right), drawn=drawn)


def between(value: Value, low: Value, high: Value, condition: str) -> Value:
    """Return whether a value lies from low to high, both included."""
    above = compared(value, ">=", low, condition)
    answer = both(above, "and", compared(value, "<=", high, condition), condition)
    low, high = (_alike(value, limit, condition)[1] for limit in (low, high))
    return replace(answer, drawn=drawing.about(value.drawn, "between", low.drawn, high.drawn))


def among(value: Value, choices: list[Value], condition: str) -> Value:
    """Return whether a value equals one of several."""
    answer = compared(value, "=", choices[0], condition)
    for choice in choices[1:]:
        answer = either(answer, "or", compared(value, "=", choice, condition), condition)
    said = [_alike(value, choice, condition)[1].drawn for choice in choices]
    return replace(answer, drawn=drawing.about(value.drawn, "in", *said))


def is_just(value: Value, wanted: bool | None, condition: str) -> Value:
    """Return ``is null``, ``is true`` or ``is false``: always known."""
    if wanted is None:
        drawn = drawing.about(value.drawn, "is null")
        return Value(value.expr.is_null(), "truth", value.place, drawn=drawn)
    expr = truth(value, condition).expr.eq_missing(pl.lit(wanted))
    drawn = drawing.about(value.drawn, f"is {wanted}".lower())
    return Value(expr, "truth", value.place, drawn=drawn)


def like(value: Value, pattern: Value, condition: str) -> Value:
    """Return whether a text has a shape: ``%`` is anything, ``_`` one character."""
    _typed(value, "text", condition)
    wild = {"%": ".*", "_": "."}
    shape = "".join(wild.get(sign, re.escape(sign)) for sign in pattern.written or "")
    expr = value.expr.str.contains(rf"(?s)\A{shape}\z")
    drawn = drawing.about(value.drawn, "like", pattern.drawn)
    return Value(expr, "truth", _span(value, pattern), drawn=drawn)


def reckoned(left: Value, sign: str, right: Value, condition: str) -> Value:
    """Return a sum, difference, product or quotient."""
    a, b = _typed(left, "number", condition).expr, _typed(right, "number", condition).expr
    if sign == "/":
        b = pl.when(b != 0).then(b)
    expr = {"+": a + b, "-": a - b, "*": a * b, "/": a / b}[sign]
    return Value(expr, "number", _span(left, right))


def minus(value: Value, condition: str, *, from_: Place) -> Value:
    """Return the opposite of a number."""
    place = Place(from_.start, value.place.end)
    expr = -_typed(value, "number", condition).expr
    said = value.drawn.value if isinstance(value.drawn, Fixed) else None
    drawn = Fixed(-said) if isinstance(said, float) else None
    return Value(expr, "number", place, drawn=drawn)


def everywhere(truth: pl.Expr) -> pl.Expr:
    """Return a truth as one answer a row, no where nobody knows; also where it asks no column."""
    if truth.meta.root_names():
        return truth.fill_null(value=False)
    # A bare constant is one value, whatever the rows: polars 2.1 filters 20,000 by it and fails.
    always = bool(pl.select(truth.fill_null(value=False)).item())
    return pl.repeat(always, pl.len())


def _coalesce(arguments: list[Value], condition: str, name: Place) -> Value:
    alike = _all_alike(arguments, condition)
    chosen = alike[-1].expr
    # Not pl.coalesce: before a constant it forgets how many rows there are.
    for value in reversed(alike[:-1]):
        chosen = pl.when(value.expr.is_not_null()).then(value.expr).otherwise(chosen)
    return Value(chosen, alike[0].type, name)


def _abs(arguments: list[Value], condition: str, name: Place) -> Value:
    if len(arguments) != 1:
        _refuse("arguments", name, condition, word="abs", expected=("un nombre", "one number"))
    return Value(_typed(arguments[0], "number", condition).expr.abs(), "number", name)


def _least(arguments: list[Value], condition: str, name: Place) -> Value:
    alike = _ordered(arguments, condition)
    return Value(pl.min_horizontal([value.expr for value in alike]), alike[0].type, name)


def _greatest(arguments: list[Value], condition: str, name: Place) -> Value:
    alike = _ordered(arguments, condition)
    return Value(pl.max_horizontal([value.expr for value in alike]), alike[0].type, name)


def _starts_with(arguments: list[Value], condition: str, name: Place) -> Value:
    if len(arguments) != 2:
        expected = ("deux textes", "two texts")
        _refuse("arguments", name, condition, word="starts_with", expected=expected)
    whole, start = (_typed(value, "text", condition).expr for value in arguments)
    drawn = drawing.about(arguments[0].drawn, "starts_with", arguments[1].drawn)
    return Value(whole.str.starts_with(start), "truth", name, drawn=drawn)


FUNCTIONS: dict[str, Callable[[list[Value], str, Place], Value]] = {
    "abs": _abs,
    "coalesce": _coalesce,
    "greatest": _greatest,
    "least": _least,
    "starts_with": _starts_with,
}


def _ordered(arguments: list[Value], condition: str) -> list[Value]:
    alike = _all_alike(arguments, condition)
    if alike[0].type in ("text", "truth"):
        _typed(alike[0], "number", condition)
    return alike


def _all_alike(arguments: list[Value], condition: str) -> list[Value]:
    # A text among dates is a date: give every argument the type of a date, if there is one.
    dates = [value for value in arguments if value.type == "date"]
    first = dates[0] if dates else arguments[0]
    return [_alike(first, value, condition)[1] for value in arguments]


def _alike(left: Value, right: Value, condition: str) -> tuple[Value, Value]:
    if left.type == "date" and right.written is not None:
        right = as_date(right, condition)
    if right.type == "date" and left.written is not None:
        left = as_date(left, condition)
    if left.type != right.type:
        (left_fr, left_en), (right_fr, right_en) = TYPES[left.type], TYPES[right.type]
        raise InvalidCondition(
            "not_alike", condition=condition, place=_span(left, right),
            left_fr=left_fr, left_en=left_en, right_fr=right_fr, right_en=right_en,
        )  # fmt: skip
    return left, right


def _typed(value: Value, wanted: str, condition: str) -> Value:
    if value.type != wanted:
        (expected_fr, expected_en), (found_fr, found_en) = TYPES[wanted], TYPES[value.type]
        raise InvalidCondition(
            "wrong_type", condition=condition, place=value.place,
            expected_fr=expected_fr, expected_en=expected_en, found_fr=found_fr, found_en=found_en,
        )  # fmt: skip
    return value


def _refuse(
    kind: str, place: Place, condition: str, *, word: str = "", expected: tuple[str, str] = ("", "")
) -> NoReturn:
    raise InvalidCondition(
        kind, condition=condition, place=place, word=word,
        expected_fr=expected[0], expected_en=expected[1],
    )  # fmt: skip


def _span(left: Value, right: Value) -> Place:
    return Place(min(left.place.start, right.place.start), max(left.place.end, right.place.end))
