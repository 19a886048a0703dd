"""Measure: what are all of this association's figures, as of a day."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from importlib import resources
from typing import Any

from mecene.engine.store import FactStore
from mecene.retention import (
    cohorts,
    concentration,
    income,
    movements,
    recurring,
    regions,
    second_gift,
    tallies,
    who_leaves,
    yearly,
    years,
)
from mecene.retention.cohorts import CohortCell
from mecene.retention.concentration import Concentration
from mecene.retention.income import AverageGift, MonthIncome, ToDate, Window
from mecene.retention.movements import Movement
from mecene.retention.recurring import InForce, Lasting, MonthlyChurn
from mecene.retention.second_gift import SecondGift
from mecene.retention.who_leaves import WhoLeaves
from mecene.retention.yearly import YearFigures
from mecene.words import Lexicon

WHO = ("donors", "organisations")
# ``retention.label``, ``retention.means``, ``retention.how``; the same of every measure.
WORDS = Lexicon("mecene.retention")


@dataclass(frozen=True)
class OtherCurrency:
    """Counting gifts in another currency than the main one: in no amount above."""

    currency: str
    gifts: int
    amount_minor: int


@dataclass(frozen=True)
class Measures:
    """Every figure of the association; documented field by field in docs/reference/metrics.md."""

    as_of: date
    fiscal_year_start: int
    currency: str
    first_gift_on: date
    last_gift_on: date
    other_currencies: tuple[OtherCurrency, ...]
    yearly: tuple[YearFigures, ...]
    movements: tuple[Movement, ...]
    second_gift: SecondGift
    second_gift_by_cohort: tuple[SecondGift, ...]
    cohorts: tuple[CohortCell, ...]
    recurring: Lasting | None
    recurring_by_channel: tuple[Lasting, ...]
    recurring_monthly: tuple[MonthlyChurn, ...]
    recurring_in_force: InForce | None
    concentration: tuple[Concentration, ...]
    income_by_month: tuple[MonthIncome, ...]
    income_by_year: tuple[Window, ...]
    income_last_12m: Window
    income_to_date: ToDate
    average_gift: tuple[AverageGift, ...]
    who_leaves: WhoLeaves

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values: days as ISO text, absences as None."""
        plain = _plain(asdict(self))
        assert isinstance(plain, dict)
        return plain


class NoGifts(ValueError):
    """No gift counts before ``as_of``, so there is nothing to measure."""


def measure(
    store: FactStore,
    *,
    as_of: date,
    fiscal_year_start: int = 1,
    on_progress: Callable[[int, int], None] | None = None,
) -> Measures:
    """Return the association's figures, as they were known on a day.

    Args:
        store: The facts.
        as_of: Facts dated on or after it are not seen.
        fiscal_year_start: The month, 1..12, in which the association's year starts.
        on_progress: Called after each bucket of donors with (buckets done, buckets in all).

    Raises:
        NoGifts: no received gift counts before ``as_of``.
        years.NoSuchMonth: ``fiscal_year_start`` is not in 1..12.
    """
    about = tallies.scope(store, as_of=as_of, fiscal_year_start=fiscal_year_start)
    if about is None:
        raise NoGifts(
            f"no received gift before {as_of}: in kind, legacies, failed and refunded gifts "
            "do not count. Read another file, or choose a later day."
        )
    return of_tallies(tallies.collect(store, about, on_progress=on_progress), about)


def of_tallies(counted: tallies.Tallies, about: tallies.Scope) -> Measures:
    """Return the figures that follow from the tallies: a pure function of them."""
    fiscal = years.of_series(about.years, "fiscal")
    rolling = years.of_series(about.years, "rolling")
    horizons = tallies.HORIZONS_DAYS
    flows, second = counted["flows"], counted["second_gift"]
    return Measures(
        as_of=about.as_of,
        fiscal_year_start=about.fiscal_year_start,
        currency=about.currency,
        first_gift_on=about.first_gift_on,
        last_gift_on=about.last_gift_on,
        other_currencies=_other_currencies(about),
        yearly=tuple(f for who in WHO for f in yearly.figures(flows, about.years, who=who)),
        movements=tuple(f for who in WHO for f in movements.figures(flows, about.years, who=who)),
        second_gift=second_gift.figures(second, who="donors", horizons_days=horizons),
        second_gift_by_cohort=second_gift.by_cohort(second, who="donors", horizons_days=horizons),
        cohorts=cohorts.triangle(counted["cohorts"], fiscal, who="donors"),
        recurring=recurring.figures(counted["recurring"]),
        recurring_by_channel=recurring.by_channel(counted["recurring"]),
        recurring_monthly=recurring.monthly(counted["recurring"], as_of=about.as_of),
        recurring_in_force=recurring.in_force(counted["recurring_active"]),
        concentration=tuple(
            concentration.figures(counted["concentration"], who=who, year=year)
            for who in WHO
            for year in (-1, 0)
        ),
        income_by_month=income.by_month(counted["income"]),
        income_by_year=tuple(
            income.window(counted["income"], start=year.start, end=min(year.end, about.as_of))
            for year in fiscal
        ),
        income_last_12m=income.window(
            counted["income"], start=rolling[-1].start, end=rolling[-1].end
        ),
        income_to_date=income.to_date(
            counted["income"],
            this_year=fiscal[-1],
            as_of=about.as_of,
            first_gift_on=about.first_gift_on,
        ),
        average_gift=tuple(
            f for who in WHO for f in income.averages(counted["gift_amounts"], about.years, who=who)
        ),
        who_leaves=who_leaves.figures(counted["who_leaves"], regions=regions.by_department()),
    )


def _other_currencies(about: tallies.Scope) -> tuple[OtherCurrency, ...]:
    return tuple(
        OtherCurrency(row["currency"], int(row["gifts"]), int(row["amount_minor"]))
        for row in about.currencies.to_dicts()
        if row["currency"] != about.currency
    )


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def _text(name: str) -> str:
    return resources.files("mecene.retention").joinpath(name).read_text("utf-8")
