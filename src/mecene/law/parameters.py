"""Parameters: which figure of the law holds on a day, who says so, and whether it was checked?"""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

STATES = ("confirmed", "to_confirm", "open")


class NoSuchParameter(KeyError):
    """No figure bears this name, or none held yet on that day."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True)
class Parameter:
    """A figure of the law.

    Attributes:
        name: ``section.name``, its unit last.
        value: The figure.
        since: First day it holds.
        state: One of ``STATES``.
        source: Who says so.
    """

    name: str
    value: int
    since: date
    state: str
    source: str


def of(name: str, *, on: date) -> Parameter:
    """Return the figure that holds on a day.

    Raises:
        NoSuchParameter: there is none.
    """
    section, _, short = name.partition(".")
    held = [row for row in read("parameters.toml").get(section, {}).get(short, [])
            if row["from"] <= on]  # fmt: skip
    if not held:
        raise NoSuchParameter(f"law: no `{name}` holds on {on}; law/parameters.toml has the list")
    row = max(held, key=lambda one: one["from"])
    return Parameter(name, int(row["value"]), row["from"], row["state"], row["source"])


def names() -> list[str]:
    """Return the name of every figure, in the order of the file."""
    return [f"{section}.{name}" for section, rows in read("parameters.toml").items()
            for name in rows]  # fmt: skip


@cache
def read(file: str) -> dict[str, Any]:
    """Return a file of this package, parsed."""
    return tomllib.loads(resources.files("mecene.law").joinpath(file).read_text(encoding="utf-8"))
