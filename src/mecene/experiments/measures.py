"""Measures: what an experiment may be judged on, which way is better, and how it is written.

A measure is taken of each person drawn (or household), over the same number of days after they were
drawn, whatever they did: amounts are 0 for those who gave nothing.
"""

from dataclasses import dataclass

from mecene import money
from mecene.words import Lexicon

KINDS = ("share", "amount", "number")
BETTER = ("higher", "lower")
_WORDS = Lexicon("mecene.experiments")


class InvalidMeasure(ValueError):
    """A measure cannot be meant; the message says why."""


@dataclass(frozen=True)
class Measure:
    """What is counted of each person.

    Attributes:
        name: ``gave``, ``amount`` … or one of the association's own.
        kind: ``share`` (each has it or not), ``amount`` (minor units), ``number`` (anything else).
        within_days: Counted over so many days after the person was drawn; >= 1.
        better: Which way the association would have it: ``higher`` or ``lower``.

    Raises:
        InvalidMeasure: no such kind or direction, no day.
    """

    name: str
    kind: str
    within_days: int
    better: str = "higher"

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InvalidMeasure(f"{self.name}: kind is {self.kind!r}; one of {', '.join(KINDS)}")
        if self.better not in BETTER:
            raise InvalidMeasure(
                f"{self.name}: better is {self.better!r}; one of {', '.join(BETTER)}"
            )
        if self.within_days < 1:
            raise InvalidMeasure(f"{self.name}: within {self.within_days} days; 1 or more")

    @property
    def sign(self) -> int:
        """Return 1 where more is better, -1 where less is."""
        return 1 if self.better == "higher" else -1

    def label(self, *, lang: str) -> str:
        """Return its name in words; its own name where it has none."""
        return _WORDS.labels("measure", lang=lang).get(self.name, self.name)


# Name → kind, which way is better, days usually allowed: what may be declared beforehand.
CHOICES: dict[str, tuple[str, str, int]] = {
    "gave": ("share", "higher", 60),
    "amount": ("amount", "higher", 60),
    "gifts": ("number", "higher", 60),
    "second_gift": ("share", "higher", 90),
    "recurring": ("share", "higher", 90),
    "debit_recovered": ("share", "higher", 30),
    "still_recurring": ("share", "higher", 90),
    "clicks": ("share", "higher", 14),
    "bounces": ("share", "lower", 14),
    "opt_in": ("share", "higher", 30),
    "events": ("share", "higher", 60),
    "time_on_site": ("number", "higher", 30),
    "life_value": ("amount", "higher", 90),
    "unsubscribes": ("share", "lower", 30),
    "complaints": ("share", "lower", 30),
    "retention_12m": ("share", "higher", 365),
}
# Told of a message; whoever got none has none to follow or to bounce.
OF_A_MESSAGE = frozenset({"clicks", "bounces"})
# The smallest difference worth finding where nobody said: a point, a euro; by kind or by name.
WORTH = {"share": 0.01, "amount": 100.0, "number": 0.1, "time_on_site": 10.0}

UNSUBSCRIBES = Measure("unsubscribes", "share", 30, better="lower")
COMPLAINTS = Measure("complaints", "share", 30, better="lower")
RETENTION = Measure("retention_12m", "share", 365)
GUARDS = (UNSUBSCRIBES, COMPLAINTS, RETENTION)


def written(value: float, measure: Measure, *, currency: str, lang: str) -> str:
    """Return a level in words: ``0,42 €``, ``3,1 %``, ``2,4``."""
    if measure.kind == "amount":
        return money.text(value, currency=currency, lang=lang, decimals=_cents(value, currency))
    if measure.kind == "share":
        return money.percent(value, lang=lang, decimals=1 if abs(value) >= 0.01 else 2)
    return money.number(value, lang=lang, decimals=2)


def apart(value: float, measure: Measure, *, currency: str, lang: str) -> str:
    """Return a difference of two levels in words; of shares in points: ``0,4 point``."""
    if measure.kind != "share":
        return written(value, measure, currency=currency, lang=lang)
    points = 100 * value
    number = money.number(points, lang=lang, decimals=1 if abs(points) >= 1 else 2)
    # French counts « 1,9 point », English “0.5 points” and “1.0 points”.
    one = lang == "fr" and abs(points) < 2
    return _WORDS.say(f"unit.point_{'one' if one else 'many'}", lang=lang, count=number)


def _cents(value: float, currency: str) -> int | None:
    """Return the decimals an amount is written with: none from a thousand on."""
    places = money.exponent(currency)
    return 0 if abs(value) >= 1000 * 10**places else places
