"""Measured: what an experiment may be judged on, chosen before it begins.

Each is taken of every household drawn, over the days declared; amounts are 0 where nobody gave.
"""

from mecene.experiments import measures
from mecene.experiments.measures import Measure

# Name → kind, which way is better, days usually allowed.
CHOICES = measures.CHOICES
# Read beside whatever decides, in this order.
ALWAYS = ("gave", "amount", "second_gift", "recurring", "still_recurring",
          "debit_recovered", "clicks", "bounces", "opt_in", "events",
          "time_on_site", "life_value")  # fmt: skip
# Beside every result, declared or not.
GUARDS = frozenset(guard.name for guard in measures.GUARDS)
OF_A_MESSAGE = measures.OF_A_MESSAGE


class UnknownMeasure(KeyError):
    """No measure is called so."""


def measure(name: str, *, within_days: int | None = None) -> Measure:
    """Return a measure by its name, over the days asked, or those usual for it or its own.

    Raises:
        UnknownMeasure: there is none of this name.
        InvalidMeasure: no day.
    """
    if name not in CHOICES:
        raise UnknownMeasure(name)
    kind, better, days = CHOICES[name]
    # What guards every result is counted over days of its own.
    return Measure(name, kind, days if name in GUARDS else within_days or days, better=better)


def offered(*, lang: str) -> list[tuple[str, str, str, int]]:
    """Return what may be declared: (name, in words, kind, days usually allowed)."""
    return [(name, measure(name).label(lang=lang), kind, days)
            for name, (kind, _, days) in CHOICES.items()]  # fmt: skip


def guards(primary: Measure) -> tuple[Measure, ...]:
    """Return what stands beside a result always: those that do not decide it themselves."""
    return tuple(guard for guard in measures.GUARDS if guard.name != primary.name)
