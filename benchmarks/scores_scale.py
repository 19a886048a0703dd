"""How long do scores take for a million donors, learnt and foretold; and for ten, foretold?

    python -m benchmarks.scores_scale [--donors 1_000_000] [--gifts 10_000_000] [--stream N]

Prints a Markdown table: seconds on the wall, CPU seconds and peak memory of learning (which
samples donors), of scoring every donor bucket by bucket, and of the reasons of 10,000 donors.
``--stream`` scores the same buckets over again until that many donors went through, without
keeping them: what changes with ten million is the number of buckets' parts, not their size.
"""

import argparse
import resource
import time

from benchmarks import measuring
from benchmarks.features import AS_OF, generate

from mecene.engine.store import BUCKETS, FactStore
from mecene.features import summary
from mecene.scores import model, prediction, reasons, training, typical

WORK = measuring.WORK / "scores-scale"


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--donors", type=int, default=1_000_000)
    parser.add_argument("--gifts", type=int, default=10_000_000)
    parser.add_argument("--stream", type=int, default=0, help="donors to score in all")
    arguments = parser.parse_args()
    path = WORK / f"{arguments.donors}-{arguments.gifts}"
    store = FactStore(path)
    if not path.exists():
        generate(path, gifts=arguments.gifts, donors=arguments.donors)
    print("| step | donors | wall s | CPU s | peak MB so far |")
    print("|---|---:|---:|---:|---:|")
    fitted = timed("learn", arguments.donors, lambda: model.fit(store, as_of=AS_OF))
    timed("score", arguments.donors, lambda: scored(store, fitted, arguments.donors))
    if arguments.stream:
        timed("score, streamed", arguments.stream, lambda: scored(store, fitted, arguments.stream))
    some = summary.of(store, as_of=AS_OF, bucket="00", families=training.FAMILIES)
    usual = typical.of(some)
    few = some.head(10_000)
    timed("reasons", few.height, lambda: reasons.of(fitted, usual, few, lang="fr"))


def scored(store, fitted, donors):
    """Score donors, bucket by bucket, and keep none."""
    done = 0
    while done < donors:
        for bucket in BUCKETS:
            batch = summary.of(store, as_of=AS_OF, bucket=bucket, families=training.FAMILIES)
            done += prediction.scores(fitted, batch, as_of=AS_OF, mid_minor=100_000).height
            if done >= donors:
                break
    return done


def timed(step, donors, work):
    """Print what a step costs, and return what it made."""
    wall, cpu = time.perf_counter(), time.process_time()
    made = work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"| {step} | {donors:,} | {time.perf_counter() - wall:.0f} "
        f"| {time.process_time() - cpu:.0f} | {peak:,.0f} |",
        flush=True,
    )
    return made


if __name__ == "__main__":
    main()
