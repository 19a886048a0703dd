"""Do 80 % intervals of groups' totals hold 80 % of the time, over many files and years?

    python -m benchmarks.coverage [--seeds 10] [--only essec] (or benchmarks.scores --only coverage)

A year's luck is shared by all the groups of one origin, so that one origin is one draw: many are
needed. Beside the files at hand, associations are invented whose years are good or bad: gifts of
each year are kept or dropped at random, more or less often, for newcomers and the long silent
apart, and amounts move too; half of them lose ground every year. Prints a Markdown table.
"""

import argparse
import shutil
import time
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from benchmarks import measuring

from mecene import period
from mecene.engine.store import FactStore
from mecene.scores import backtest, model, origins, prediction, training
from mecene.scores.goodness import calibration

WORK = measuring.WORK / "scores"
YEARS = 9
ENDS = date(2026, 1, 1)
SPREADS = (0.0, 0.06, 0.12, 0.2, 0.3)  # of a year's luck, in logs of its gifts
DRIFTS = (0.0, 0.0, -0.06, -0.15)  # a year
FIRST_SEED = 100  # those before it were looked at while choosing


@dataclass(frozen=True)
class Looked:
    """One origin of one file: what was held, and how far the whole was from what was foretold."""

    held: float
    alike: float
    whole: bool
    logs_away: float
    error: float
    error_but_the_year: float


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10, help="how many invented associations")
    parser.add_argument("--only", action="append", help="this file, or `invented`, only")
    arguments = parser.parse_args()
    run(arguments.seeds, arguments.only)


def run(seeds=10, only=None):
    """Print a row a file, one an invented association, and one for all of those so far."""
    from benchmarks import scores

    print(
        "| files | file-years | held: groups drawn at random | groups alike | whole file "
        "| log of given / foretold, mean ± sd | calibration error beyond noise "
        "| of it, not the year's |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|---:|", flush=True)
    start = time.process_time()
    for name, days, ends in (
        ("essec", [date(year, 1, 1) for year in range(2006, 2016)], date(2016, 1, 1)),
        ("gdq", [date(year, 1, 2) for year in range(2011, 2017)], date(2017, 1, 2)),
        ("simulated", [date(year, 1, 1) for year in range(2019, 2026)], ENDS),
    ):
        if not only or name in only:
            printed(name, looks(scores.facts_of(name), days, ends, first=3))
    if only and "invented" not in only:
        return
    found = []
    for seed in range(FIRST_SEED, FIRST_SEED + seeds):
        store = invented(seed)
        days = [date(year, 1, 1) for year in range(ENDS.year - YEARS + 1, ENDS.year)]
        looked = looks(store, days, ENDS, first=4)
        printed(f"invented {seed}, years of ± {100 * SPREADS[seed % len(SPREADS)]:.0f} %", looked)
        found += looked
        shutil.rmtree(store.path)
        printed(f"invented, {seed - FIRST_SEED + 1} of them", found)
    print(f"\n{time.process_time() - start:.0f} CPU s")


def looks(store, days, ends, *, first):
    """Return what each origin after the first few found, taught by the five before it."""
    currency = training.currency(store, as_of=ends)
    looked = origins.Origins(ends, 12, tuple(days))
    parts = list(training.rows(store, looked, in_currency=currency, most=60_000))
    found = []
    for place in range(first, len(parts)):
        day, frame = parts[place].origin, parts[place].frame
        before = [
            training.Rows(
                part.origin, part.frame, period.add_months(part.origin, 24) <= day, part.share
            )
            for part in parts[max(0, place - origins.MOST_ORIGINS) : place]
        ]
        fitted = model.learn(
            before, frame.drop(list(training.OUTCOMES)), as_of=day, period_months=12,
            currency=currency, aims=(),
        )  # fmt: skip
        found.append(one(fitted, frame.filter(pl.col("gifts") > 0), day))
    return found


def one(fitted, donors, day):
    """Return what one origin found."""
    tested = backtest.of(
        fitted, donors, origin=day, months=12, rng=np.random.default_rng(0)
    )  # fmt: skip
    good = tested.goodness["score"]
    outcome = (donors["period_gifts"] > 0).to_numpy().astype(float)
    law = prediction.free_gifts(fitted, donors)
    said = backtest.chances(fitted, donors, law, months=12)["score"]
    moved = at_level(said, outcome)
    error, noise = calibration(moved, outcome)
    own = tested.whole
    return Looked(
        held=tested.covered,
        alike=tested.covered_alike,
        whole=own.low_minor <= tested.seen_minor <= own.high_minor,
        logs_away=float(np.log(max(tested.seen_minor, 1) / tested.expected_minor)),
        error=good.calibration_error - good.calibration_noise,
        error_but_the_year=error - noise,
    )


def at_level(chance, outcome):
    """Return chances whose log-odds are moved together until their sum is what happened."""
    odds, shift = np.log(chance) - np.log1p(-chance), 0.0
    for _ in range(50):
        moved = 1 / (1 + np.exp(-odds - shift))
        shift += (outcome - moved).sum() / max((moved * (1 - moved)).sum(), 1e-9)
    return moved


def printed(name, looked):
    """Print one row."""

    def mean(values):
        return f"{np.nanmean(values):.2f}"

    away = [one.logs_away for one in looked]
    print(
        f"| {name} | {len(looked)} | {mean([one.held for one in looked])} "
        f"| {mean([one.alike for one in looked])} | {mean([one.whole for one in looked])} "
        f"| {np.mean(away):+.2f} ± {np.std(away):.2f} "
        f"| {np.mean([one.error for one in looked]):.4f} "
        f"| {np.mean([one.error_but_the_year for one in looked]):.4f} |",
        flush=True,
    )


def invented(seed):
    """Return the facts of an invented association whose years are good or bad."""
    from mecene.simulator import facts
    from mecene.simulator.recipe import Association

    into = WORK / f"invented-{seed}"
    shutil.rmtree(into, ignore_errors=True)
    rng = np.random.default_rng(seed)
    spread, drift = SPREADS[seed % len(SPREADS)], DRIFTS[seed % len(DRIFTS)]
    apart = spread * rng.choice((0.0, 0.5, 1.0))
    level = drift * np.arange(YEARS) + rng.normal(0, spread, YEARS)
    levels = np.exp(level + np.vstack([np.zeros(YEARS), *rng.normal(0, apart, (2, YEARS))]))
    sizes = np.exp(rng.normal(0, spread / 2, YEARS))
    store = FactStore(facts.write(Association(4_000, YEARS, ENDS, seed=seed), into))
    for path in store.files("gifts"):
        thinned(pl.read_parquet(path), levels / levels.max(), sizes, rng).write_parquet(path)
    return store


def thinned(gifts, levels, sizes, rng):
    """Return first gifts, and of the others the share that each year kept."""
    first = gifts.select(first=pl.col("given_on").min().over("donor_id"))["first"]
    known_days = (gifts["given_on"] - first).dt.total_days().fill_null(0).to_numpy()
    year = (gifts["given_on"].dt.year() - (ENDS.year - YEARS)).to_numpy()
    group = np.where(known_days > 1000, 2, np.where(known_days < 400, 1, 0))
    free = (gifts["kind"] == "one_off").to_numpy()
    share = np.where(known_days == 0, 1.0, levels[group, year])
    factor = np.where(free, sizes[year], 1.0)
    return gifts.with_columns(
        amount_minor=(pl.col("amount_minor") * pl.Series(factor)).round().cast(pl.Int64)
    ).filter(pl.Series(~free | (rng.random(len(year)) < share)))


if __name__ == "__main__":
    main()
