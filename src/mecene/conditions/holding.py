"""Holding: does a condition hold of one row of values, without a table around it?

The same answer as the condition's expression gives of that row: what is unknown is not true. A
condition that can be drawn is answered from its drawing, in microseconds; another by a table of
one row.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache

import polars as pl

from mecene.conditions.drawing import Constant, Drawn, Group, Rule
from mecene.conditions.language import Condition

Cell = Constant | datetime | None


class UnansweredColumn(KeyError):
    """A condition reads a column that the row does not have."""

    def __str__(self) -> str:
        return str(self.args[0])


def holds(
    condition: Condition, row: Mapping[str, Cell], *, types: Mapping[str, pl.DataType] | None = None
) -> bool:
    """Return whether a condition holds of a row.

    Args:
        condition: Compiled.
        row: Column → value; None is unknown. It may have more columns than are read.
        types: Column → type, for conditions that cannot be drawn and columns that are empty.

    Raises:
        UnansweredColumn: a column that is read is not in the row.
    """
    for name in (*condition.columns, *(ask.column for ask in condition.asks)):
        if name not in row:
            raise UnansweredColumn(
                f"conditions: `{condition.text}` reads {name}, which is not known of this donor; "
                "give it, as None where it is unknown"
            )
    if condition.drawn is not None:
        return _truth(condition.drawn, row) is True
    names = (*condition.columns, *(ask.column for ask in condition.asks))
    known = {name: (types or {}).get(name) for name in names}
    # A condition that reads no column is answered once a row too: there is always a column.
    one_row = {name: [row[name]] for name in names} | {"a row": [True]}
    frame = pl.DataFrame(one_row, schema=known | {"a row": pl.Boolean()})
    return bool(frame.select(condition.expr)[0, 0])


def _truth(drawn: Drawn, row: Mapping[str, Cell]) -> bool | None:
    answer = _joined(drawn, row) if isinstance(drawn, Group) else _ruled(drawn, row)
    return answer if answer is None or not drawn.negated else not answer


def _joined(group: Group, row: Mapping[str, Cell]) -> bool | None:
    # Of three values, as in SQL: one false settles an « and », one true an « or ».
    settles = group.joint == "or"
    answers = [_truth(part, row) for part in group.parts]
    if settles in answers:
        return settles
    return None if None in answers else not settles


def _ruled(rule: Rule, row: Mapping[str, Cell]) -> bool | None:
    found = row[rule.subject.column]
    if isinstance(found, datetime):
        found = found.date()
    if rule.sign == "is null":
        return found is None
    if rule.sign in ("is true", "is false"):
        return found is (rule.sign == "is true")
    return None if found is None else _compared(found, rule.sign, rule.values)


def _compared(found: Constant, sign: str, values: tuple[Constant, ...]) -> bool:
    if isinstance(values[0], str) and not isinstance(found, str):
        found = str(found)
    match sign:
        case "in":
            return found in values
        case "between":
            return _order(found, values[0]) >= 0 and _order(found, values[1]) <= 0
        case "like":
            return _shape(str(values[0])).fullmatch(str(found)) is not None
        case "starts_with":
            return str(found).startswith(str(values[0]))
    order = _order(found, values[0])
    return {
        "=": order == 0, "!=": order != 0, "<": order < 0, "<=": order <= 0, ">": order > 0,
        ">=": order >= 0,
    }[sign]  # fmt: skip


def _order(left: Constant, right: Constant) -> int:
    """Return -1, 0 or 1: the order of two values of one type."""
    match left, right:
        case str(), str():
            return (left > right) - (left < right)
        case date(), date():
            return (left > right) - (left < right)
        case ((int() | float()), (int() | float())):
            # Whole numbers are compared as floats, as the language does.
            a, b = float(left), float(right)
            return (a > b) - (a < b)
    raise TypeError(f"conditions: {left!r} cannot be compared with {right!r}")


@cache
def _shape(pattern: str) -> re.Pattern[str]:
    wild = {"%": ".*", "_": "."}
    return re.compile("".join(wild.get(sign, re.escape(sign)) for sign in pattern), re.DOTALL)
