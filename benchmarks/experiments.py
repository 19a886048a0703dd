"""Did it change anything, among ten million donors: how long from the log to the answer?

    python -m benchmarks.experiments [--donors 10_000_000] [--quick]

A made-up log of gifts as the fact store holds it, every donor drawn for a hold-out of a tenth or
one of two letters. One pass of SQL gives the moments of five metrics, each beside its value of
before the draw (CUPED); then every comparison, both letters, with Holm. And the same as the
platform's night reads it: households of one or two, a sixteenth at a time, every measure counted
(`tally`), and five of them compared. Prints a Markdown table:
wall and CPU seconds of the system and peak memory, in a process of its own, and what was found
beside what was put in. `--quick` has 500,000 donors.
"""

import argparse
import json
import shutil
import time
from datetime import date, datetime
from datetime import time as clock

import numpy as np
import polars as pl
from benchmarks import measuring

from mecene import facts
from mecene.engine import store as stores
from mecene.engine.connection import Limits
from mecene.engine.store import BUCKETS, FactStore
from mecene.experiments import arms, compared, cuped, gathering, means, mismatch, tally
from mecene.experiments.difference import Difference
from mecene.experiments.gathering import Metric
from mecene.experiments.measures import CHOICES, Measure

WORK = measuring.WORK / "experiments"
DRAWN_ON = date(2025, 3, 1)
AS_OF = date(2025, 7, 1)
CONSTANTS = {"days_before": 365, "days_after": 90, "in_currency": "EUR"}
SHARES = {"hold-out": 0.1, "letter A": 0.45, "letter B": 0.45}
ANSWER = {"hold-out": 0.10, "letter A": 0.10, "letter B": 0.104}  # gifts since, on average, a donor
CAP_MINOR = 30_000
METRICS = (
    gathering.gave(),
    gathering.amount(cap_minor=CAP_MINOR),
    Metric("gifts", ("gifts", "gifts_before")),
    Metric("gave 50 or more", ("(amount_minor >= 5000)::integer", "amount_before_minor")),
    Metric("gave twice", ("(gifts >= 2)::integer", "gifts_before")),
)

COUNTED = ("gave", "amount", "gifts", "second_gift", "recurring")


def main():
    """Make the log, measure in processes of their own, print, remove."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--donors", type=int, default=10_000_000)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--keep", action="store_true", help="keep what was made")
    parser.add_argument(
        "--pass", dest="how", choices=("whole", "buckets", "night"), help=argparse.SUPPRESS
    )
    asked = parser.parse_args()
    donors = 500_000 if asked.quick else asked.donors
    folder = WORK / str(donors)
    if asked.how == "night":
        print(json.dumps(night(folder)))
        return
    if asked.how:
        print(json.dumps(measured(folder, whole=asked.how == "whole")))
        return
    try:
        if not (folder / "drawn").exists():
            make(folder, donors=donors)
        print(
            "| What | Donors | Gifts read | Wall s | CPU s | Peak MB |\n|---|---|---|---|---|---|"
        )
        gifts = sum(pl.scan_parquet(f).select(pl.len()).collect().item()
                    for f in FactStore(folder / "facts").files("gifts"))  # fmt: skip
        for how in ("whole", "buckets"):
            cost = measuring.process(
                measuring.module("benchmarks.experiments", "--donors", donors, "--pass", how)
            )
            told = json.loads(cost.printed.splitlines()[-1])
            name = "one pass" if how == "whole" else "sixteen buckets, added up"
            print(
                f"| Log to moments, 5 metrics with CUPED, {name} | {donors:,} | {gifts:,} "
                f"| {told['gather_wall']:.1f} | {told['gather_cpu']:.1f} | {cost.peak_mb:.0f} |"
            )
        cost = measuring.process(
            measuring.module("benchmarks.experiments", "--donors", donors, "--pass", "night")
        )
        nightly = json.loads(cost.printed.splitlines()[-1])
        print(
            f"| The night: {nightly['units']:,} households counted, 17 measures, and 5 compared "
            f"| {donors:,} | {gifts:,} | {nightly['wall']:.1f} | {nightly['cpu']:.1f} "
            f"| {cost.peak_mb:.0f} |"
        )
        print(
            f"| Moments to answers, 2 letters, 5 metrics | {donors:,} | – "
            f"| {told['answer_wall']:.4f} | {told['answer_cpu']:.4f} | – |"
        )
        print("\n".join(told["found"] + nightly["found"]))
    finally:
        if not asked.keep:
            shutil.rmtree(folder, ignore_errors=True)


def measured(folder, *, whole):
    """Return what gathering and answering cost, and what was found."""
    store, drawn = FactStore(folder / "facts"), pl.read_parquet(folder / "drawn" / "*.parquet")
    wall, cpu = time.perf_counter(), time.process_time()
    told = gathering.gathered(
        store, gathering.units(), metrics=METRICS, as_of=AS_OF, drawn=drawn, parameters=CONSTANTS,
        buckets=(None,) if whole else BUCKETS, limits=Limits(memory_mb=4_000),
    )  # fmt: skip
    gathered = time.perf_counter(), time.process_time()
    found = answers(told)
    answered = time.perf_counter(), time.process_time()
    return {
        "gather_wall": gathered[0] - wall, "gather_cpu": gathered[1] - cpu,
        "answer_wall": answered[0] - gathered[0], "answer_cpu": answered[1] - gathered[1],
        "found": [row(*each) for each in found],
    }  # fmt: skip


def answers(told):
    """Return metric, letter, difference at equal past, and the share of noise taken out."""
    counted = {arm: each["gave"].n for arm, each in told.items()}
    mismatch.insist(counted, shares=SHARES)
    found = []
    for metric in METRICS:
        groups = [told[arm][metric.name] for arm in SHARES]
        explained = cuped.explained(groups)
        adjusted = dict(zip(SHARES, cuped.adjusted(groups), strict=True))
        control = adjusted.pop("hold-out")
        for arm, each in arms.against(control, adjusted, by=means.difference).items():
            found.append((metric.name, arm, each, explained))
    return found


def night(folder):
    """Return what counting every measure of every household costs, and what was found."""
    wall, cpu = time.perf_counter(), time.process_time()
    counted = tally.tally(
        map(drawn_of, sorted((folder / "drawn").iterdir())), store=FactStore(folder / "facts"),
        as_of=AS_OF, within_days=CONSTANTS["days_after"], currency="EUR", days=(0, 1, 30, 90, 365),
        limits=Limits(memory_mb=2_000),
    )  # fmt: skip
    groups = {name: counted.of([name], days=90) for name in SHARES}
    way, found = compared.Way(adjusted_by=("amount_before",), cap=CAP_MINOR), []
    for name in COUNTED:
        measure = Measure(name, CHOICES[name][0], 90)
        for arm in ("letter A", "letter B"):
            try:
                told = compared.compare(groups["hold-out"], groups[arm], measure=measure, way=way)
            except ValueError as no:
                told = no
            found.append(row(f"{name}, a household", arm, told, None))
    return {"units": counted.height, "wall": time.perf_counter() - wall,
            "cpu": time.process_time() - cpu, "found": found}  # fmt: skip


def drawn_of(file):
    """Return some of those drawn as the platform enrols them."""
    return pl.read_parquet(file).select(
        "donor_id", pl.format("household:{}", "home").alias("unit"), "arm",
        pl.lit(datetime.combine(DRAWN_ON, clock())).alias("at"), pl.lit("").alias("segment"),
        pl.lit(0.0).alias("life_value"), pl.col("donor_id").alias("place"),
    )  # fmt: skip


def row(name, arm, told, explained):
    """Return one row of what was found."""
    if not isinstance(told, Difference):
        return f"| {name}, {arm}: {told} | | | | | |"
    noise = "" if explained is None else f", noise taken out {explained:.0%}"
    return (
        f"| Found: {name}, {arm}: {told.estimate:+.5g} [{told.low:.5g} ; {told.high:.5g}], "
        f"p {told.p:.2g}{noise} | {told.n_treated:,} | – | – | – | – |"
    )


def make(folder, *, donors):
    """Write the log, a bucket at a time: two years of gifts, and the answers of 90 days."""
    shutil.rmtree(folder, ignore_errors=True)
    rng = np.random.default_rng(6)
    (folder / "drawn").mkdir(parents=True)
    for number in range(facts.BUCKETS):
        ids = np.arange(number or facts.BUCKETS, donors + 1, facts.BUCKETS)
        # Two of three live with the next of their sixteenth, and are drawn together.
        homes, place = np.unique(
            np.where(ids % 3 > 0, ids // 32, ids + donors), return_inverse=True
        )
        arm = rng.choice(list(SHARES), homes.size, p=list(SHARES.values()))[place]
        own = rng.gamma(0.7, 1 / 0.7, ids.size)  # how much more often than others one gives
        level = np.select([arm == name for name in ANSWER], list(ANSWER.values()))
        since = rng.binomial(2, np.minimum(own * level, 0.95) / 2)
        before = rng.poisson(own * 1.8)
        stores.write_facts(
            {"gifts": pl.concat([gifts(rng, np.repeat(ids, before), -730, 0),
                                 gifts(rng, np.repeat(ids, since), 0, 90)])},
            folder / "facts",
        )  # fmt: skip
        drawn = pl.DataFrame({"donor_id": ids, "arm": arm, "home": homes[place] * 16 + number})
        drawn.with_columns(drawn_on=pl.lit(DRAWN_ON)).write_parquet(
            folder / "drawn" / f"{number:02d}.parquet"
        )


def gifts(rng, owners, first, last):
    """Return gifts of owners, between days from the draw; heavy-tailed amounts."""
    size = owners.size
    amount = np.maximum(100, 100 * np.round(20 * rng.pareto(2.2, size) + 5)).astype(np.int64)
    made = pl.DataFrame(
        {
            "gift_id": np.arange(1, size + 1), "donor_id": owners,
            "given_on": np.datetime64(DRAWN_ON) + rng.integers(first, last, size),
            "amount_minor": amount,
        }
    ).with_columns(
        currency=pl.lit("EUR"), kind=pl.lit("one_off"), status=pl.lit("received"),
        source_ref=pl.lit("g"),
    )  # fmt: skip
    return facts.complete(made, facts.GIFTS)


if __name__ == "__main__":
    main()
