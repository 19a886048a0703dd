"""Behaviour: how two donors are compared when groups are sought among them.

A donor is a point: one coordinate a trait, each made comparable so that neither the few who give
thousands nor the unit of a column decides. Logarithms for amounts and delays; a share drawn from
one gift pulled to the file's; the far ends brought in; then each trait on its own spread. The
traits of one theme share one weight, so that what is told twice counts once.

No age, no gender, no place: groups are of what donors do.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from mecene.features import dictionary

Points = NDArray[np.float64]

# A share weighs as its own gifts, and the file's as this many more.
SHARE_PRIOR_GIFTS = 2.0
# Beyond these quantiles a value counts as the quantile.
_ENDS = (0.01, 0.99)
# Of logarithms and shares: a trait on which donors differ less than this tells them apart by noise.
_LEAST_SPREAD = 0.05


class NobodyToGroup(ValueError):
    """No donor of the sample may be grouped: nobody gave, or all refused profiling."""


@dataclass(frozen=True)
class Trait:
    """One coordinate: its theme, the columns of the summary it reads, its value, its weight.

    ``share_of`` says the value is a share of that many gifts, and is to be pulled to the file's.
    """

    name: str
    theme: str
    reads: tuple[str, ...]
    value: pl.Expr
    money: bool = False
    share_of: pl.Expr | None = None


def _count(*names: str) -> pl.Expr:
    return pl.sum_horizontal(pl.col(name).fill_null(0) for name in names).cast(pl.Float64)


_CHOSEN = _count("gifts") - _count("instalments")

TRAITS = (
    Trait("silence", "recency", ("last_gift_age_days",), pl.col("last_gift_age_days").log1p()),
    Trait("tenure", "tenure", ("first_gift_age_days",), pl.col("first_gift_age_days").log1p()),
    Trait("gifts", "frequency", ("gift_days",), pl.col("gift_days").log1p()),
    Trait("amount", "amount", ("mean_gift_minor",), pl.col("mean_gift_minor").log1p(), money=True),
    Trait(
        "december", "season", ("gifts_december_share", "gifts", "instalments"),
        pl.col("gifts_december_share"), share_of=_CHOSEN,
    ),
    Trait(
        "last_quarter", "season", ("gifts_last_quarter_share", "gifts", "instalments"),
        pl.col("gifts_last_quarter_share"), share_of=_CHOSEN,
    ),
    Trait(
        "commitment", "commitment", ("instalments", "gifts"),
        _count("instalments") / pl.col("gifts"),
    ),
    Trait(
        "clicks", "engagement", ("clicks_12m", "page_views_12m"),
        _count("clicks_12m", "page_views_12m").log1p(),
    ),
    Trait(
        "acts", "engagement",
        ("events_12m", "petitions_12m", "surveys_12m", "shares_12m", "replies_12m"),
        _count("events_12m", "petitions_12m", "surveys_12m", "shares_12m", "replies_12m").log1p(),
    ),
)  # fmt: skip
_LOGARITHMS = ("silence", "tenure", "gifts", "amount", "clicks", "acts")
_BY_NAME = {trait.name: trait for trait in TRAITS}
_WHO = ("donor_id", "gifts", "currency", "objects_profiling", "deceased")
READS: tuple[str, ...] = tuple(
    dict.fromkeys([*_WHO, *(name for trait in TRAITS for name in trait.reads)])
)


@dataclass(frozen=True)
class Scale:
    """How one trait is made comparable; every figure is of many donors.

    ``prior`` is the file's share (0-1) where the trait is one. Values are brought into
    ``[low, high]``, an empty one is ``fill``; then ``(value - mean) / spread * weight``.
    """

    trait: str
    prior: float
    low: float
    high: float
    fill: float
    mean: float
    spread: float
    weight: float


@dataclass(frozen=True)
class Scaling:
    """How donors of one file are made comparable; amounts only in its main ``currency``."""

    currency: str | None
    scales: tuple[Scale, ...]

    @property
    def traits(self) -> tuple[str, ...]:
        """Return the names of the traits kept, in order: the coordinates."""
        return tuple(scale.trait for scale in self.scales)


def comparable(summary: pl.DataFrame) -> pl.Series:
    """Return who may be grouped: who gave, is not known to be dead, did not refuse profiling."""
    table = complete(summary)
    apart = pl.col("objects_profiling").fill_null(value=False)
    dead = pl.col("deceased").fill_null(value=False)
    return table.select(pl.col("gifts").fill_null(0).gt(0) & ~apart & ~dead).to_series()


def complete(summary: pl.DataFrame) -> pl.DataFrame:
    """Return the columns of ``READS``, typed; those the summary lacks are empty."""
    types = {column.name: column.type for column in dictionary.columns()}
    return summary.select(
        (pl.col(name) if name in summary.columns else pl.lit(None)).cast(types[name]).alias(name)
        for name in READS
    )


def sample(batches: Iterable[pl.DataFrame], *, size: int, rng: np.random.Generator) -> pl.DataFrame:
    """Return at most ``size`` comparable donors drawn evenly from batches of the summary.

    Which are drawn depends on the donors of each batch, not on the order of its rows.
    """
    drawn = complete(pl.DataFrame(schema={"donor_id": pl.Int64})).with_columns(
        _key=pl.lit(0.0, dtype=pl.Float64)
    )
    for batch in batches:
        kept = complete(batch).filter(comparable(batch)).sort("donor_id")
        keyed = kept.with_columns(_key=pl.Series(rng.random(kept.height), dtype=pl.Float64))
        drawn = pl.concat([drawn, keyed]).sort("_key").head(size)
    return drawn.drop("_key").sort("donor_id")


def learn(summary: pl.DataFrame) -> Scaling:
    """Return how the donors of a file are made comparable, from a sample of its summary.

    A trait nobody is told of, or on which all are alike, is left out; all of them may be.

    Raises:
        NobodyToGroup: nobody of the sample is ``comparable``.
    """
    table = complete(summary).filter(comparable(summary))
    if table.is_empty():
        raise NobodyToGroup("summary: nobody who may be grouped; has anybody given before as_of?")
    codes = table["currency"].drop_nulls().value_counts(sort=True)
    ranked = codes.sort(["count", "currency"], descending=[True, False])
    currency = str(ranked["currency"][0]) if ranked.height else None
    known = [_learnt(trait, table, currency) for trait in TRAITS if _is_told(trait, table)]
    kept = [scale for scale in known if scale.spread > _LEAST_SPREAD]
    themes = [_BY_NAME[scale.trait].theme for scale in kept]
    return Scaling(
        currency,
        tuple(
            _weighted(scale, themes.count(theme)) for scale, theme in zip(kept, themes, strict=True)
        ),
    )


def points(summary: pl.DataFrame, scaling: Scaling) -> Points:
    """Return each donor as a point, in the order given. Shape (donors, traits)."""
    table = complete(summary)
    if not scaling.scales:
        return np.zeros((table.height, 0))
    columns = [_placed(scale, scaling.currency) for scale in scaling.scales]
    return np.ascontiguousarray(table.select(columns).to_numpy(), dtype=np.float64)


def theme(trait: str) -> str:
    """Return the theme of a trait."""
    return _BY_NAME[trait].theme


def figure(coordinate: float, scale: Scale) -> float:
    """Return a coordinate as a figure one can say: days, gifts, minor units, or a share (0-1).

    Of a mean of logarithms, it is the geometric mean.
    """
    value = coordinate / scale.weight * scale.spread + scale.mean
    return float(np.expm1(value)) if scale.trait in _LOGARITHMS else float(value)


def _is_told(trait: Trait, table: pl.DataFrame) -> bool:
    """Return whether the file holds anything on a trait: nobody counted is not zero."""
    return any(table[name].count() for name in trait.reads)


def _raw(trait: Trait, currency: str | None, prior: float) -> pl.Expr:
    value = trait.value
    if trait.share_of is not None:
        n = trait.share_of
        pulled = (value.fill_null(0) * n + prior * SHARE_PRIOR_GIFTS) / (n + SHARE_PRIOR_GIFTS)
        return pl.when(n > 0).then(pulled)
    if trait.money and currency is not None:
        return pl.when(pl.col("currency") == currency).then(value)
    return value


def _learnt(trait: Trait, table: pl.DataFrame, currency: str | None) -> Scale:
    prior = 0.0
    if trait.share_of is not None:
        sums = table.select(
            given=(trait.value * trait.share_of).sum(), of=trait.share_of.sum()
        ).row(0)
        prior = float(sums[0] / sums[1]) if sums[1] else 0.0
    values = table.select(v=_raw(trait, currency, prior)).to_series().drop_nulls().drop_nans()
    if values.is_empty():
        return Scale(trait.name, prior, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0)
    low, high = (float(values.quantile(end, "linear") or 0.0) for end in _ENDS)
    within = values.clip(low, high)
    middle = float(within.median() or 0.0)  # type: ignore[arg-type]
    return Scale(
        trait.name, prior, low, high, middle,
        float(within.mean() or 0.0),  # type: ignore[arg-type]
        float(within.std(ddof=0) or 0.0),  # type: ignore[arg-type]
        1.0,
    )  # fmt: skip


def _weighted(scale: Scale, told: int) -> Scale:
    return Scale(
        scale.trait, scale.prior, scale.low, scale.high, scale.fill, scale.mean, scale.spread,
        float(told**-0.5),
    )  # fmt: skip


def _placed(scale: Scale, currency: str | None) -> pl.Expr:
    raw = _raw(_BY_NAME[scale.trait], currency, scale.prior).fill_nan(None)
    within = raw.clip(scale.low, scale.high).fill_null(scale.fill)
    return ((within - scale.mean) / scale.spread * scale.weight).alias(scale.trait)
