"""How long does it take to learn from a random send of a million, and is aiming worth it?

    python -m benchmarks.uplift [--people 1_000_000] [--quick]

Prints a Markdown table. People and effects are invented, and known: what a policy truly leaves can
be said. Beside it, where it can be loaded in a Python of its own (``benchmarks/made/peers``),
scikit-uplift's T-learner of two LightGBM regressions, with as many trees, on the same rows; it has
no interval, no out-of-fold value and no policy: its time is that of one fit and one ranking.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl
from benchmarks import measuring

from mecene.uplift import experiment, policy, study
from mecene.uplift.policy import Terms

PEER = measuring.WORK / "peers" / "bin" / "python"
WORK = measuring.WORK / "uplift"
COST_MINOR, COLUMNS = 60.0, 20


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=("ours",), help="in a process of its own")
    asked = parser.parse_args()
    people = 100_000 if asked.quick else asked.people
    if asked.only:
        ours(people)
        return
    print(
        "| what | people | numbers each | wall s | CPU s | peak MB "
        "| correlation with the true effect | true net, € per 1,000: aimed "
        "| likeliest | everybody | best possible |"
    )
    print("|---|" + "---:|" * 10)
    cost = measuring.process(
        measuring.module("benchmarks.uplift", "--people", people, "--only", "ours")
    )
    print(f"| {cost.printed.strip()} |".replace("PEAK", f"{cost.peak_mb:,.0f}"))
    if PEER.exists():
        peer(people)


def ours(people):
    """Learn, mark and value in this process; print the cells of a row."""
    table, effect = invented(people)
    wall, cpu = time.perf_counter(), time.process_time()
    sent = experiment.of(
        table, arm="arm", control="none", outcome="did", household="household",
        shares={"letter": 0.5, "none": 0.5},
    )  # fmt: skip
    terms = Terms((COST_MINOR,), 100.0)
    found = study.of(sent, terms, seed=1)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    learnt = found.learnt
    likeliest = policy.choose(learnt.outcomes[:, 1:], terms, part=learnt.part)
    aimed = policy.choose(learnt.effects, terms, part=learnt.part)
    print(
        f"Mécène: six learners, out of fold, Qini, policies and groups | {people:,} | {COLUMNS} "
        f"| {wall:.1f} | {cpu:.1f} | PEAK | {np.corrcoef(learnt.effects[:, 0], effect)[0, 1]:.2f} "
        f"| {left(effect, aimed)} | {left(effect, likeliest)} | {left(effect, np.ones(people))} "
        f"| {left(effect, 100 * effect > COST_MINOR)}"
    )


def peer(people):
    """Print the row of scikit-uplift, in its own Python."""
    WORK.mkdir(parents=True, exist_ok=True)
    path = WORK / f"send-{people}.npz"
    table, effect = invented(people)
    numbers = table.select(pl.col("^x.*$")).to_numpy()
    contacted, did = (table["arm"] == "letter").to_numpy(), table["did"].to_numpy()
    np.savez(path, x=numbers, arm=contacted, did=did, effect=effect)
    script = Path(__file__).with_name("uplift_peer.py")
    try:
        cost = measuring.process([str(PEER), str(script), str(path)])
    except SystemExit:
        return
    print(f"| {cost.printed.strip()} |".replace("PEAK", f"{cost.peak_mb:,.0f}"))


def left(effect, chosen):
    """Return what a choice truly leaves, in euros per 1,000 people."""
    return f"{10 * np.where(np.asarray(chosen) > 0, 100 * effect - COST_MINOR, 0).mean():,.0f}"


def invented(people):
    """Return a send, one row a person, and the true effect of each, in euros."""
    rng = np.random.default_rng([people, 7])
    x = rng.normal(size=(people, COLUMNS)).astype(np.float32)
    alone = 1 / (1 + np.exp(3.0 - 1.2 * x[:, 0] - 0.6 * x[:, 1] * (x[:, 2] > 0)))
    moved = 0.12 / (1 + np.exp(-2 * x[:, 3] - x[:, 4] * x[:, 0]))
    put_off = -0.3 * alone * (x[:, 5] > 0.8)
    contacted = np.clip(alone + moved * (1 - alone) + put_off - 0.04, 0, 1)
    usual = np.exp(3.2 + 0.5 * x[:, 6])
    home = rng.integers(0, int(people / 1.3), people)
    drawn = (rng.random(int(people / 1.3)) < 0.5)[home]
    gives = rng.random(people) < np.where(drawn, contacted, alone)
    amount = np.where(gives, np.round(usual * rng.lognormal(-0.02, 0.2, people), 0), 0.0)
    table = pl.DataFrame({f"x{place}": x[:, place] for place in range(COLUMNS)}).with_columns(
        household=pl.Series(home), arm=pl.Series(np.where(drawn, "letter", "none")),
        did=pl.Series(amount),
    )  # fmt: skip
    return table, (contacted - alone) * usual


if __name__ == "__main__":
    sys.exit(main())
