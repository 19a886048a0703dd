"""Numbered: rows whose number is one of many, told to the database as one value.

``filter(pk__in=numbers)`` makes an object of each number, and a text of as many blanks as there
are; a thousand of them take longer to say than to find.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import BooleanField, F, Func, TextField, Value


class _Among(Func):
    """The condition, in each engine's own words."""

    arity = 2
    output_field = BooleanField()

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, arg_joiner=" = any(",
                           template="%(expressions)s::bigint[])", **extra)  # fmt: skip

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, arg_joiner=" in (select value from json_each(",
                           template="%(expressions)s))", **extra)  # fmt: skip


def among(name: str, numbers: Iterable[int]) -> _Among:
    """Return the condition that a column holds one of some whole numbers, for ``filter``.

    Args:
        name: Of the column, as ``filter`` calls it: ``pk``, ``donor_id``.
        numbers: Which; none: no row.
    """
    said = ",".join(map(str, map(int, numbers)))
    return _Among(F(name), _Told(said))


class _Told(Value):
    """Whole numbers in a row, written as the engine reads them."""

    def __init__(self, said: str) -> None:
        super().__init__(said, output_field=TextField())

    def as_postgresql(self, _compiler: Any, _connection: Any) -> Any:
        return "%s", [f"{{{self.value}}}"]

    def as_sqlite(self, _compiler: Any, _connection: Any) -> Any:
        return "%s", [f"[{self.value}]"]
