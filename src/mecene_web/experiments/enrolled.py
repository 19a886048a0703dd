"""Enrolled: who was drawn, as the core reads it: whoever was found to be another is that other."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl

from mecene.experiments import taken, tally
from mecene_web.donors.models import Merge
from mecene_web.experiments.models import Enrolment, Experiment
from mecene_web.organisation import clock
from mecene_web.scores.models import Standing

# Donors read at once; more are read part by part, whole households in each.
A_PART = 500_000
_AT_ONCE = 100_000
_FEW = 2_000


def of(held: Experiment) -> pl.DataFrame:
    """Return ``taken.DRAWN`` of an experiment."""
    rows = [chunk.select(list(taken.DRAWN)) for chunk in _chunks(held)]
    return pl.concat(rows) if rows else pl.DataFrame(schema=taken.DRAWN)


def parts(held: Experiment, *, into: Path) -> Iterator[pl.DataFrame]:
    """Yield ``tally.DRAWN`` of an experiment, some households at a time, each whole.

    Args:
        held: Which.
        into: A folder in which they may lie meanwhile.
    """
    many = Enrolment.objects.filter(experiment=held).count() // A_PART + 1
    if many == 1:
        yield from map(_once, _together(_chunks(held)))
        return
    for number, chunk in enumerate(_chunks(held)):
        numbered = chunk.with_columns(part=pl.col("unit").hash(0) % many)
        for (part,), rows in numbered.partition_by("part", as_dict=True).items():
            folder = into / f"{part:04d}"
            folder.mkdir(exist_ok=True)
            rows.drop("part").write_parquet(folder / f"{number:05d}.parquet")
    for folder in sorted(into.iterdir()):
        yield _once(pl.read_parquet(folder / "*.parquet"))


def _chunks(held: Experiment) -> Iterator[pl.DataFrame]:
    """Yield ``tally.DRAWN`` of those enrolled, in the order of the database."""
    arms = dict(held.arms.values_list("pk", "name"))
    now_is = _now_is()
    rows = Enrolment.objects.filter(experiment=held).order_by().values_list(
        "donor_id", "unit", "arm_id", "at", "segment",
        "donor__standing__expected_value_12m_minor", "pk",
    )  # fmt: skip
    schema = {"donor_id": pl.Int64, "unit": pl.String, "arm": pl.Int64,
              "at": pl.Datetime("us", "UTC"), "segment": pl.String, "life_value": pl.Float64,
              "place": pl.Int64}  # fmt: skip
    for some in _some(rows.iterator(chunk_size=_AT_ONCE)):
        yield _followed(
            pl.DataFrame(some, schema=schema, orient="row").with_columns(
                clock.here(pl.col("at")),
                pl.col("arm").replace_strict(arms, return_dtype=pl.String),
                pl.col("life_value").fill_null(0.0),
            ),
            now_is,
        )


def _some(rows: Iterator[tuple[object, ...]]) -> Iterator[list[tuple[object, ...]]]:
    held: list[tuple[object, ...]] = []
    for row in rows:
        held.append(row)
        if len(held) == _AT_ONCE:
            yield held
            held = []
    if held:
        yield held


def _followed(rows: pl.DataFrame, now_is: dict[int, int]) -> pl.DataFrame:
    """Return the same, whoever was found to be another being that other, worth what they are."""
    found = sorted(set(rows["donor_id"].to_list()) & now_is.keys()) if now_is else []
    if not found:
        return rows.select(list(tally.DRAWN))
    worth: dict[int, float] = {}
    others = sorted({now_is[donor] for donor in found})
    for first in range(0, len(others), _FEW):
        stand = Standing.objects.filter(pk__in=others[first : first + _FEW])
        worth |= dict(stand.values_list("pk", "expected_value_12m_minor"))
    moved = {donor: now_is[donor] for donor in found}
    value = {donor: worth.get(other) or 0.0 for donor, other in moved.items()}
    return rows.with_columns(
        life_value=pl.when(pl.col("donor_id").is_in(found))
        .then(pl.col("donor_id").replace_strict(value, default=0.0, return_dtype=pl.Float64))
        .otherwise("life_value"),
        donor_id=pl.col("donor_id").replace(moved),
    ).select(list(tally.DRAWN))


def _together(chunks: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    rows = list(chunks)
    if rows:
        yield pl.concat(rows)


def _once(rows: pl.DataFrame) -> pl.DataFrame:
    """Return each donor of a household once, as they were drawn first: two may be found one."""
    return rows.sort("place").unique(["unit", "donor_id"], keep="first", maintain_order=True)


def _now_is() -> dict[int, int]:
    merged = dict(Merge.objects.filter(undone_at=None).values_list("absorbed_id", "kept_id"))
    return {donor: _last(donor, merged) for donor in merged}


def _last(donor: int, merged: dict[int, int]) -> int:
    seen = {donor}
    while donor in merged and merged[donor] not in seen:
        donor = merged[donor]
        seen.add(donor)
    return donor
