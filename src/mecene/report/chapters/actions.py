"""Actions: the lists to act on, how long each is, and its first people."""

import polars as pl

from mecene.report.analysis import Analysis
from mecene.report.chapters.writing import Pen
from mecene.report.page import Action

_SHOWN = 3
FOLDER = "lists"


def actions(analysis: Analysis, pen: Pen) -> list[Action]:
    """Return the lists with somebody in them, in the order in which to work them."""
    return [
        _action(name, table, pen) for name, table in analysis.lists.lists.items() if table.height
    ]


def excluded(analysis: Analysis, pen: Pen) -> str:
    """Return how many people are in no list, and why."""
    left = analysis.lists.excluded
    causes = {
        cause: int(left.filter(pl.col("cause") == cause)["donors"].sum())
        for cause in left["cause"].unique(maintain_order=True)
    }
    said = [pen.counted(f"causes.{cause}", number) for cause, number in causes.items() if number]
    return pen.say("leads.excluded", list=", ".join(said)) if said else pen.say("leads.nobody_out")


def _action(name: str, table: pl.DataFrame, pen: Pen) -> Action:
    return Action(
        name=pen.say(f"lists.{name}"),
        why=pen.say(f"lists_why.{name}"),
        people=pen.counted("lists.people", table.height),
        value=pen.say(
            f"lists_order.{_order(name)}", amount=pen.amount(float(table["order_minor"].sum()))
        ),
        file=f"{FOLDER}/{name}.csv",
        first=tuple(table["reason"].head(_SHOWN)),
    )


def _order(name: str) -> str:
    return "last_gift" if name == "thank_now" else "expected"
