"""scikit-uplift's T-learner on a send, in a Python of its own: ``uplift_peer.py send.npz``."""

import sys
import time

import numpy as np
from lightgbm import LGBMRegressor
from sklift import __version__
from sklift.models import TwoModels

COST_MINOR = 60.0


def main(path):
    """Fit on the whole, rank the whole (in sample, as its examples do); print a row's cells."""
    held = np.load(path)
    x, arm, did, effect = held["x"], held["arm"].astype(int), held["did"], held["effect"]
    wall, cpu = time.perf_counter(), time.process_time()
    trees = {
        "n_estimators": 80,
        "num_leaves": 12,
        "learning_rate": 0.08,
        "n_jobs": 2,
        "verbose": -1,
    }
    model = TwoModels(LGBMRegressor(**trees), LGBMRegressor(**trees), method="vanilla")
    told = np.asarray(model.fit(x, did, arm).predict(x))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    chosen = 100 * told > COST_MINOR
    net = 10 * np.where(chosen, 100 * effect - COST_MINOR, 0).mean()
    print(
        f"scikit-uplift {__version__}: one T-learner, nothing out of fold | {len(x):,} "
        f"| {x.shape[1]} | {wall:.1f} | {cpu:.1f} | PEAK | {np.corrcoef(told, effect)[0, 1]:.2f} "
        f"| {net:,.0f} | – | – | –"
    )


main(sys.argv[1])
