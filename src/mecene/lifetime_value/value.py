"""Value: what each donor is likely to give in one, three and five years.

One-off gifts: years in which the donor will give (`reactivation`) × gifts in such a year
(`rhythm`) × amount of a gift (`gamma_gamma`). Recurring gifts: monthly amount × chance that
each debit is made (`attrition`). Years are the features' rolling years counted back from the
day of the summary, so the next twelve months are exactly the next opportunity; yearly, not
daily, because giving is seasonal and donors come back (docs/methods/lifetime_value.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mecene.lifetime_value import attrition, evidence, gamma_gamma, histories, reactivation, rhythm
from mecene.lifetime_value.attrition import Attrition
from mecene.lifetime_value.cautions import Caution
from mecene.lifetime_value.evidence import Evidence
from mecene.lifetime_value.gamma_gamma import GammaGamma
from mecene.lifetime_value.reactivation import Reactivation
from mecene.lifetime_value.rhythm import Rhythm

Vector = NDArray[np.float64]

HORIZONS_YEARS = (1, 3, 5)
_FEW_DONORS = 100
_MANY_DONORS = 500
_FEW_STOPS = 20
_NOT_OF_ONE_OFFS = {Caution.PUBLISHED_ATTRITION, Caution.SEVERAL_CURRENCIES}
# Gifts of the last twelve months count five times in a donor's mean: over six test years of two
# files it cut the gamma deviance of the next year's amounts each time (methods page).
_RECENT_WEIGHT = 4.0


class ImpossibleDiscount(ValueError):
    """A yearly discount rate of -100 % or less."""


@dataclass(frozen=True)
class ValueModel:
    """Everything learnt from a file: four models, how many donors taught them, and doubts.

    ``years`` is None when nobody came more than a year ago; ``amounts`` has the model of each
    currency, none where there is no amount to learn from or they tell nothing; ``warnings`` says
    which, of the currency of most donors. ``givers``: currency → donors who taught its amounts.
    """

    years: Reactivation | None
    rhythm: Rhythm | None
    amounts: Mapping[str, GammaGamma]
    attrition: Attrition
    donors: int
    warnings: tuple[Caution, ...]
    givers: Mapping[str, int]


def fit(summary: pl.DataFrame) -> ValueModel:
    """Return the model learnt from a summary, one row a donor.

    Raises:
        evidence.IncompleteSummary: a column of ``evidence.COLUMNS`` is missing.
        histories.TooFewDonors: nobody has given anything.
    """
    return learn(evidence.of(summary))


def learn(known: Evidence) -> ValueModel:
    """Return the model learnt from evidence: of a whole file, or summed over its parts.

    Raises:
        histories.TooFewDonors: nobody has given anything.
    """
    if not (known.years.height or known.commitments.height):
        raise histories.TooFewDonors("nobody in the summary has given; there is no value to expect")
    years, doubts = _years(known)
    amounts, more_doubts = _amounts(known)
    givers = known.amounts.group_by("currency").agg(pl.col("donors").sum()).sort("currency")
    ages, active, commitments = _arrays(known.commitments)
    recovered, failures = _arrays(known.failures)
    lasting = replace(
        attrition.fit(ages, active, donors=commitments),
        recovery=attrition.recovery(recovered, donors=failures),
    )
    doubts += more_doubts
    if known.commitments.height and lasting.stops < _FEW_STOPS:
        doubts += (Caution.PUBLISHED_ATTRITION,)
    rhythms = _arrays(known.rhythms)
    rhythm_model = rhythm.fit(*rhythms[:2], donors=rhythms[2]) if known.rhythms.height else None
    return ValueModel(
        years, rhythm_model, amounts, lasting, known.opportunities, doubts,
        dict(givers.iter_rows()),
    )  # fmt: skip


def predict(
    model: ValueModel, summary: pl.DataFrame, *, discount_rate: float = 0.0
) -> pl.DataFrame:
    """Return what to expect of each donor, in the summary's order.

    Args:
        model: Learnt from this summary or another of the same organisation.
        summary: One row a donor, with ``evidence.COLUMNS``; ``one_off_gifts_12m`` and
            ``one_off_amount_12m_minor`` sharpen amounts when present, ``failed_debits_6m``
            says how often failing commitments recover.
        discount_rate: A year; 0.03 makes a euro in a year worth 0.97 now.

    Returns:
        ``donor_id``; ``p_active`` [0, 1], neither dormant nor lost at the next opportunity (a
        recurring gift that is paid: its next debit is made, if higher); ``p_gives_12m`` [0, 1];
        ``expected_gifts_12m|36m|60m``, monthly debits included; ``expected_value_…_minor``;
        ``discounted_value_60m_minor``; ``value_confidence`` low, medium or high. Empty where
        nothing can be said: a prospect, or a one-off donor of a file under a year old.

    Raises:
        evidence.IncompleteSummary: a column is missing.
        ImpossibleDiscount: ``discount_rate`` <= -1.
    """
    if discount_rate <= -1:
        raise ImpossibleDiscount(f"discount_rate is {discount_rate}; it is above -1 a year")
    donors = evidence.described(summary)
    years, active = _giving_years(model, donors)
    debits, next_debit = _debits(model, donors)
    gifts = _gifts_per_year(model, donors)[:, None] * years
    free = np.where(gifts == 0, 0.0, gifts * _amount(model, donors)[:, None])
    running = _share_paid(model, donors) > 0
    # A running commitment speaks for itself where the yearly model cannot.
    gifts, free = (np.where(running[:, None], np.nan_to_num(part), part) for part in (gifts, free))
    gifts, income = gifts + debits, free + donors["monthly_minor"].to_numpy()[:, None] * debits
    factors = (1 + discount_rate) ** -(np.arange(HORIZONS_YEARS[-1]) + 0.5)
    columns = {
        "p_active": np.fmax(active, next_debit),
        "p_gives_12m": np.fmax(years[:, 0], next_debit),
    }
    for kind, yearly in (("gifts_{}m", gifts), ("value_{}m_minor", income)):
        for horizon in HORIZONS_YEARS:
            columns["expected_" + kind.format(12 * horizon)] = yearly[:, :horizon].sum(axis=1)
    columns["discounted_value_60m_minor"] = income @ factors
    return donors.select("donor_id").with_columns(
        *(pl.Series(name, values).fill_nan(None) for name, values in columns.items()),
        value_confidence=_confidence(model, donors),
    )


def _years(known: Evidence) -> tuple[Reactivation | None, tuple[Caution, ...]]:
    if not known.opportunities:
        return None, (Caution.LESS_THAN_A_YEAR,)
    repeats, last, opportunities, donors = _arrays(known.years)
    grouped = histories.yearly(repeats, last, opportunities, donors=donors)
    doubts = []
    if known.opportunities < _FEW_DONORS:
        doubts.append(Caution.FEW_DONORS)
    if not np.any(repeats > 0):
        doubts.append(Caution.NOBODY_GAVE_AGAIN)
    return reactivation.fit(grouped), tuple(doubts)


def _amounts(known: Evidence) -> tuple[dict[str, GammaGamma], tuple[Caution, ...]]:
    """Return the model of each currency's amounts, and the doubts on that of most donors.

    A hundred francs and a hundred euros are not the same gift: nothing is learnt across.
    """
    if not known.amounts.height:
        return {}, (Caution.NO_AMOUNTS,)
    by_donors = (
        known.amounts.group_by("currency")
        .agg(pl.col("donors").sum())
        .sort("donors", "currency", descending=[True, False])
    )
    models, doubts = {}, dict[str, Caution]()
    for currency in by_donors["currency"]:
        own = known.amounts.filter(pl.col("currency") == currency).drop("currency")
        found = _amounts_of_one_currency(*_arrays(own))
        if isinstance(found, Caution):
            doubts[currency] = found
        else:
            models[currency] = found
    several = (Caution.SEVERAL_CURRENCIES,) if by_donors.height > 1 else ()
    main = doubts.get(by_donors["currency"][0])
    return models, ((main, *several) if main else several)


def _amounts_of_one_currency(
    gifts: NDArray[Any], totals: NDArray[Any], donors: NDArray[Any]
) -> GammaGamma | Caution:
    try:
        fitted = gamma_gamma.fit(gifts, totals / gifts, donors=donors)
    except gamma_gamma.EqualAmounts:
        return Caution.EQUAL_AMOUNTS
    return fitted if fitted.q > 1 else Caution.ENDLESS_MEAN


def _giving_years(model: ValueModel, donors: pl.DataFrame) -> tuple[Vector, Vector]:
    """Return the chance of giving in each coming year (n, 5), and of being active (n,)."""
    keys = ["repeat_years", "last_repeat_year", "opportunities"]
    n, ahead = donors.height, HORIZONS_YEARS[-1]
    if model.years is None:
        return np.full((n, ahead), np.nan), np.full(n, np.nan)
    cells = donors.select(keys).drop_nulls().unique().sort(keys)
    repeats, last, opportunities = _arrays(cells)
    past = histories.Yearly(repeats, last, opportunities, np.ones_like(repeats))
    chances = model.years.giving_probabilities(past, periods=ahead)
    cells = cells.with_columns(
        pl.Series("active", model.years.p_active(past)),
        *(pl.Series(f"year_{year}", chances[:, year]) for year in range(ahead)),
    )
    found = donors.select(keys).join(cells, on=keys, how="left", maintain_order="left")
    columns = [found[f"year_{year}"].to_numpy() for year in range(ahead)]
    return np.column_stack(columns), found["active"].to_numpy()


def _gifts_per_year(model: ValueModel, donors: pl.DataFrame) -> Vector:
    gifts = donors["free_gifts"].to_numpy().astype(float)
    years = np.fmax(donors["active_years"].fill_null(1).to_numpy().astype(float), 1.0)
    plain = gifts / years
    if model.rhythm is None:
        return np.asarray(plain)
    learnt = (gifts >= years) & ~donors["ever_regular"].to_numpy()
    drawn = model.rhythm.gifts_per_year(years, np.maximum(gifts, years))
    return np.where(learnt, drawn, plain)


def _amount(model: ValueModel, donors: pl.DataFrame) -> Vector:
    """Return the expected amount of a gift outside commitments; NaN where none is known."""
    gifts = donors["free_gifts"].to_numpy().astype(float)
    mean = donors["free_mean_minor"].fill_null(np.nan).to_numpy()
    recent = _RECENT_WEIGHT * donors["recent_gifts"].to_numpy()
    recent_minor = _RECENT_WEIGHT * donors["recent_minor"].to_numpy()
    own = (gifts * mean + recent_minor) / np.maximum(gifts + recent, 1.0)
    for currency, learnt in model.amounts.items():
        theirs = (donors["currency"] == currency).to_numpy()
        own[theirs] = learnt.expected_amount(gifts[theirs], own[theirs])
    return np.asarray(own)


def _debits(model: ValueModel, donors: pl.DataFrame) -> tuple[Vector, Vector]:
    """Return the debits expected each coming year (n, 5) and the chance of the next (n,)."""
    years = HORIZONS_YEARS[-1]
    ages = donors["age_months"].fill_null(0).to_numpy()
    paid = _share_paid(model, donors)
    running = paid > 0
    known, which = np.unique(np.where(running, ages, 0), return_inverse=True)
    survival = model.attrition.survival(known, months=12 * years)
    by_year = survival.reshape(len(known), years, 12).sum(axis=2)
    next_debit = np.where(running, survival[which, 0] * paid, np.nan)
    return np.asarray(by_year[which] * paid[:, None]), next_debit


def _share_paid(model: ValueModel, donors: pl.DataFrame) -> Vector:
    """Return how much of each commitment is still to be expected: nothing of a paused one.

    It gives again when the file shows it resumed; a failing one, as often as others recovered.
    """
    state = donors["state"]
    failing = np.where(state == "failing", model.attrition.recovery, 0.0)
    return np.asarray(np.where(state == "active", 1.0, failing))


def _confidence(model: ValueModel, donors: pl.DataFrame) -> pl.Series:
    seen = donors["opportunities"].fill_null(0).to_numpy()
    running = _share_paid(model, donors) > 0
    doubtful = model.years is None or model.donors < _FEW_DONORS
    sure = model.donors >= _MANY_DONORS and not set(model.warnings) - _NOT_OF_ONE_OFFS
    one_off = np.where((seen >= 3) & sure, "high", "medium")
    # A currency that few give in teaches little of its amounts.
    few = {code for code, givers in model.givers.items() if givers < _FEW_DONORS}
    rare = donors["currency"].is_in(list(few)).to_numpy() & (len(model.givers) > 1)
    one_off = np.where((seen == 0) | doubtful | rare, "low", one_off)
    sound = (donors["state"] == "active").to_numpy() & (model.attrition.stops >= _FEW_STOPS)
    regular = np.where(sound, "high", "medium")
    return pl.Series("value_confidence", np.where(running, regular, one_off), dtype=pl.String)


def _arrays(table: pl.DataFrame) -> tuple[NDArray[Any], ...]:
    return tuple(column.to_numpy() for column in table.get_columns())
