"""Asking: what to ask a donor next, one thing at a time, and what they get for the answer.

The questions, and why each is worth asking, stand in ``questions.toml``.
"""

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True)
class Question:
    """One thing to ask: in words, what the donor gets for it, and why we want it."""

    name: str
    question: str
    gives: str
    why: str


def next_question(
    known: Collection[str], traits: Collection[str], *, lang: str, besides: Collection[str] = ()
) -> Question | None:
    """Return the first question whose answer is missing and useful; None: nothing to ask now.

    Args:
        known: Names of columns and attributes that are known of the donor.
        traits: What is so of them: ``donor``, ``regular``, ``first_year``, ``reachable`` …
        lang: ``fr`` or ``en``.
        besides: Names not to ask.
    """
    for told in _questions():
        missing = not {told["name"], *told.get("or", ())} & {*known, *besides}
        if missing and {*told.get("when", ())} <= {*traits} and not (
            {*told.get("unless", ())} & {*traits}
        ):  # fmt: skip
            return Question(told["name"], told["question"][lang], told["gives"][lang],
                            told["why"][lang])  # fmt: skip
    return None


@cache
def _questions() -> tuple[dict[str, Any], ...]:
    text = resources.files("mecene_web.donors").joinpath("questions.toml").read_text("utf-8")
    return tuple(tomllib.loads(text)["question"])
