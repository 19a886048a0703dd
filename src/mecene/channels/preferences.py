"""Preferences: each donor's best channel, weekday, hour and devices, and how sure that is."""

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import special

from mecene.channels import traits
from mecene.channels.habits import Habits
from mecene.channels.traits import Trait

Vector = NDArray[np.float64]

_SAID = {
    "email": "email", "e-mail": "email", "mail": "email", "courriel": "email", "mél": "email",
    "post": "post", "courrier": "post", "poste": "post", "letter": "post",
    "phone": "phone", "téléphone": "phone", "telephone": "phone", "tel": "phone",
    "sms": "sms", "texto": "sms", "text": "sms",
}  # fmt: skip
_BARRED = {
    "email": pl.col("objects_email"),
    "phone": pl.col("objects_phone"),
    "post": pl.col("objects_post") | pl.col("undeliverable_post"),
    "sms": pl.col("objects_sms"),
}
SCHEMA = {"donor_id": pl.Int64(), "group": pl.String()} | {
    f"{prefix}{trait.name}{suffix}": type_
    for trait in traits.TRAITS
    for prefix, suffix, type_ in (
        ("best_", "", pl.Int64() if trait.name in ("weekday", "hour") else pl.String()),
        ("", "_share", pl.Float64()), ("", "_sure", pl.Float64()), ("", "_acts", pl.Int64()),
        ("", "_best_acts", pl.Int64()), ("", "_learnt_from", pl.String()),
    )
} | {
    "crosses_devices": pl.Boolean(), "cause": pl.String(), "cause_share": pl.Float64(),
    "cause_learnt_from": pl.String(),
}  # fmt: skip


def of(summary: pl.DataFrame, *, habits: Habits) -> pl.DataFrame:
    """Return one row a donor, in the order of the summary; the columns are ``SCHEMA``.

    For each trait (``channel``; ``weekday``, 1 Monday to 7; ``hour``, the first of two, as the
    file tells the time; ``read_device``, ``acted_device``): ``best_x``, its ``x_share`` of the
    donor's acts as drawn to the group's, ``x_sure`` (the chance that it is above the second
    best, in 0.5..1), ``x_acts`` (the donor's own), of which ``x_best_acts`` are of the best, and
    ``x_learnt_from`` (``declared``, ``own``, ``group``). All but the acts are null where neither
    the donor nor the group ever acted, and for a channel, where the donor closed every one. A
    channel the donor objects to is never the best. Of equals, the first in order is, half sure.
    ``crosses_devices``: reads on one and acts on another, null unless both were seen. Who has
    died or objects to profiling is absent.

    Args:
        summary: Columns of ``traits.FAMILIES``; a batch of donors or all of them.
        habits: What the association's donors prefer.

    Raises:
        profiled.IncompleteSummary: a column is missing.
    """
    donors = traits.known(summary)
    told = donors.select("donor_id", "group")
    for trait in traits.TRAITS:
        told = told.with_columns(_best(donors, trait, habits))
    told = _declared(told, donors)
    both = (pl.col("read_device_acts") > 0) & (pl.col("acted_device_acts") > 0)
    crosses = pl.col("best_read_device") != pl.col("best_acted_device")
    return (
        told.with_columns(crosses_devices=pl.when(both).then(crosses))
        .with_columns(_cause(donors))
        .select(pl.col(name).cast(type_) for name, type_ in SCHEMA.items())
    )


def _best(donors: pl.DataFrame, trait: Trait, habits: Habits) -> list[pl.Series]:
    counts = donors.select(trait.columns).fill_null(0).to_numpy().astype(float)
    groups = donors["group"].to_numpy()
    weight = np.zeros_like(counts)
    for group in traits.GROUPS:
        known = habits.of[trait.name, group]
        mine = groups == group
        prior = known.strength * np.array(known.shares)
        weight[mine] = counts[mine] + (prior if known.acts else 0.0)
    if trait.name == "channel":
        weight = np.where(_closed(donors), 0.0, weight)
    return _told(trait, weight, counts)


def _told(trait: Trait, weight: Vector, counts: Vector) -> list[pl.Series]:
    rows = np.arange(len(weight))
    best = weight.argmax(axis=1) if len(weight) else np.zeros(0, dtype=int)
    first = weight[rows, best]
    rest = weight.copy()
    rest[rows, best] = -1.0
    second = rest.max(axis=1, initial=-1.0)
    known = first > 0
    total = weight.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = first / total
        sure = np.where(second > 0, special.betainc(np.maximum(second, 1e-9), first, 0.5), 1.0)
    choices = pl.Series(trait.choices).gather(best.astype(np.uint32))
    acts, of_best = counts.sum(axis=1), counts[rows, best]
    own = np.where(of_best > 0, "own", "group")
    told = pl.DataFrame(
        {
            f"best_{trait.name}": choices,
            f"{trait.name}_share": share,
            f"{trait.name}_sure": np.clip(sure, 0.5, 1.0),
            f"{trait.name}_learnt_from": pl.Series(own, dtype=pl.String),
        }
    ).select(pl.when(pl.Series(known)).then(pl.all()))
    return [
        *told,
        pl.Series(f"{trait.name}_acts", acts.astype(np.int64)),
        pl.Series(f"{trait.name}_best_acts", of_best.astype(np.int64)),
    ]


def _closed(donors: pl.DataFrame) -> NDArray[np.bool_]:
    return donors.select(
        _BARRED[name].fill_null(value=False).alias(name) for name in traits.CHANNELS
    ).to_numpy()


def _declared(told: pl.DataFrame, donors: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with the channel a donor asked for, where they did and it is open."""
    words = donors["declared_channel"].str.strip_chars().str.to_lowercase()
    asked = words.replace_strict(_SAID, default=None, return_dtype=pl.String)
    closed = _closed(donors)
    allowed = np.ones(donors.height, dtype=bool)
    for place, name in enumerate(traits.CHANNELS):
        allowed &= ~((asked == name).fill_null(value=False).to_numpy() & closed[:, place])
    said = pl.Series(asked.is_not_null().to_numpy() & allowed)
    return told.with_columns(
        best_channel=pl.when(said).then(asked).otherwise("best_channel"),
        channel_share=pl.when(~said).then("channel_share"),
        channel_sure=pl.when(said).then(1.0).otherwise("channel_sure"),
        channel_learnt_from=pl.when(said).then(pl.lit("declared")).otherwise("channel_learnt_from"),
    )


def _cause(donors: pl.DataFrame) -> list[pl.Series]:
    declared = pl.col("declared_cause").is_not_null()
    observed = pl.col("usual_designation").is_not_null()
    found = donors.select(
        cause=pl.coalesce("declared_cause", "usual_designation"),
        cause_share=pl.when(~declared).then("usual_designation_share"),
        cause_learnt_from=pl.when(declared).then(pl.lit("declared"))
        .when(observed).then(pl.lit("own")),
    )  # fmt: skip
    return found.get_columns()
