"""Lexing: which words a condition is made of, and where each stands."""

import re
from dataclasses import dataclass

from mecene.conditions.mistake import InvalidCondition, Place

KEYWORDS = ("and", "or", "not", "in", "between", "is", "null", "like", "true", "false", "date")
_WORD = re.compile(
    r"(?P<number>(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?)"
    r"|(?P<name>[^\W\d]\w*)"
    r"|(?P<text>'(?:[^']|'')*')"
    r"|(?P<sign><=|>=|<>|!=|==|[=<>+\-*/(),])"
    r"|(?P<space>\s+)"
)


@dataclass(frozen=True)
class Word:
    """A word: ``number``, ``name``, ``keyword``, ``text``, ``sign``, or ``end`` after the last."""

    kind: str
    text: str
    place: Place


def words(text: str) -> list[Word]:
    """Return the words of a condition, the end after them.

    Raises:
        InvalidCondition: a sign is not of the language, a text is not closed, or nothing is said.
    """
    found_words = []
    at = 0
    while at < len(text):
        found = _WORD.match(text, at)
        if found is None:
            kind = "open_text" if text[at] == "'" else "unknown_sign"
            end = len(text) if kind == "open_text" else at + 1
            raise InvalidCondition(kind, condition=text, place=Place(at, end), word=text[at])
        if found.lastgroup != "space":
            found_words.append(Word(_kind(found), found.group(), Place(*found.span())))
        at = found.end()
    if not found_words:
        raise InvalidCondition("empty", condition=text, place=Place(0, 1))
    found_words.append(Word("end", "", Place(len(text), len(text) + 1)))
    return found_words


def _kind(found: re.Match[str]) -> str:
    if found.group("name") and found.group().lower() in KEYWORDS:
        return "keyword"
    return next(kind for kind in ("number", "name", "text", "sign") if found.group(kind))
