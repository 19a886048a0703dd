"""Words: what a reader is told, in French and in English.

A lexicon is a TOML file beside the code that speaks: a table a sentence, ``fr`` and ``en``
always both, blanks written ``{name}``.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

LANGUAGES = ("fr", "en")


class UnknownWords(KeyError):
    """No sentence stands under this key in this language, or one of its blanks is not filled."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True)
class Bilingual:
    """One thing said in both languages."""

    fr: str
    en: str

    def text(self, *, lang: str) -> str:
        """Return it in ``fr`` or ``en``."""
        return self.fr if lang == "fr" else self.en


@dataclass(frozen=True)
class Lexicon:
    """The sentences of one package, read from its ``words.toml`` or another file."""

    package: str
    file: str = "words.toml"

    def say(self, key: str, /, *, lang: str, **values: object) -> str:
        """Return the sentence under ``section.name``, its blanks filled.

        Raises:
            UnknownWords: the key is absent, or a blank has no value.
        """
        section, _, name = key.partition(".")
        try:
            return str(_table(self.package, self.file)[section][name][lang]).format(**values)
        except KeyError as missing:
            message = f"{self.package}/{self.file}: `{key}` in {lang}: {missing} is missing"
            raise UnknownWords(message) from missing

    def labels(self, section: str, *, lang: str) -> dict[str, str]:
        """Return every name of a section with its words."""
        return {
            name: words[lang] for name, words in _table(self.package, self.file)[section].items()
        }

    def sentences(self) -> dict[str, dict[str, str]]:
        """Return ``section.name`` → language → sentence, for the tests that read them all."""
        return {
            f"{section}.{name}": words
            for section, names in _table(self.package, self.file).items()
            for name, words in names.items()
        }


def place_in_toml(wrong: ValueError) -> dict[str, str]:
    """Return language → where the reading of a TOML file stopped, in words."""
    # The reader says it in English, at the end of its message.
    found = re.search(r"\(at line (\d+), column (\d+)\)", str(wrong))
    if found:
        line, column = found.groups()
        return {"fr": f"ligne {line}, colonne {column}", "en": f"at line {line}, column {column}"}
    if isinstance(wrong, UnicodeDecodeError):
        byte = wrong.start + 1
        return {"fr": f"à l’octet {byte}", "en": f"at byte {byte}"}
    return {"fr": "à la fin du fichier", "en": "at the end of the file"}


@cache
def _table(package: str, file: str) -> dict[str, Any]:
    text = resources.files(package).joinpath(file).read_text(encoding="utf-8")
    return tomllib.loads(text)
