"""Mistakes: a command asked wrongly, and what to say of it in the reader's language."""

import re

import typer

from mecene.cli.helping import placed
from mecene.cli.lexicon import say


class Mistake(typer.BadParameter):
    """A value of the command line that cannot be: its words stand under ``mistakes.<key>``."""

    def __init__(self, key: str, **values: object) -> None:
        self.key = key
        self.values = values
        super().__init__(self.written("en"))

    def written(self, lang: str) -> str:
        """Return what is wrong with the value."""
        return say(f"mistakes.{self.key}", lang=lang, **self.values)


def written(refused: typer.TyperException, *, lang: str) -> str:
    """Return what was asked wrongly and where to look, in a language."""
    ctx = getattr(refused, "ctx", None)
    path = ctx.command_path if ctx else "mecene"
    return f"{_what(refused, lang)}\n{say('mistakes.look', lang=lang, command=path)}"


def _what(refused: typer.TyperException, lang: str) -> str:
    # The classes are those of the library's inside: known by name, they can move.
    kind = type(refused).__name__
    if kind == "NoSuchOption":
        option = getattr(refused, "option_name", "")
        near = ", ".join(getattr(refused, "possibilities", None) or ())
        if near:
            return say("mistakes.no_such_option_near", lang=lang, option=option, near=near)
        return say("mistakes.no_such_option", lang=lang, option=option)
    if kind == "BadOptionUsage":
        word = "needs_value" if "requires" in str(refused) else "takes_no_value"
        return say(f"mistakes.{word}", lang=lang, option=getattr(refused, "option_name", ""))
    if kind == "UsageError" and (extra := re.search(r"extra argument\S* \((.*)\)$", str(refused))):
        return say("mistakes.too_many", lang=lang, value=extra[1])
    parameter = getattr(refused, "param", None)
    name = placed(_name(parameter), lang=lang)
    if kind == "MissingParameter":
        file = _name(parameter) in {"FILE", "FILES"}
        word = "missing_file" if file else "missing"
        return say(f"mistakes.{word}", lang=lang, name=name)
    why = refused.written(lang) if isinstance(refused, Mistake) else _range(parameter, lang)
    if not why and kind == "BadParameter" and name:
        why = say("mistakes.no_number", lang=lang)
    why = why or str(refused)
    if name:
        return say("mistakes.of", lang=lang, name=name, why=why)
    return say("mistakes.other", lang=lang, why=why)


def _range(parameter: object, lang: str) -> str:
    low, high = (getattr(parameter, side, None) for side in ("min", "max"))
    if low is None:
        return ""
    if high is None:
        return say("mistakes.too_low", lang=lang, low=low)
    return say("mistakes.out_of_range", lang=lang, low=low, high=high)


def _name(parameter: object) -> str:
    if parameter is None:
        return ""
    options = getattr(parameter, "opts", None) or [""]
    long = max(options, key=len)
    if long.startswith("-"):
        return str(long)
    return str(getattr(parameter, "metavar", None) or long).rstrip(".")
