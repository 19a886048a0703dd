"""Indexed: conditions written so that the database answers them from an index.

SQLite plans before it knows the values that are bound: an index of some rows (``where state =
'unknown'``) is used only where the very condition stands in the question, written out.
"""

import re
from typing import Any

from django.db import connection
from django.db.models import Q, TextField, Value

_PLAIN = re.compile(r"[a-z_]*")
_LAST = "\U0010ffff"


class NotPlain(ValueError):
    """A word to be written out is of more than small letters: it is bound, like any other."""


class Seen(Value):
    """A word of ours, written out in the question: ``filter(state=Seen("unknown"))``.

    Raises:
        NotPlain: it is of more than small letters and ``_``.
    """

    def __init__(self, word: str) -> None:
        if not _PLAIN.fullmatch(word):
            raise NotPlain(word)
        super().__init__(word, output_field=TextField())

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[()]]:
        """Return the word between quotes, and nothing to bind."""
        return f"'{self.value}'", ()


def begins(column: str, written: str) -> Q:
    """Return what begins so, as an index of the column reads it; any other way reads every row.

    SQLite's has the order of the signs, and its "like" mixes capitals. PostgreSQL's compares signs
    too (``text_pattern_ops``), whatever the language that the database sorts by.
    """
    if connection.vendor == "sqlite":
        return Q(**{f"{column}__gte": written, f"{column}__lt": written + _LAST})
    return Q(**{f"{column}__startswith": written})
