"""What does attribution cost: from touches to paths, to removal effects with their uncertainty?

    python -m benchmarks.attribution [--paths 1_000_000]

Prints a Markdown table, each step in one process. Donors and their touches (five to a path on
average, six channels) are invented; a path leads to an act one time in ten.
"""

import argparse
import resource
import time
from datetime import date

import numpy as np
import polars as pl

from mecene.attribution import credit, paths, tallies, touches, travelled

CHANNELS = ("email", "post", "phone", "sms", "web", "event")
AS_OF = date(2026, 1, 1)
START = np.datetime64("2025-10-05T00:00:00", "us")
DRAWS = 400


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--paths", type=int, default=1_000_000)
    asked = parser.parse_args()
    touched, acts = invented(np.random.default_rng(3), asked.paths)
    print("| step | paths | touches | CPU s | wall s | peak MB so far |")
    print("|---|---:|---:|---:|---:|---:|")
    size = (asked.paths, touched.height)
    met = told("touches and acts checked and sorted", size, lambda: touches.of(touched, acts))
    found = told("paths to an act", size, lambda: paths.to(met, act="gift", as_of=AS_OF))
    told("most travelled, jumps, flows", size, lambda: (
        travelled.most(found), travelled.jumps(found), travelled.flows(found, act="gift")
    ))  # fmt: skip
    for order in (1, 2):
        counts = told(f"tallies, order {order}", size, lambda: tallies.of(found, order=order))  # noqa: B023
        told(
            f"removal effects, last touch, {DRAWS} draws, order {order}", size,
            lambda: credit.side_by_side(counts, rng=np.random.default_rng(1), draws=DRAWS),  # noqa: B023
        )  # fmt: skip


def told(step, size, work):
    """Do a step, print its row, and return what it made."""
    wall, cpu = time.perf_counter(), time.process_time()
    made = work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"| {step} | {size[0]:,} | {size[1]:,} | {cpu:.2f} | {wall:.2f} | {peak:,.0f} |")
    return made


def invented(rng, count):
    """Return touches and acts of so many donors, a path each."""
    steps = 1 + rng.poisson(4, count)
    total = int(steps.sum())
    seconds = rng.integers(0, 86 * 86_400, total).astype("timedelta64[s]")
    usual = np.array(CHANNELS)
    touched = pl.DataFrame({
        "donor_id": np.repeat(np.arange(1, count + 1), steps),
        "at": (START + seconds).astype("datetime64[us]"),
        "channel": usual[rng.choice(6, total, p=(0.45, 0.25, 0.05, 0.05, 0.17, 0.03))],
        "kind": np.full(total, "sent"),
        "device": pl.Series([None], dtype=pl.String).new_from_index(0, total),
    })  # fmt: skip
    gave = np.flatnonzero(rng.random(count) < 0.1) + 1
    acts = pl.DataFrame({
        "donor_id": gave,
        "at": np.full(len(gave), START + np.timedelta64(87, "D")).astype("datetime64[us]"),
        "act": np.full(len(gave), "gift"),
        "value_minor": rng.integers(500, 20_000, len(gave)),
    })  # fmt: skip
    return touched, acts


if __name__ == "__main__":
    main()
