"""Few: what the SQL of the night says of a few donors, asked again and again.

Understanding that SQL takes ten times as long as running it over 500 donors: it is understood once,
by a connection that stays open for a while.
"""

import threading
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
from django.conf import settings

from mecene.conditions.asked import Ask
from mecene.engine import duck
from mecene.engine.connection import Limits
from mecene.features import dictionary, summary
from mecene_web.segments import answers

LIMITS = Limits(memory_mb=300, threads=1)
# What its tables held before lies about in a connection: it begins anew after so many answers.
_TIMES = 200


@dataclass(frozen=True)
class Asked:
    """What is asked, of whichever donors: two that are equal are answered by one connection."""

    columns: frozenset[str]
    families: tuple[str, ...]
    asks: tuple[Ask, ...]
    as_of: date
    # Name → value of the constants of the SQL.
    constants: tuple[tuple[str, Any], ...]


@dataclass
class _Open:
    asked: Asked
    connection: duckdb.DuckDBPyConnection
    closing: ExitStack
    times: int = field(default=0)


_one_at_a_time = threading.Lock()
_held: list[_Open] = []


def of(
    asked: Asked, rows: Mapping[str, pl.DataFrame]
) -> tuple[pl.DataFrame, pl.DataFrame | None]:  # fmt: skip
    """Return one row a donor with its columns, and the answers of those there are any of.

    Args:
        asked: What is wanted.
        rows: The facts of the donors (``scores.snapshot.of``).
    """
    with _one_at_a_time:
        held = _ready(asked)
        try:
            duck.hold(held.connection, rows)
            found = summary.of_rows(held.connection, asked.families)
            said = answers.of(held.connection, asked.asks) if asked.asks else None
        except BaseException:
            close()
            raise
    return found, said


def close() -> None:
    """Let go of the connection, if there is one."""
    while _held:
        _held.pop().closing.close()


def _ready(asked: Asked) -> _Open:
    if not _held or _held[0].asked != asked or _held[0].times >= _TIMES:
        close()
        _held.append(_opened(asked))
    _held[0].times += 1
    return _held[0]


def _opened(asked: Asked) -> _Open:
    constants = dict(asked.constants)
    wanted = {
        family: tuple(
            column.name
            for column in dictionary.columns((family,))
            if column.name in asked.columns and column.name != "donor_id"
        )
        for family in asked.families
    }
    closing = ExitStack()
    connection = closing.enter_context(
        duck.waiting(as_of=asked.as_of, beside=Path(settings.HOME), parameters=constants,
                     limits=LIMITS)
    )  # fmt: skip
    summary.prepare(connection, known=constants, columns=wanted)
    return _Open(asked, connection, closing)
