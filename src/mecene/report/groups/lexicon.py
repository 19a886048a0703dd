"""Lexicon: the words of the page of groups."""

from mecene import money
from mecene.words import Lexicon

LEXICON = Lexicon("mecene.report.groups")
say = LEXICON.say
labels = LEXICON.labels


def donors(number: int, *, lang: str) -> str:
    """Return « 1 donateur », « 2 donateurs »."""
    one = number < 2 if lang == "fr" else number == 1
    written = money.number(number, lang=lang)
    return say(f"lines.donors_{'one' if one else 'many'}", lang=lang, n=written)
