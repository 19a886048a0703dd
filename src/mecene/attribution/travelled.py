"""Travelled: which paths are taken most, from which channel to which, as one would draw them?"""

import polars as pl

from mecene.attribution import paths as all_paths

ABSENT = "absent"
OTHER = "other"
_FLOW = pl.Schema(
    {"stage": pl.Int32(), "before": pl.String(), "now": pl.String(), "acts": pl.Int64()}
)


def most(paths: pl.DataFrame, *, at_most: int = 20) -> pl.DataFrame:
    """Return the paths that led most often to an act, repeats of a step in a row told once.

    Args:
        paths: Of the schema ``paths.PATHS``.
        at_most: How many.

    Returns:
        ``path`` (list), ``conversions``, ``share`` (of all acts that a touch preceded),
        ``value_minor``, ``nulls`` (as many took it to nothing), ``rate`` (of acting, in [0, 1]);
        the most travelled first.
    """
    told = _told_once(paths)
    total = told["conversions"].sum()
    return (
        told.filter(pl.col("conversions") > 0)
        .sort(["conversions", "path"], descending=[True, False])
        .head(at_most)
        .select(
            "path", "conversions", "value_minor", "nulls",
            share=pl.col("conversions") / total,
            rate=pl.col("conversions") / (pl.col("conversions") + pl.col("nulls")),
        )
    )  # fmt: skip


def jumps(paths: pl.DataFrame) -> pl.DataFrame:
    """Return the passages from one channel to another on the paths that led to an act.

    Returns:
        ``before``, ``now`` (never alike), ``acts`` (a path that jumps twice counts twice); the most
        frequent first.
    """
    acting = _told_once(paths).filter(pl.col("conversions") > 0)
    pairs = acting.select(
        "conversions",
        before=pl.col("path").list.slice(0, pl.col("path").list.len() - 1),
        now=pl.col("path").list.slice(1),
    ).filter(pl.col("now").list.len() > 0)
    return (
        pairs.explode("before", "now")
        .group_by("before", "now")
        .agg(acts=pl.col("conversions").sum())
        .sort(["acts", "before", "now"], descending=[True, False, False])
    )


def flows(paths: pl.DataFrame, *, act: str, steps: int = 4, channels: int = 6) -> pl.DataFrame:
    """Return the last steps before an act as flows, ready to be drawn from left to right.

    Args:
        paths: Of the schema ``paths.PATHS``.
        act: What stands at the end.
        steps: Columns before the act, >= 1; of a longer path the last are kept.
        channels: Those named; the rarer ones together are ``other``.

    Returns:
        ``stage`` (0: from the first column to the second), ``before``, ``now`` (``absent`` before
        a path that starts later), ``acts``; sorted. Each column holds all acts.
    """
    told = _told_once(paths).filter(pl.col("conversions") > 0)
    if told.is_empty():
        return pl.DataFrame(schema=_FLOW)
    named = (
        told.explode("path").group_by("path").agg(pl.col("conversions").sum())
        .sort(["conversions", "path"], descending=[True, False])
        .head(channels)["path"]
    )  # fmt: skip
    known = told.select(
        "conversions",
        path=pl.col("path").list.eval(
            pl.when(pl.element().is_in(named.implode())).then(pl.element()).otherwise(pl.lit(OTHER))
        ),
    )
    places = [
        pl.col("path").list.get(back - steps, null_on_oob=True).fill_null(ABSENT).alias(str(back))
        for back in range(steps)
    ]
    columns = known.select("conversions", *places, pl.lit(act).alias(str(steps)))
    return pl.concat(
        columns.group_by(before=str(stage), now=str(stage + 1))
        .agg(acts=pl.col("conversions").sum())
        .select(stage=pl.lit(stage, dtype=pl.Int32), before="before", now="now", acts="acts")
        for stage in range(steps)
    ).sort("stage", "before", "now")


def _told_once(paths: pl.DataFrame) -> pl.DataFrame:
    """Return paths with at least a step, of which none follows itself."""
    step = pl.element()
    changed = (step != step.shift()).fill_null(value=True)
    return (
        all_paths.total(paths)
        .filter(pl.col("path").list.len() > 0)
        .with_columns(path=pl.col("path").list.eval(step.filter(changed)))
        .group_by("path")
        .agg(pl.col(name).sum() for name in ("conversions", "value_minor", "nulls"))
    )
