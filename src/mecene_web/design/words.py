"""Words: what pages say, in the reader's language.

Each app keeps its sentences in its own ``words.toml`` (``mecene.words.Lexicon``).
"""

from functools import cache

from django.utils import translation

from mecene.words import LANGUAGES, Lexicon


def language() -> str:
    """Return the reader's language: ``fr`` unless they asked for another that is complete."""
    asked = (translation.get_language() or "fr")[:2]
    return asked if asked in LANGUAGES else "fr"


def say(app: str, key: str, /, **values: object) -> str:
    """Return a sentence of an app, its blanks filled.

    Raises:
        UnknownWords: the key is absent, or a blank has no value.
    """
    return _lexicon(app).say(key, lang=language(), **values)


def known(app: str, section: str, name: str) -> str:
    """Return the word for a code; the code itself, in plain letters, where nobody gave it one."""
    try:
        return say(app, f"{section}.{name}")
    except KeyError:
        return name.replace("_", " ")


@cache
def _lexicon(app: str) -> Lexicon:
    return Lexicon(f"mecene_web.{app}")
