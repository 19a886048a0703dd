"""Writing: an amount, a day, a number, as a person types them."""

import re
from decimal import Decimal

from mecene import money

# More than any gift by hand; a wrong key held down is refused.
LARGEST_UNITS = 100_000_000
_SPACES = re.compile(r"[\s\u00a0\u202f']")


class UnclearAmount(ValueError):
    """What is written is no amount, or could be two: « 1.234 »."""


def amount(text: str, *, currency: str) -> int:
    """Return an amount in minor units: « 1 234,50 », « 1234.5 », « 20 € ».

    Raises:
        UnclearAmount: it is no amount above zero, has more decimals than its currency, or is
            so large that a key must have been held down.
    """
    bare = _SPACES.sub("", text).strip("€").removesuffix(currency.upper())
    signs = re.sub(r"[0-9]", "", bare)
    if not re.fullmatch(r"[0-9][0-9.,]*", bare) or len(bare) > 20:
        raise UnclearAmount(text)
    if len(set(signs)) == 2:
        # The last of the two is the decimals'.
        last = signs[-1]
        if signs.count(last) > 1 or signs.index(last) != len(signs) - 1:
            raise UnclearAmount(text)
        bare = bare.replace("," if last == "." else ".", "").replace(last, ".")
    elif len(signs) > 1:
        raise UnclearAmount(text)
    else:
        bare = bare.replace(",", ".")
    whole, _, decimals = bare.partition(".")
    if len(decimals) > money.exponent(currency) or not whole or len(whole) > 12:
        raise UnclearAmount(text)
    minor = money.to_minor(Decimal(f"{whole}.{decimals or 0}"), currency)
    if not 1 <= minor <= LARGEST_UNITS * 10 ** money.exponent(currency):
        raise UnclearAmount(text)
    return minor
