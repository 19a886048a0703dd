"""Translation: how SQL written for DuckDB is said to Spark, so that it answers the same.

sqlglot says most of it (types, the place of empty cells in an order, days between dates). What
follows is what it leaves unsaid, each with what goes wrong without it. Surprises found on the way
are in docs/surprises.md.
"""

from collections.abc import Mapping

import sqlglot
from sqlglot import expressions as sql

from mecene.engine import connection as connections
from mecene.engine.connection import Parameter

_RAW = "raw"


class Untranslatable(ValueError):
    """A query says something that Spark has no word for; the message quotes it."""


def to_spark(text: str, *, parameters: Mapping[str, Parameter]) -> str:
    """Return one DuckDB ``select`` in Spark's words.

    Args:
        text: The query; ``name()`` stands for the parameter of that name.
        parameters: Constants, by name; ``as_of`` among them.

    Raises:
        Untranslatable: Spark has no word for it, or it is not one query.
    """
    queries = _parsed(text)
    if len(queries) != 1 or not isinstance(queries[0], sql.Query):
        raise Untranslatable(f"one select is wanted; got: {text[:80]}")
    return _said(queries[0], parameters)


def views(text: str, *, parameters: Mapping[str, Parameter]) -> dict[str, str]:
    """Return view name → its query in Spark's words, from ``create view`` statements, in order.

    Raises:
        Untranslatable: a statement is not a view, or Spark has no word for what it says.
    """
    said = {}
    for statement in _parsed(text):
        if not isinstance(statement, sql.Create) or statement.kind != "VIEW":
            raise Untranslatable(f"only views can be told to Spark, not: {statement.sql()[:80]}")
        said[statement.this.name] = _said(statement.expression, parameters)
    return said


def stored(table: str) -> str:
    """Return the name, to Spark, of a table as it is stored: temporary views have no schema."""
    return f"{_RAW}_{table}"


def _parsed(text: str) -> list[sql.Expr]:
    return [found for found in sqlglot.parse(text, read="duckdb") if found is not None]


def _said(query: sql.Expr, parameters: Mapping[str, Parameter]) -> str:
    constants = {name.lower(): connections.literal(value) for name, value in parameters.items()}
    told = sql.Subquery(this=query.copy())
    # From the leaves up, so that a wider expression is reworded with what it holds.
    for node in reversed(list(told.find_all(*_REWORDED, bfs=True))):
        node.replace(_reworded(node, constants))
    try:
        said: str = told.this.sql(
            dialect="spark", comments=False, unsupported_level=sqlglot.ErrorLevel.RAISE
        )
    except sqlglot.errors.UnsupportedError as unsaid:
        raise Untranslatable(f"Spark has no word for {unsaid}") from unsaid
    return said


_REWORDED = (sql.Anonymous, sql.Table, sql.DateDiff, sql.ArgMax, sql.ArgMin)


def _reworded(node: sql.Expr, constants: Mapping[str, str]) -> sql.Expr:
    match node:
        case sql.Anonymous() if node.name.lower() in constants and not node.expressions:
            return sqlglot.parse_one(constants[node.name.lower()], read="duckdb")
        case sql.Table() if node.db == _RAW:
            return sql.to_table(stored(node.name)).as_(node.alias_or_name, table=True)
        case sql.DateDiff():
            # Spark counts days in 32 bits, which overflow when squared after 127 years.
            return sql.cast(node.copy(), "bigint")
        case sql.ArgMax() | sql.ArgMin():
            # DuckDB looks only at the rows that have something to show; Spark at every one.
            known = node.this.copy().is_(sql.null()).not_()
            return type(node)(
                this=node.this.copy(),
                expression=sql.Case(ifs=[sql.If(this=known, true=node.expression.copy())]),
            )
        case _:
            return node
