"""Money: how an amount is counted, and how it is written for a French or an English reader.

Amounts are whole minor units (cents) with an ISO 4217 currency; no amount is a float.
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from importlib import resources

# ISO 4217 currencies whose minor unit is not one hundredth.
_EXPONENTS = dict.fromkeys(("CLP", "JPY", "KRW", "VND", "XAF", "XOF", "XPF"), 0)
_EXPONENTS |= dict.fromkeys(("BHD", "KWD", "TND"), 3)
_NARROW_SPACE = "\u202f"
# As the Unicode CLDR writes them; whom they are for does not know XOF.
_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "CHF": "CHF", "CAD": "$ CA"}
_SYMBOLS |= {"XOF": f"F{_NARROW_SPACE}CFA", "XAF": "FCFA", "XPF": "FCFP"}
_NO_BREAK_SPACE = "\u00a0"


def exponent(currency: str) -> int:
    """Return how many decimals a currency has: 2 for EUR, 0 for XOF."""
    return _EXPONENTS.get(currency.upper(), 2)


@dataclass(frozen=True)
class SmallUnit:
    """How many units of a currency without cents are of the order of a euro, known on a day."""

    a_euro: int
    known_on: date


def small_unit(currency: str) -> SmallUnit | None:
    """Return a currency's order of magnitude where it has no cents; None where it has some.

    Source: ``small_units.toml``, dated; no rate of exchange.
    """
    return _small_units().get(currency.upper())


def alike(cents: float, currency: str) -> int:
    """Return the amount, in minor units, that is to a currency what some cents are to the euro.

    The same number in a currency with decimals, whatever they are.
    """
    small = small_unit(currency)
    return round(cents if small is None else cents * small.a_euro / 100)


def symbol(currency: str) -> str:
    """Return a currency's sign, or its code where it has none: ``€``, ``F CFA``, ``CHF``."""
    return _SYMBOLS.get(currency.upper(), currency.upper())


def to_minor(amount: Decimal, currency: str) -> int:
    """Return an amount in minor units, half to even past the currency's own decimals."""
    scaled = amount.scaleb(exponent(currency))
    return int(scaled.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def number(value: float, *, lang: str, decimals: int = 0) -> str:
    """Return a number as it is written: ``1 234,5`` in French, ``1,234.5`` in English."""
    text = f"{value:,.{decimals}f}"
    if lang == "fr":
        text = text.replace(",", _NARROW_SPACE).replace(".", ",")
    return text.replace("-", "\u2212")


def text(amount_minor: float, *, currency: str, lang: str, decimals: int | None = None) -> str:
    """Return an amount as it is written: ``1 234,50 €`` in French, ``€1,234.50`` in English.

    Args:
        amount_minor: Minor units (cents).
        currency: ISO 4217 code.
        lang: ``fr`` or ``en``.
        decimals: Digits after the decimal mark; by default those of the currency, none for
            a whole amount.
    """
    places = exponent(currency)
    value = amount_minor / 10**places
    if decimals is None:
        decimals = 0 if float(value).is_integer() else places
    sign = symbol(currency)
    written = number(value, lang=lang, decimals=decimals)
    if lang == "fr":
        return f"{written}{_NO_BREAK_SPACE}{sign}"
    if len(sign) > 1:
        return f"{sign}{_NO_BREAK_SPACE}{written}"
    return f"\u2212{sign}{written[1:]}" if written.startswith("\u2212") else f"{sign}{written}"


def in_millions(amount_minor: float, *, currency: str, lang: str) -> str:
    """Return an amount in millions: ``44,3 M€`` in French, ``€44.3M`` in English."""
    written = number(amount_minor / 10 ** (exponent(currency) + 6), lang=lang, decimals=1)
    unit = prefixed("M", currency, lang=lang)
    if lang == "fr":
        return f"{written}{_NO_BREAK_SPACE}{unit}"
    sign = symbol(currency)
    gap = _NO_BREAK_SPACE if len(sign) > 1 else ""
    minus = "\u2212" * written.startswith("\u2212")
    return f"{minus}{sign}{gap}{written.removeprefix(minus)}M"


def prefixed(prefix: str, currency: str, *, lang: str) -> str:
    """Return a thousand or a million of a currency: ``k€``, ``M F CFA``; ``€k`` in English."""
    sign = symbol(currency)
    gap = _NO_BREAK_SPACE if len(sign) > 1 else ""
    return f"{prefix}{gap}{sign}" if lang == "fr" else f"{sign}{gap}{prefix}"


def percent(share: float, *, lang: str, decimals: int = 0) -> str:
    """Return a share in [0, 1] as a percentage: ``43,3 %`` in French, ``43.3%`` in English."""
    written = number(share * 100, lang=lang, decimals=decimals)
    return f"{written}{_NARROW_SPACE}%" if lang == "fr" else f"{written}%"


@cache
def _small_units() -> dict[str, SmallUnit]:
    text = resources.files("mecene").joinpath("small_units.toml").read_text(encoding="utf-8")
    return {
        currency: SmallUnit(told["a_euro"], told["known_on"])
        for currency, told in tomllib.loads(text).items()
    }
