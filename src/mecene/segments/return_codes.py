"""Return codes: whose fault a failed debit is, and whether the donor may be asked about it."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import polars as pl

_NARROW_SPACE = "\u202f"


@cache
def load() -> Mapping[str, Mapping[str, Any]]:
    """Return each class (``soft``, ``fixable`` …) with its codes, and its words in fr and en."""
    content = (resources.files(__package__) / "return_codes.toml").read_text(encoding="utf-8")
    classes: Mapping[str, Mapping[str, Any]] = tomllib.loads(content.replace("~", _NARROW_SPACE))[
        "class"
    ]
    return classes


def classified(code: pl.Expr) -> pl.Expr:
    """Return the class of each code, whatever its case; ``unknown`` for others and for null."""
    return (
        code.str.strip_chars()
        .str.to_uppercase()
        .replace_strict(_classes(), default="unknown", return_dtype=pl.String)
        .fill_null("unknown")
    )


def advice(class_name: pl.Expr, *, lang: str) -> pl.Expr:
    """Return what a class means and what to do, in words."""
    words = {name: str(body[lang]) for name, body in load().items()}
    return class_name.replace_strict(words, return_dtype=pl.String)


def class_of(code: str) -> str:
    """Return the class of one code, whatever its case; ``unknown`` for any other."""
    return _classes().get(code.strip().upper(), "unknown")


@cache
def _classes() -> Mapping[str, str]:
    return {known.upper(): name for name, body in load().items() for known in body["codes"]}
