"""How fast are BG/NBD and BG/BB here, beside lifetimes 0.11.3, on the same simulated donors?

    python -m benchmarks.lifetime_value [--divide 10]

Prints a Markdown table: CPU seconds from plain arrays (one row a donor) to fitted parameters,
peak memory of the process, and log-likelihoods, all evaluated by this library. The peer gets
an environment of its own under benchmarks/made/peers, made on the first run. ``--divide 10``
has a tenth of the donors (the peer takes ten minutes of CPU on all of them).
"""

import argparse
import json
import resource
import subprocess
import sys
import time
import venv
from pathlib import Path

import numpy as np

WORK = Path(__file__).resolve().parent / "made"
PEER = Path(__file__).resolve().with_name("lifetime_value_peer.py")
# CDNOW's fitted BG/NBD in days; the public-radio donors' BG/BB.
BG_NBD = {"r": 0.2426, "alpha": 30.9, "a": 0.7929, "b": 2.4259}
BG_BB = {"alpha": 1.2035, "beta": 0.7497, "gamma": 0.6567, "delta": 2.7834}
SEED = 20261122


def main():
    """Simulate, run each side in a process of its own, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--divide", type=int, default=1, help="that many times fewer donors")
    parser.add_argument("--run", metavar="MODEL:FILE", help="one of our fits (used by itself)")
    parser.add_argument("--log-likelihood", metavar="JSON", help="parameters to evaluate")
    arguments = parser.parse_args()
    if arguments.run:
        ours(*arguments.run.split(":", 1), given=arguments.log_likelihood)
        return
    WORK.mkdir(parents=True, exist_ok=True)
    python = peer_python()
    divided = arguments.divide
    print("| fit | side | CPU s | ratio | peak MB | log-likelihood | relative difference |")
    print("|---|---|---|---|---|---|---|")
    for model, donors in (("bg_bb", 1_000_000 // divided), ("bg_nbd", 10_000_000 // divided)):
        compare(model, donors, python)


def compare(model, donors, python):
    """Print both sides' rows for one model."""
    data = WORK / f"{model}-{donors}.npy"
    if not data.exists():
        np.save(data, SIMULATORS[model](donors, np.random.default_rng(SEED)))
    itself = [sys.executable, "-m", "benchmarks.lifetime_value", "--run", f"{model}:{data}"]
    here = answer(itself)
    peer = answer([str(python), str(PEER), model, str(data)])
    values = {"mecene": here["log_likelihood"]}
    if "parameters" in peer:
        same = answer([*itself, "--log-likelihood", json.dumps(peer["parameters"])])
        values["lifetimes 0.11.3"] = same["log_likelihood"]
    for name, side in (("lifetimes 0.11.3", peer), ("mecene", here)):
        if "cpu_s" not in side:
            print(f"| {model}, {donors:,} donors | {name} | {side['error']} | | | | |")
            continue
        ratio = peer["cpu_s"] / side["cpu_s"] if "cpu_s" in peer else float("nan")
        gap = (values[name] - here["log_likelihood"]) / abs(here["log_likelihood"])
        print(
            f"| {model}, {donors:,} donors | {name} | {side['cpu_s']:.3f} | {ratio:,.0f}× | "
            f"{side['peak_mb']:.0f} | {values[name]:,.3f} | {gap:.1e} |",
            flush=True,
        )


def ours(model, data, *, given):
    """Fit one model, or evaluate given parameters, and print the figures as JSON."""
    from mecene.lifetime_value import bg_bb, bg_nbd, histories

    module, group = {"bg_bb": (bg_bb, histories.yearly), "bg_nbd": (bg_nbd, histories.daily)}[model]
    kind = {"bg_bb": bg_bb.BgBb, "bg_nbd": bg_nbd.BgNbd}[model]
    columns = np.load(data)
    warm = np.array([0, 1]), np.array([0, 1]), np.array([1, 2])
    module.fit(group(*warm))  # imports and first calls are not the fit
    start, wall = time.process_time(), time.perf_counter()
    grouped = group(*columns)
    fitted = kind(**json.loads(given)) if given else module.fit(grouped, prior=None)
    figures = {
        "cpu_s": time.process_time() - start,
        "wall_s": time.perf_counter() - wall,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "parameters": vars(fitted),
        "rows": len(grouped.donors),
        "log_likelihood": fitted.log_likelihood(grouped),
    }
    print(json.dumps(figures))


def answer(command):
    """Return what a process printed as JSON on its last line."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return {"error": done.stderr.strip().split("\n")[-1][:100]}
    return json.loads(done.stdout.strip().split("\n")[-1])


def peer_python():
    """Return the peer's interpreter, making its environment on the first run."""
    home = WORK / "peers"
    python = home / "bin" / "python"
    if not python.exists():
        print(f"making {home} (once)", file=sys.stderr)
        venv.create(home, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "lifetimes==0.11.3"], check=True)
    return python


def simulate_bg_nbd(donors, rng):
    """Return (gifts after the first, day of the last, days observed), int32, of two years."""
    parts = [_some_bg_nbd(size, rng) for size in _parts(donors)]
    return np.concatenate(parts, axis=1)


def _some_bg_nbd(donors, rng):
    end = rng.integers(1, 731, donors)
    scale = 1 / np.maximum(rng.gamma(BG_NBD["r"], 1 / BG_NBD["alpha"], donors), 1e-12)
    leave = rng.beta(BG_NBD["a"], BG_NBD["b"], donors)
    x, last, now = np.zeros(donors, int), np.zeros(donors), np.zeros(donors)
    rows = np.arange(donors)
    while len(rows):
        now[rows] += rng.exponential(scale[rows])
        rows = rows[now[rows] < end[rows]]
        x[rows] += 1
        last[rows] = now[rows]
        rows = rows[rng.random(len(rows)) >= leave[rows]]
    day = np.where(x > 0, np.clip(np.ceil(last), 1, end), 0)
    return np.array([x, day, end], dtype=np.int32)


def simulate_bg_bb(donors, rng):
    """Return (years given again, last such year, years), int32, of cohorts of 1 to 10 years."""
    n = rng.integers(1, 11, donors)
    p = rng.beta(BG_BB["alpha"], BG_BB["beta"], donors)
    leave = rng.beta(BG_BB["gamma"], BG_BB["delta"], donors)
    there, x, last = np.ones(donors, bool), np.zeros(donors, int), np.zeros(donors, int)
    for year in range(1, 11):
        there &= (rng.random(donors) >= leave) & (year <= n)
        gave = there & (rng.random(donors) < p)
        x, last = x + gave, np.where(gave, year, last)
    return np.array([x, last, n], dtype=np.int32)


def _parts(donors):
    whole, rest = divmod(donors, 1_000_000)
    return [1_000_000] * whole + [rest] * (rest > 0)


SIMULATORS = {"bg_nbd": simulate_bg_nbd, "bg_bb": simulate_bg_bb}

if __name__ == "__main__":
    main()
