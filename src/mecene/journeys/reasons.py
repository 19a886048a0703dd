"""Reasons: why a donor went where they went, or was not let in, for whoever asks « Why? »."""

from dataclasses import dataclass
from datetime import date, datetime

from mecene import period
from mecene.words import Lexicon

_LEXICON = Lexicon("mecene.journeys")
_NARROW = "\u202f"


@dataclass(frozen=True)
class Reason:
    """One line of a trace: when, at which step, what was found.

    Attributes:
        code: Key of ``words.toml``'s ``trace``.
        at: When it was decided.
        step: Key of the step, None for what concerns the whole journey.
        found: (name, value) of what the sentence tells, and of what a machine may count.
    """

    code: str
    at: datetime
    step: str | None = None
    found: tuple[tuple[str, str | int | float | date | datetime], ...] = ()

    def text(self, *, lang: str) -> str:
        """Return the reason as a sentence."""
        told = {name: _written(value, lang) for name, value in self.found}
        return _LEXICON.say(f"trace.{self.code}", lang=lang, step=self.step or "", **told)


def _written(value: object, lang: str) -> str:
    if isinstance(value, datetime):
        day = period.written(value.date(), lang=lang)
        hour = f"{value.hour}{_NARROW}h{_NARROW}{value:%M}" if lang == "fr" else f"{value:%H:%M}"
        return f"{day} à {hour} (UTC)" if lang == "fr" else f"{day} at {hour} (UTC)"
    if isinstance(value, date):
        return period.written(value, lang=lang)
    return str(value)
