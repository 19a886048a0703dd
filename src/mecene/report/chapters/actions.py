"""Actions: the lists to act on, how long each is, and its first people."""

import polars as pl

from mecene.report.analysis import Analysis
from mecene.report.chapters.writing import Pen
from mecene.report.page import Action
from mecene.segments import audience

_SHOWN = 3
FOLDER = "lists"


def actions(analysis: Analysis, pen: Pen) -> list[Action]:
    """Return the lists with somebody in them, in the order in which to work them."""
    return [
        _action(name, table, pen) for name, table in analysis.lists.lists.items() if table.height
    ]


def excluded(analysis: Analysis, pen: Pen) -> str:
    """Return how many people are in no list, and why; and who is only in some."""
    out = [
        pen.counted(f"causes.{cause}", analysis.kept_out[cause])
        for cause in audience.CAUSES
        if analysis.kept_out.get(cause)
    ]
    said = pen.say("leads.excluded", list=", ".join(out)) if out else pen.say("leads.nobody_out")
    left = analysis.lists.excluded
    profiling = left.filter(pl.col("cause") == "opposed_to_profiling")["donors"].max()
    return f"{said} {pen.say('leads.no_profiling')}" if profiling else said


def _action(name: str, table: pl.DataFrame, pen: Pen) -> Action:
    return Action(
        name=pen.say(f"lists.{name}"),
        why=pen.say(f"lists_why.{name}"),
        people=pen.counted("lists.people", table.height),
        value=pen.say(
            f"lists_order.{_order(name)}", amount=pen.amount(_worth(table, pen.currency))
        ),
        file=f"{FOLDER}/{name}.csv",
        first=tuple(table["reason"].head(_SHOWN)),
    )


def _worth(table: pl.DataFrame, currency: str) -> float:
    """Return what a list is worth, of those whose amounts may be added."""
    return float(table.filter(currency=currency)["order_minor"].sum())


def _order(name: str) -> str:
    return "starting" if name == "propose_recurring" else "expected"
