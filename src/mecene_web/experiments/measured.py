"""Measured: what an experiment may be judged on, chosen before it begins.

Each is taken of every household drawn, over the days declared; amounts are 0 where nobody gave.
"""

from mecene.experiments import measures
from mecene.experiments.measures import Measure

# Name → kind, which way is better, days usually allowed.
CHOICES: dict[str, tuple[str, str, int]] = {
    "gave": ("share", "higher", 60),
    "amount": ("amount", "higher", 60),
    "gifts": ("number", "higher", 60),
    "second_gift": ("share", "higher", 90),
    "recurring": ("share", "higher", 90),
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
# Read beside whatever decides, in this order.
ALWAYS = ("gave", "amount", "second_gift", "recurring", "clicks", "bounces", "opt_in", "events",
          "time_on_site", "life_value")  # fmt: skip
# Told of a message; whoever got none has none to follow or to bounce.
OF_A_MESSAGE = frozenset({"clicks", "bounces"})


class UnknownMeasure(KeyError):
    """No measure is called so."""


def measure(name: str, *, within_days: int | None = None) -> Measure:
    """Return a measure by its name, over the days asked, or those usual for it.

    Raises:
        UnknownMeasure: there is none of this name.
        InvalidMeasure: no day.
    """
    if name not in CHOICES:
        raise UnknownMeasure(name)
    kind, better, days = CHOICES[name]
    return Measure(name, kind, within_days or days, better=better)


def guards(primary: Measure) -> tuple[Measure, ...]:
    """Return what stands beside a result always: those that do not decide it themselves."""
    return tuple(guard for guard in measures.GUARDS if guard.name != primary.name)
