"""Net cost: what a gift costs a French donor once the tax is reduced, if they pay any.

A reduction and no credit: who pays no income tax gets nothing, which the sentence always says. The
figures are those of ``mecene.law`` on the day of the gift.
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from mecene import money
from mecene.law import parameters
from mecene.words import Lexicon

_LEXICON = Lexicon("mecene.ask")
REGIMES = ("general", "hardship")


class UnknownRegime(ValueError):
    """No reduction of the income tax bears this name."""


@dataclass(frozen=True)
class NetCost:
    """What a gift costs, in minor units of the euro.

    Attributes:
        reduction_minor: Off the income tax, for whoever pays as much.
        cost_minor: The rest; the two make the gift.
    """

    amount_minor: int
    reduction_minor: int
    cost_minor: int
    income_cap_percent: int

    def text(self, *, lang: str) -> str:
        """Return the cost with its conditions, in one sentence."""
        shown = {
            name: money.text(value, currency="EUR", lang=lang)
            for name, value in (("amount", self.amount_minor), ("cost", self.cost_minor))
        }
        return _LEXICON.say("net_cost.sentence", lang=lang, cap=self.income_cap_percent, **shown)


def of(
    amount_minor: int, *, on: date, regime: str = "general", given_this_year_minor: int = 0
) -> NetCost:
    """Return what a gift in euros costs after tax, as an estimate.

    Args:
        amount_minor: Cents, > 0.
        on: The day of the gift.
        regime: ``general`` (art. 200), or ``hardship`` (art. 200-1 ter: meals, housing, care).
        given_this_year_minor: Under ``hardship``, what was given so before in the calendar year:
            past its ceiling the general rate holds.

    Raises:
        UnknownRegime: there is no such regime.
    """
    if regime not in REGIMES:
        raise UnknownRegime(f"ask: there is no regime `{regime}`; one of {', '.join(REGIMES)}")
    rate = parameters.of("tax.general_rate_percent", on=on).value
    reduced = Decimal(amount_minor * rate)
    if regime == "hardship":
        cap = parameters.of("tax.hardship_cap_minor", on=on).value
        higher = parameters.of("tax.hardship_rate_percent", on=on).value
        within = min(amount_minor, max(0, cap - given_this_year_minor))
        reduced += Decimal(within * (higher - rate))
    reduction = int((reduced / 100).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
    income_cap = parameters.of("tax.general_income_cap_percent", on=on).value
    return NetCost(amount_minor, reduction, amount_minor - reduction, income_cap)
