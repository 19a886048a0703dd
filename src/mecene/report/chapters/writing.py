"""Writing: how a chapter writes its figures in the reader's language."""

from dataclasses import dataclass

from mecene import money
from mecene.report import lexicon
from mecene.retention.measure import WORDS


@dataclass(frozen=True)
class Pen:
    """A language and a currency, and everything written in them."""

    lang: str
    currency: str

    def say(self, key: str, **values: object) -> str:
        """Return a sentence of the report's words."""
        return lexicon.say(key, lang=self.lang, **values)

    def how(self, *measures: str) -> str:
        """Return how some measures of retention are worked out, a paragraph each."""
        return "\n".join(WORDS.say(f"{name}.how", lang=self.lang) for name in measures)

    def amount(self, minor: float | None) -> str:
        """Return an amount to the euro, or a dash where it is undefined.

        Millions are told as such where more figures would only be in the way: from ten of them,
        from one in a currency without cents.
        """
        if minor is None:
            return "–"
        places = money.exponent(self.currency)
        if abs(minor) >= 10 ** (places + (7 if places else 6)):
            return money.in_millions(minor, currency=self.currency, lang=self.lang)
        whole = round(minor, -places)
        return money.text(whole, currency=self.currency, lang=self.lang, decimals=0)

    def exact(self, minor: float | None) -> str:
        """Return an amount to the cent where it has some, or a dash where it is undefined."""
        if minor is None:
            return "–"
        return money.text(round(minor), currency=self.currency, lang=self.lang)

    def percent(self, share: float | None, *, decimals: int = 0) -> str:
        """Return a share, or a dash where it is undefined."""
        return "–" if share is None else money.percent(share, lang=self.lang, decimals=decimals)

    def part(self, share: float | None) -> str:
        """Return a share of which a little is not nothing: ``0 %``, ``0,2 %``, ``12 %``."""
        if share is None or not 0 < share < 0.01:
            return self.percent(share)
        if share < 0.001:
            return f"<\u00a0{self.percent(0.001, decimals=1)}"
        return self.percent(share, decimals=1)

    def change(self, share: float | None) -> str:
        """Return a signed change, ``+4 %``, or a dash where it is undefined."""
        if share is None:
            return "–"
        return ("+" if share > 0 else "") + money.percent(share, lang=self.lang, decimals=1)

    def number(self, value: float | None, *, decimals: int = 0) -> str:
        """Return a number, or a dash where it is undefined."""
        return "–" if value is None else money.number(value, lang=self.lang, decimals=decimals)

    def counted(self, key: str, number: int, **values: object) -> str:
        """Return a sentence with a count, in the singular or the plural of the language."""
        one = abs(number) < 2 if self.lang == "fr" else number == 1
        form = f"{key}_one" if one else f"{key}_many"
        return self.say(form, n=self.number(number), **values)
