"""Mistakes: what is wrong with a condition, at which word, and what to write instead."""

from dataclasses import dataclass

_MESSAGES = {
    "too_long": (
        "la condition dépasse {limit} caractères ; coupez-la en plusieurs",
        "the condition is longer than {limit} characters; split it",
    ),
    "too_deep": (
        "trop de parenthèses ou de négations imbriquées (au plus {limit})",
        "too many nested parentheses or negations (at most {limit})",
    ),
    "empty": (
        "la condition est vide ; écrivez par exemple gifts_24m >= 2",
        "the condition is empty; write for instance gifts_24m >= 2",
    ),
    "unknown_sign": (
        "« {word} » n'est pas un signe connu",
        "“{word}” is not a known sign",
    ),
    "open_text": (
        "ce texte n'est pas fermé ; ajoutez une apostrophe à la fin",
        "this text is not closed; add a quote at its end",
    ),
    "unknown_column": (
        "« {word} » n'est pas une colonne connue{near}",
        "“{word}” is not a known column{near}",
    ),
    "unknown_function": (
        "« {word} » n'est pas une fonction connue ; les fonctions sont {known}",
        "“{word}” is not a known function; functions are {known}",
    ),
    "unexpected": (
        "« {word} » n'est pas attendu ici ; il faut {expected_fr}",
        "“{word}” is not expected here; {expected_en} is",
    ),
    "unfinished": (
        "la condition s'arrête trop tôt ; il manque {expected_fr}",
        "the condition ends too soon; {expected_en} is missing",
    ),
    "wrong_type": (
        "il faut {expected_fr} ici, et ceci est {found_fr}",
        "this must be {expected_en}, and is {found_en}",
    ),
    "not_alike": (
        "on ne peut pas comparer {left_fr} et {right_fr}",
        "{left_en} cannot be compared with {right_en}",
    ),
    "no_order": (
        "l'ordre n'a pas de sens entre deux vrai/faux ; employez = ou !=",
        "true and false have no order; use = or !=",
    ),
    "not_a_date": (
        "« {word} » n'est pas une date ; écrivez-la 'AAAA-MM-JJ'",
        "“{word}” is not a date; write it 'YYYY-MM-DD'",
    ),
    "too_big": (
        "le nombre {word} est trop grand",
        "the number {word} is too big",
    ),
    "arguments": (
        "{word} s'emploie avec {expected_fr}",
        "{word} takes {expected_en}",
    ),
}

# French typography: no line breaks inside quotes or before a semicolon or a question mark.
_SPACES = {"« ": "«\u00a0", " »": "\u00a0»", " ;": "\u202f;", " ?": "\u202f?"}

TYPES = {
    "number": ("un nombre", "a number"),
    "text": ("un texte", "a text"),
    "date": ("une date", "a date"),
    "truth": ("un vrai/faux", "a true or false"),
}


@dataclass(frozen=True)
class Place:
    """Where a word stands in a condition: ``[start, end)``, in characters."""

    start: int
    end: int


class InvalidCondition(ValueError):
    """A condition says something that cannot be understood.

    Attributes:
        kind: What is wrong, as a word for machines (``unknown_column`` …).
        place: Where.
        nearest: The column that was perhaps meant, or None.
    """

    def __init__(
        self, kind: str, *, condition: str, place: Place, nearest: str | None = None, **words: str
    ) -> None:
        self.kind = kind
        self.condition = condition
        self.place = place
        self.nearest = nearest
        self._words = words
        super().__init__(self.written(lang="en"))

    def message(self, *, lang: str) -> str:
        """Return what is wrong, in one sentence, in ``fr`` or ``en``."""
        french, english = _MESSAGES[self.kind]
        near = ""
        if self.nearest:
            near = " ; {nearest} ?" if lang == "fr" else "; did you mean {nearest}?"
        template = (french if lang == "fr" else english).replace("{near}", near)
        if lang == "fr":
            for plain, typeset in _SPACES.items():
                template = template.replace(plain, typeset)
        return template.format(nearest=self.nearest, **self._words)

    def written(self, *, lang: str) -> str:
        """Return the message, the condition, and a caret under the word."""
        shown = "".join(sign if sign.isprintable() else " " for sign in self.condition)
        start = max(0, self.place.start - 60)
        line = shown[start : start + 120]
        width = max(1, min(self.place.end - self.place.start, 120))
        caret = " " * (self.place.start - start) + "^" * width
        return f"{self.message(lang=lang)}\n  {line}\n  {caret}"
