"""The language of conditions: which donors answer to ``last_gift_age_days > 365``.

A subset of SQL: ``= != < <= > >=``, ``and or not``, ``in``, ``between``, ``is null``, ``is true``,
``like``, ``+ - * /``, ``coalesce abs least greatest starts_with``, numbers, 'texts', dates as
'YYYY-MM-DD', and what is ``asked`` of the log where it is answered. Nothing else can be run.

What is unknown is not true: a donor without a ``last_gift_age_days`` answers to neither
``last_gift_age_days > 365`` nor its negation, only to ``is null``. Division by zero is unknown.
"""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from mecene.conditions import drawing, lexing, values
from mecene.conditions.asked import MOST_DAYS, SIGNATURES, Argument, Ask
from mecene.conditions.drawing import Drawn
from mecene.conditions.lexing import Word
from mecene.conditions.mistake import InvalidCondition, Place
from mecene.conditions.values import Value
from mecene.features import dictionary

LONGEST = 2_000
DEEPEST = 40
COMPARISONS = ("=", "==", "!=", "<>", "<", "<=", ">", ">=")


@dataclass(frozen=True)
class Condition:
    """A condition that was understood.

    Attributes:
        text: As written.
        expr: True for the donors who answer to it, false for all others; never empty.
        columns: The columns it reads, sorted; those that answer ``asks`` are not among them.
        asks: What it asks beyond the columns: ``expr`` reads a column ``ask.column`` for each.
        drawn: The same as rules in groups; None where it says more than they can.
    """

    text: str
    expr: pl.Expr
    columns: tuple[str, ...]
    asks: tuple[Ask, ...] = ()
    drawn: Drawn | None = None


def compile(
    text: str,
    *,
    columns: Mapping[str, pl.DataType] | None = None,
    asks: tuple[str, ...] = (),
) -> Condition:
    """Return the condition that a text says, over the summary.

    Args:
        text: At most 2,000 characters.
        columns: Name → Polars type of those that may be named; by default the summary's.
        asks: What may be asked beyond them (names of ``asked.SIGNATURES``): nothing by default.

    Raises:
        InvalidCondition: what is wrong and at which word, in French and English.
    """
    known = columns or {column.name: column.type for column in dictionary.columns()}
    if len(text) > LONGEST:
        place = Place(LONGEST, len(text))
        raise InvalidCondition("too_long", condition=text, place=place, limit=str(LONGEST))
    reader = _Reader(text, words=lexing.words(text), columns=known, asks=asks)
    answer = values.truth(reader.either(), text)
    if reader.word.kind != "end":
        reader.refuse("and, or", "and, or")
    return Condition(
        text, values.everywhere(answer.expr), tuple(sorted(set(reader.used))),
        tuple(dict.fromkeys(reader.asked)), drawing.whole(answer.drawn),
    )  # fmt: skip


class _Reader:
    """Reads words from left to right; one method a level of the grammar."""

    def __init__(
        self,
        text: str,
        *,
        words: list[Word],
        columns: Mapping[str, pl.DataType],
        asks: tuple[str, ...],
    ) -> None:
        self.text = text
        self.words = words
        self.columns = columns
        self.asks = asks
        self.used: list[str] = []
        self.asked: list[Ask] = []
        self.at = 0
        self.depth = 0

    @property
    def word(self) -> Word:
        return self.words[self.at]

    def either(self) -> Value:
        return self._chain(self._both, ("or",), values.either)

    def _both(self) -> Value:
        return self._chain(self._negated, ("and",), values.both)

    def _negated(self) -> Value:
        word = self.word
        if self._take("not"):
            inside = self._deeper(self._negated)
            return values.negated(inside, self.text, from_=word.place)
        return self._compared()

    def _compared(self) -> Value:
        left = self._sum()
        sign = self.word
        if sign.kind == "sign" and sign.text in COMPARISONS:
            self.at += 1
            return values.compared(left, sign.text, self._sum(), self.text)
        if self._take("is"):
            return self._is(left)
        negative = self._take("not")
        if self._take("in"):
            answer = self._among(left)
        elif self._take("between"):
            low = self._sum()
            self._need("and")
            answer = values.between(left, low, self._sum(), self.text)
        elif self._take("like"):
            answer = values.like(left, self._written_text(), self.text)
        elif negative:
            self.refuse("in, between, like", "in, between or like")
        else:
            return left
        return values.negated(answer, self.text) if negative else answer

    def _is(self, left: Value) -> Value:
        negative = self._take("not")
        for word, wanted in (("null", None), ("true", True), ("false", False)):
            if self._take(word):
                answer = values.is_just(left, wanted, self.text)
                return values.negated(answer, self.text) if negative else answer
        return self.refuse("null, true ou false", "null, true or false")

    def _among(self, left: Value) -> Value:
        self._need("(")
        choices = [self._sum()]
        while self._take(","):
            choices.append(self._sum())
        self._need(")")
        return values.among(left, choices, self.text)

    def _sum(self) -> Value:
        return self._chain(self._product, ("+", "-"), values.reckoned)

    def _product(self) -> Value:
        return self._chain(self._signed, ("*", "/"), values.reckoned)

    def _signed(self) -> Value:
        word = self.word
        if self._take("-"):
            return values.minus(self._deeper(self._signed), self.text, from_=word.place)
        return self._single()

    def _single(self) -> Value:
        word = self.word
        if self._take("("):
            inside = self._deeper(self.either)
            self._need(")")
            return inside
        if word.kind == "end":
            self.refuse("une colonne ou une valeur", "a column or a value")
        self.at += 1
        if word.kind == "number":
            return values.number(word.text, word.place, self.text)
        if word.kind == "text":
            return values.text(word.text, word.place)
        if word.kind == "keyword" and word.text.lower() in ("true", "false"):
            return values.true_or_false(word.text, word.place)
        if word.kind == "keyword" and word.text.lower() == "date" and self.word.kind == "text":
            return values.as_date(self._written_text(), self.text)
        if word.kind == "name":
            return self._call(word) if self.word.text == "(" else self._column(word)
        self.at -= 1
        return self.refuse("une colonne ou une valeur", "a column or a value")

    def _call(self, name: Word) -> Value:
        if name.text.lower() in self.asks:
            return self._ask(name)
        function = values.FUNCTIONS.get(name.text.lower())
        if function is None:
            raise InvalidCondition(
                "unknown_function", condition=self.text, place=name.place, word=name.text,
                known=", ".join(sorted((*values.FUNCTIONS, *self.asks))),
            )  # fmt: skip
        self._need("(")
        arguments = [self._deeper(self._sum)]
        while self._take(","):
            arguments.append(self._deeper(self._sum))
        self._need(")")
        return function(arguments, self.text, name.place)

    def _ask(self, name: Word) -> Value:
        """Return the answer to ``name(kind='click', days=90)``; what is said twice is refused."""
        signature = SIGNATURES[name.text.lower()]
        left = {argument.name: argument for argument in signature.arguments}
        said: dict[str, str | int] = {}
        self._need("(")
        while not self._take(")"):
            if said:
                self._need(",")
            word = self.word
            argument = left.pop(signature.arguments[0].name if signature.bare else word.text, None)
            if argument is None:
                self.refuse(*[", ".join(left) or ")"] * 2)
                continue
            if not signature.bare:
                self.at += 1
                self._need("=")
            said[argument.name] = self._said(argument)
        for lacking in (argument.name for argument in left.values() if argument.required):
            raise InvalidCondition(
                "arguments", condition=self.text, place=name.place, word=name.text,
                expected_fr=lacking, expected_en=lacking,
            )  # fmt: skip
        order = (one.name for one in signature.arguments if one.name in said)
        self.asked.append(Ask(name.text.lower(), tuple((one, said[one]) for one in order)))
        return values.asked(self.asked[-1], name.place)

    def _said(self, argument: Argument) -> str | int:
        word = self.word
        if argument.name == "days":
            if not (word.text.isdecimal() and 1 <= float(word.text) <= MOST_DAYS):
                self.refuse(f"1 à {MOST_DAYS} jours", f"1 to {MOST_DAYS} days")
            self.at += 1
            return int(word.text)
        written = self._written_text().written or ""
        if argument.words and written not in argument.words:
            self.at -= 1
            self.refuse(*[", ".join(argument.words)] * 2)
        return written

    def _column(self, name: Word) -> Value:
        by_lower = {column.lower(): column for column in self.columns}
        column = by_lower.get(name.text.lower())
        if column is None:
            near = difflib.get_close_matches(name.text.lower(), by_lower, n=1, cutoff=0.5)
            raise InvalidCondition(
                "unknown_column", condition=self.text, place=name.place, word=name.text,
                nearest=by_lower[near[0]] if near else None,
            )  # fmt: skip
        self.used.append(column)
        return values.column(column, self.columns[column], name.place)

    def _written_text(self) -> Value:
        word = self.word
        if word.kind != "text":
            self.refuse("un texte entre apostrophes", "a text in quotes")
        self.at += 1
        return values.text(word.text, word.place)

    def _chain(
        self,
        part: Callable[[], Value],
        signs: tuple[str, ...],
        join: Callable[[Value, str, Value, str], Value],
    ) -> Value:
        joined = part()
        while (sign := self.word.text.lower()) in signs and self._take(sign):
            joined = join(joined, sign, part(), self.text)
        return joined

    def _deeper(self, part: Callable[[], Value]) -> Value:
        self.depth += 1
        if self.depth > DEEPEST:
            place = self.word.place
            raise InvalidCondition("too_deep", condition=self.text, place=place, limit=str(DEEPEST))
        inside = part()
        self.depth -= 1
        return inside

    def _take(self, text: str) -> bool:
        taken = self.word.kind in ("sign", "keyword") and self.word.text.lower() == text
        self.at += taken
        return taken

    def _need(self, text: str) -> None:
        if not self._take(text):
            self.refuse(f"« {text} »", f"“{text}”")

    def refuse(self, expected_fr: str, expected_en: str) -> Value:
        """Refuse the word at hand, and say what was expected there."""
        kind = "unfinished" if self.word.kind == "end" else "unexpected"
        raise InvalidCondition(
            kind, condition=self.text, place=self.word.place, word=self.word.text,
            expected_fr=expected_fr, expected_en=expected_en,
        )  # fmt: skip
