"""Refusal: why a randomised send cannot teach anything, and what to do about it, in both languages.

Each thing that can be wrong is a class of its own, beside the function that raises it.
"""

from mecene.words import Lexicon

LEXICON = Lexicon("mecene.uplift")


class Refusal(ValueError):
    """Nothing can be learnt from these people; ``written`` says what, where and what to do."""

    key = ""

    def __init__(self, **values: object) -> None:
        self.values = values
        super().__init__(self.written("en"))

    def written(self, lang: str) -> str:
        """Return the whole message in ``fr`` or ``en``."""
        spoken = {
            name: value[lang] if isinstance(value, dict) else value
            for name, value in self.values.items()
        }
        return LEXICON.say(f"refusal.{self.key}", lang=lang, **spoken)
