"""Rows: what each row of a batch says, role by role, still as text.

Also what is wrong with them: a verdict names the rows that cannot become facts, the role to blame
and the problem; the first verdict on a row is the one that is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from mecene.sources import folding
from mecene.sources.files import SOURCE_ROW
from mecene.sources.readings import UNWORKED
from mecene.sources.recognition import Recognition

ATTRIBUTE = "attribute:"
YEAR_HEADER = "year_header"
REJECTS = pl.Schema(
    {SOURCE_ROW: pl.Int64, "column": pl.String, "value": pl.String, "problem": pl.String}
)


@dataclass(frozen=True)
class Verdict:
    """Rows that cannot become facts: ``wrong`` Boolean, shape (n,); nulls are not wrong."""

    wrong: pl.Series
    problem: str
    role: str


@dataclass(frozen=True)
class Built:
    """What the rows of a batch became: each row is one line of ``main`` or of ``rejects``.

    Attributes:
        main: Table (or ``donors``, ``corrections``) → its facts, one a row.
        rejects: ``REJECTS``.
        people: Who each row names: ``people.read``, ``source_row`` and ``said_on`` (the row's day).
        side: Table → facts that rows say besides (consents, attributes, changes of amount).
        marks: ``source_row``, ``reference`` (the row's own, hashed) and ``fact`` (its content,
            hashed), by which repeated gifts are found; None for tables that have no such check.
        lost: Header → cells that say something unreadable and were left out of a kept row.
    """

    main: dict[str, pl.DataFrame]
    rejects: pl.DataFrame
    people: pl.DataFrame | None = None
    side: dict[str, pl.DataFrame] = field(default_factory=dict)
    marks: pl.DataFrame | None = None
    lost: dict[str, int] = field(default_factory=dict)


def spoken(batch: pl.DataFrame, known: Recognition) -> pl.DataFrame:
    """Return ``source_row`` and one String column a role, tidy; constants and defaults said."""
    headers: dict[str, list[str]] = {}
    for column in known.columns:
        headers.setdefault(column.role, []).append(column.header)
    used = {header for found in headers.values() for header in found} | dict(
        known.attributes
    ).keys()
    aside = [SOURCE_ROW, *({UNWORKED} & set(batch.columns))]
    batch = batch.select(*aside, *(_tidied(batch[header]) for header in sorted(used)))
    said = {
        role: pl.concat_str(found, separator="\n", ignore_nulls=True)
        if len(found) > 1
        else pl.col(found[0])
        for role, found in headers.items()
    }
    said = {role: pl.when(text != "").then(text) for role, text in said.items()}
    for role, value in known.told.defaults.items():
        said[role] = said[role].fill_null(value) if role in said else pl.lit(value)
    said |= {role: pl.lit(value) for role, value in known.told.constants.items()}
    said |= {f"{ATTRIBUTE}{name}": pl.col(h) for h, name in known.attributes}
    return batch.select(*aside, **said)


def column(rows: pl.DataFrame, role: str) -> pl.Series:
    """Return what the rows say in a role, nulls when no column plays it."""
    if role in rows.columns:
        return rows[role]
    return pl.Series(role, [None], dtype=pl.String).new_from_index(0, rows.height)


def rejected(
    rows: pl.DataFrame, verdicts: Sequence[Verdict], known: Recognition
) -> tuple[pl.DataFrame, pl.Series]:
    """Return the rejects (``source_row, column, value, problem``) and which rows are sound."""
    sound = pl.Series("sound", [True], dtype=pl.Boolean).new_from_index(0, rows.height)
    found = []
    for verdict in verdicts:
        wrong = verdict.wrong.fill_null(value=False) & sound
        if wrong.any():
            found.append(_told(rows, wrong, verdict, known))
            sound = sound & ~wrong
    rejects = pl.concat(found) if found else pl.DataFrame(schema=REJECTS)
    return rejects.sort(SOURCE_ROW), sound


def unknown_word(cells: pl.Series, meaning: pl.Series) -> pl.Series:
    """Return which cells say something whose meaning is not known."""
    return cells.is_not_null() & meaning.is_null()


def nothing(rows: pl.DataFrame) -> pl.Series:
    """Return a Boolean column that is false everywhere."""
    return pl.Series([False], dtype=pl.Boolean).new_from_index(0, rows.height)


def source_ref(rows: pl.DataFrame, role: str, known: Recognition) -> pl.Series:
    """Return each row's own reference, else ``hash:row`` (``hash:row:year`` of a year's column)."""
    own = column(rows, role).fill_null(column(rows, "year_ref"))
    made = rows.select(pl.concat_str(pl.lit(known.sha256[:12] + ":"), SOURCE_ROW)).to_series()
    return own.fill_null(made).rename("source_ref")


def _tidied(cells: pl.Series) -> pl.Series:
    """Return the cells without spaces around them; the odd ones inside are rare, and looked for."""
    odd = cells.str.contains(r"\s\s|[\t\r\n\u{a0}\u{202f}\u{200b}\u{feff}]").any()
    return cells.to_frame().select(folding.tidy(pl.first())).to_series() if odd else (
        cells.str.strip_chars()
    )  # fmt: skip


def _told(
    rows: pl.DataFrame, wrong: pl.Series, verdict: Verdict, known: Recognition
) -> pl.DataFrame:
    header = pl.Series([known.header(verdict.role) or verdict.role], dtype=pl.String)
    headers = header.new_from_index(0, rows.height)
    if verdict.role == "amount" and YEAR_HEADER in rows.columns:
        headers = rows[YEAR_HEADER]
    told = pl.DataFrame(
        {
            SOURCE_ROW: rows[SOURCE_ROW],
            "column": headers,
            "value": column(rows, verdict.role),
            "problem": pl.Series([verdict.problem]).new_from_index(0, rows.height),
        },
        schema=REJECTS,
    )
    if UNWORKED in rows.columns and verdict.problem.endswith("_missing"):
        unworked = rows[UNWORKED].list.contains(told["column"])
        formula = pl.when(unworked).then(pl.lit("formula_not_worked_out"))
        told = told.with_columns(problem=formula.otherwise("problem"))
    return told.filter(wrong)
