"""Problems: what is wrong with a file or a row, and what to do about it, in either language.

The words live in ``problems.toml``, one table a code. A reject carries a code; a refusal of a
whole file is an exception, :class:`Unreadable`, that carries a code and its parameters.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LANGUAGES = ("fr", "en")


class UnknownProblem(KeyError):
    """A code has no words in ``problems.toml``: a mistake of the program, not of the file."""


@dataclass(frozen=True)
class Words:
    """What was found, and what to do; ``{value}`` and the like still to be filled in."""

    reason: str
    remedy: str


@dataclass(frozen=True)
class Note:
    """Something found in a file that the reader should know: a code and its parameters."""

    code: str
    parameters: tuple[tuple[str, object], ...] = ()

    def written(self, lang: str) -> str:
        """Return the note in words: what was found, what to do if it is wrong."""
        found = words(self.code, lang=lang)
        return fill(f"{found.reason} {found.remedy}", dict(self.parameters))


class Refusal(ValueError):
    """A file cannot be read or written; says what, where and what to do in both languages."""

    def __init__(self, code: str, *, file: str, **parameters: object) -> None:
        self.code = code
        self.file = file
        self.parameters: Mapping[str, object] = parameters
        super().__init__(self.written("en"))

    def written(self, lang: str) -> str:
        """Return the whole message: file, reason, remedy."""
        found = words(self.code, lang=lang)
        colon = "\u00a0: " if lang == "fr" else ": "
        message = f"{self.file}{colon}{found.reason} {found.remedy}"
        # A parameter that is words itself has them in both languages.
        spoken = {
            name: value[lang] if isinstance(value, Mapping) else value
            for name, value in self.parameters.items()
        }
        return fill(message, spoken)


class Unreadable(Refusal):
    """A file cannot be read as a table."""


def words(code: str, *, lang: str) -> Words:
    """Return the words of a problem in ``fr`` or ``en``; raise ``UnknownProblem``."""
    if code not in _tables():
        raise UnknownProblem(f"{code} has no table in problems.toml; add it in both languages")
    table = _tables()[code]
    return Words(table[f"reason_{lang}"], table[f"remedy_{lang}"])


def anyhow(code: str, *, lang: str) -> str:
    """Return a problem in words that hold for all the rows that have it."""
    return fill(words(code, lang=lang).reason, {"value": "…", "column": "…"})


def codes() -> tuple[str, ...]:
    """Return every code that has words, sorted."""
    return tuple(sorted(_tables()))


def fill(template: str, parameters: Mapping[str, object]) -> str:
    """Return a template with its ``{name}`` replaced; braces in the values mean nothing."""
    for name, value in parameters.items():
        template = template.replace("{" + name + "}", "" if value is None else str(value))
    return template


@cache
def _tables() -> dict[str, dict[str, str]]:
    with Path(__file__).with_name("problems.toml").open("rb") as file:
        return tomllib.load(file)
