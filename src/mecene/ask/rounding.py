"""Rounding: which amount would a person say, near this one: 25, 30, 40, 50, 60, 80, 100?"""

from mecene import money

# What people write on cheques, between 1 and 10: heaps of real gifts lie on these.
_SAID = (10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100)


def nice(amount_minor: float, *, currency: str) -> int:
    """Return the nearest amount that people say, in minor units; at least one major unit.

    Of two as near, the lower.

    Args:
        amount_minor: > 0, in minor units.
        currency: ISO 4217.
    """
    unit: int = 10 ** money.exponent(currency)
    if amount_minor <= unit:
        return unit
    return min(_around(amount_minor, unit), key=lambda said: (abs(said - amount_minor), said))


def next_nice(amount_minor: float, *, currency: str) -> int:
    """Return the lowest amount that people say above another."""
    unit: int = 10 ** money.exponent(currency)
    return min(said for said in _around(max(amount_minor, unit), unit) if said > amount_minor)


def _around(amount_minor: float, unit: int) -> list[int]:
    """Return what people say from a tenth of an amount to over ten times, whole units only."""
    size = 1
    while size * 100 * unit <= amount_minor:
        size *= 10
    said = {step * size * unit * scale // 10 for scale in (1, 10, 100) for step in _SAID}
    return sorted(each for each in said if each >= unit and each % unit == 0)
