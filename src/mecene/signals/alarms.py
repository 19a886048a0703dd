"""Alarms: how likely each donor is to be leaving, whether to act, and on what evidence."""

from collections.abc import Mapping

import numpy as np
import polars as pl
from scipy import special

from mecene.signals import surprises, watched
from mecene.signals.calibration import Calibration
from mecene.signals.rhythm import Rhythm

FALSE_ALARM_RATE = 0.05
# The strong alarm is what a tenth of that share of faithful donors would have.
STRONG = 0.1
_WORTH_TELLING = 0.25  # nats: evidence that moves the odds by less than a quarter is not told
_FIELDS = ("signal", "figure", "usual", "since_days", "strength")
EVIDENCE = pl.List(
    pl.Struct({"signal": pl.String} | dict.fromkeys(_FIELDS[1:], pl.Float64))
)  # fmt: skip
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "donor_id": pl.Int64, "group": pl.String, "state": pl.String, "alarm": pl.Float64,
    "level": pl.String, "learnt_from": pl.String, "currency": pl.String,
    "signals": pl.List(pl.String), "evidence": EVIDENCE,
}  # fmt: skip


def of(
    summary: pl.DataFrame,
    *,
    rhythm: Rhythm,
    calibration: Calibration,
    false_alarm_rate: float = FALSE_ALARM_RATE,
) -> pl.DataFrame:
    """Return one row a donor who gave, in the order of the summary.

    Args:
        summary: Columns of ``watched.FAMILIES``; a batch of donors or all of them.
        rhythm: The habits of the association's donors.
        calibration: What surprises weigh there.
        false_alarm_rate: Share of the donors who stay that may be alarmed at one look, in (0, 1).

    Returns:
        ``donor_id``; ``group`` (``free`` or ``regular``); ``state``: ``watched``, or ``lapsed``
        when silent beyond their own limit; ``alarm``, the chance in 0..1 that they are leaving
        (within 60 days for the regular), null once lapsed; ``level``: ``none``, ``alarm``,
        ``strong``, null once lapsed; ``learnt_from``: ``own`` rhythm, or the ``group``'s for
        those without one; ``currency``; of those alarmed, ``signals`` by strength, and
        ``evidence``: signal, figure, usual figure, ``since_days`` (days since the last such act;
        of campaigns, how many were received lately), strength (what it adds to the log-odds).
        Who has died or objects to profiling is absent.

    Raises:
        profiled.IncompleteSummary: a column is missing.
        calibration.ImpossibleRate: the rate is not between 0 and 1.
    """
    told = surprises.of(watched.of(summary), rhythm=rhythm)
    parts = [
        _of_group(told.filter(pl.col("group") == group), group, calibration, false_alarm_rate)
        for group in watched.GROUPS
    ]
    order = told.select("donor_id")
    return order.join(pl.concat(parts), on="donor_id", how="left", maintain_order="left").select(
        pl.col(name).cast(type_) for name, type_ in SCHEMA.items()
    )


def _of_group(
    told: pl.DataFrame, group: str, calibration: Calibration, rate: float
) -> pl.DataFrame:
    known = calibration.groups[group]
    score = known.score(told)
    alarmed = score > known.limit(told, false_alarm_rate=rate)
    strong = score > known.limit(told, false_alarm_rate=rate * STRONG)
    level = np.where(strong, "strong", np.where(alarmed, "alarm", "none"))
    lapsed = (pl.col("silence_days") > pl.col("limit_days")).fill_null(value=False)
    rows = told.with_columns(
        state=pl.when(lapsed).then(pl.lit("lapsed")).otherwise(pl.lit("watched")),
        alarm=pl.Series(special.expit(score), dtype=pl.Float64),
        figure_standing=pl.Series(special.expit(known.start(told)), dtype=pl.Float64),
        usual_standing=special.expit(known.usual_log_odds),
        weight_standing=pl.Series(known.start(told) - known.usual_log_odds, dtype=pl.Float64),
        level=pl.Series(level, dtype=pl.String),
        learnt_from=pl.when(pl.col("own_gaps") > 0).then(pl.lit("own")).otherwise(pl.lit("group")),
    ).with_columns(pl.when(pl.col("state") == "watched").then(pl.col("alarm", "level")))
    evidence = _evidence(rows.filter(pl.col("level") != "none"), known.weights)
    empty = pl.lit([], dtype=EVIDENCE)
    return (
        rows.select("donor_id", "group", "state", "alarm", "level", "learnt_from", "currency")
        .join(evidence, on="donor_id", how="left", maintain_order="left")
        .with_columns(evidence=pl.coalesce("evidence", empty))
        .with_columns(
            signals=pl.col("evidence").list.eval(pl.element().struct.field("signal"))
        )
        .select(*SCHEMA)
    )  # fmt: skip


def _evidence(rows: pl.DataFrame, weights: Mapping[str, float]) -> pl.DataFrame:
    """Return the evidence of some donors, strongest first."""
    parts = [
        _one(rows, name, strength=pl.col(f"surprise_{name}") * weights[name])
        for name in surprises.SIGNALS
    ]
    # People leave most when they are new; of the free, only their own rhythm is told.
    regular = rows.filter(pl.col("group") == "regular")
    parts.append(_one(regular, "standing", strength=pl.col("weight_standing")))
    return (
        pl.concat(parts)
        .sort("donor_id", "strength", "signal", descending=[False, True, False])
        .group_by("donor_id", maintain_order=True)
        .agg(evidence=pl.struct(_FIELDS))
    )


def _one(rows: pl.DataFrame, name: str, *, strength: pl.Expr) -> pl.DataFrame:
    since = f"since_{name}"
    return rows.select(
        "donor_id",
        signal=pl.lit(name),
        figure=pl.col(f"figure_{name}"),
        usual=pl.col(f"usual_{name}"),
        since_days=pl.col(since) if since in rows.columns else pl.lit(None, pl.Float64),
        strength=strength.round(4),
    ).filter(pl.col("strength") >= _WORTH_TELLING)
