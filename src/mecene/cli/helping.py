"""Helping: what `--help` shows, in the reader's language down to its headings.

The library that reads the command line writes « Usage », « Options », « default » in English
only; its formatter is told our words instead.
"""

import re
from typing import Any

from mecene.cli.lexicon import LEXICON, say

# What the library calls a type: nothing a reader of a help text can use, or a plain word.
_TYPES = {
    r"^([\w|]+(\.\.\.)?) <.+>$": r"\1",
    r"<(int|float)( range)?>": "NUMBER",
    r"<str>": "TEXT",
}
_PLACES = r"\b(FILES?|FOLDER|DATE|TABLE|NUMBER|TEXT|DONOR|SHARE)\b"


def speak(command: Any, *, lang: str) -> None:
    """Give a command, and those below it, a help text in a language."""
    command.context_class = _context(command.context_class, lang)
    if hasattr(command, "subcommand_metavar"):
        command.subcommand_metavar = say("headings.subcommand", lang=lang)
    for each in getattr(command, "commands", {}).values():
        speak(each, lang=lang)


def placed(text: str, *, lang: str) -> str:
    """Return a text with its places to fill in (FILE, DATE …) named in a language."""
    for kind, word in _TYPES.items():
        text = re.sub(kind, word, text)
    words = LEXICON.labels("places", lang=lang)
    return re.sub(_PLACES, lambda found: words[found[0].lower()], text)


def _context(base: Any, lang: str) -> Any:
    return type("Context", (base,), {"formatter_class": _formatter(base.formatter_class, lang)})


def _formatter(base: Any, lang: str) -> Any:
    """Return the library's formatter, with its words in a language."""
    headings = LEXICON.labels("headings", lang=lang)

    class Formatter(base):  # type: ignore[misc]
        def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
            # The library writes `{FILES...}...` where one word is enough.
            plain = re.sub(r"\{([\w|]+)(\.\.\.)?\}(\.\.\.)?", r"\1\3", args)
            super().write_usage(prog, placed(plain, lang=lang), prefix or headings["usage"])

        def write_heading(self, heading: str) -> None:
            colon = "\u00a0:" if lang == "fr" else ":"
            word = headings.get(heading.lower(), heading)
            self.write(f"{'':>{self.current_indent}}{word}{colon}\n")

        def write_dl(self, rows: Any, *args: Any, **options: Any) -> None:
            super().write_dl([_row(*row, lang=lang) for row in rows], *args, **options)

    return Formatter


def _row(name: str, text: str, *, lang: str) -> tuple[str, str]:
    if text == "Show this message and exit.":
        text = say("options.help", lang=lang)
    before, bracket, extra = text.rpartition("  [")
    if bracket:
        extra = extra.replace("default: ", say("headings.default", lang=lang))
        extra = extra.replace("required]", say("headings.required", lang=lang) + "]")
    return placed(name, lang=lang), before + bracket + extra
