"""Asked: what a condition asks beyond the columns: of the log, of the ledger, of other segments.

``interactions(kind='click', days=90) >= 2``, ``consent(purpose='appeal', channel='email') =
'granted'``, ``in_segment('majors')``. The language only says what is asked; whoever evaluates the
condition answers in a column named as it is written (``Ask.column``).
"""

from dataclasses import dataclass

import polars as pl

from mecene import facts

MOST_DAYS = 3_660


@dataclass(frozen=True)
class Argument:
    """One thing that may be said: a text among some words, or any text, or a number of days."""

    name: str
    words: tuple[str, ...] | None = None
    required: bool = False


@dataclass(frozen=True)
class Signature:
    """What may be said of an ask, and its answer's type; ``bare``: its one text has no name."""

    arguments: tuple[Argument, ...]
    type: pl.DataType
    bare: bool = False


@dataclass(frozen=True)
class Ask:
    """What is asked, with what was said, in the order of the signature."""

    name: str
    said: tuple[tuple[str, str | int], ...]

    @property
    def column(self) -> str:
        """Return the ask as it is written, which is the name of the column that answers it."""
        bare = SIGNATURES[self.name].bare
        said = ", ".join(
            _written(value) if bare else f"{name}={_written(value)}" for name, value in self.said
        )
        return f"{self.name}({said})"

    def get(self, name: str) -> str | int | None:
        """Return what was said under a name, None for nothing."""
        return dict(self.said).get(name)


_DAYS = Argument("days", required=True)
SIGNATURES: dict[str, Signature] = {
    # How many of them in the last days, the last of which is the day before ``as_of``.
    "interactions": Signature((Argument("kind"), Argument("channel"), _DAYS), pl.Int64()),
    "contacts": Signature((Argument("purpose", facts.PURPOSES), Argument("channel"), _DAYS),
                          pl.Int64()),
    # The latest word of the ledger on a purpose and a channel; empty where nobody said any.
    "consent": Signature(
        (Argument("purpose", facts.PURPOSES, required=True), Argument("channel")), pl.String()
    ),
    "in_segment": Signature((Argument("code", required=True),), pl.Boolean(), bare=True),
    # Whether a message is worth its cost to them, by a policy that the night applies.
    "worth_writing": Signature((Argument("policy", required=True),), pl.Boolean(), bare=True),
}  # fmt: skip
# What only a night works out: no journey asks it, nobody draws a rule of it by hand.
NIGHTLY = frozenset({"worth_writing"})


def _written(value: str | int) -> str:
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"
