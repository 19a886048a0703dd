"""Problems: what is wrong with a journey as drawn, at which step, and what to do about it."""

from dataclasses import dataclass

from mecene.words import Lexicon

_LEXICON = Lexicon("mecene.journeys")
# What may be published all the same.
_WARNINGS = frozenset({"unknown_event", "no_goal", "thanks_not_for_all", "thanks_held_out"})


@dataclass(frozen=True)
class Problem:
    """Something wrong in a graph.

    Attributes:
        code: Key of ``words.toml``'s ``problem``.
        place: Where: ``steps.<key>``, ``steps.<key>.paths.2``, ``triggers.1``, ``exits.<key>`` …
        found: (name, value) of what the sentence tells.
        french: What the sentence tells otherwise in French, in place of ``found``.
    """

    code: str
    place: str
    found: tuple[tuple[str, str], ...] = ()
    french: tuple[tuple[str, str], ...] = ()

    @property
    def is_error(self) -> bool:
        """Return whether the graph cannot be published as it is."""
        return self.code not in _WARNINGS

    @property
    def step(self) -> str | None:
        """Return the key of the faulty step, None where it is no step's."""
        parts = self.place.split(".")
        return parts[1] if parts[0] == "steps" and len(parts) > 1 else None

    def text(self, *, lang: str) -> str:
        """Return where and what, in one sentence."""
        told = dict(self.found) | (dict(self.french) if lang == "fr" else {})
        said = _LEXICON.say(f"problem.{self.code}", lang=lang, **told)
        colon = "\u00a0: " if lang == "fr" else ": "
        return f"{self.place}{colon}{said}" if self.place else said


def problem(code: str, place: str = "", **found: object) -> Problem:
    """Return a problem whose sentence tells the same in both languages."""
    return Problem(code, place, tuple((name, str(value)) for name, value in found.items()))
