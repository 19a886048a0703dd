"""Lexicon: the command line's own words."""

from mecene import money
from mecene.words import Lexicon

LEXICON = Lexicon("mecene.cli")
say = LEXICON.say


def counted(key: str, number: int, *, lang: str, **values: object) -> str:
    """Return « 1 don », « 2 dons »: the words of ``key_one`` or ``key_many``."""
    one = number < 2 if lang == "fr" else number == 1
    return say(
        f"{key}_{'one' if one else 'many'}", lang=lang, n=money.number(number, lang=lang), **values
    )
