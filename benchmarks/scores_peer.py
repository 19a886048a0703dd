"""What peers foretell of the same donors from the same features; run in the peers' environment."""

import sys
import time
import warnings

import numpy as np
from lightgbm import LGBMClassifier
from philanthropy.models import DonorPropensityModel, LapsePredictor

warnings.filterwarnings("ignore")


def main(data, into):
    """Fit each peer with its defaults on the training rows, foretell the test rows."""
    given = np.load(data)
    train, test, outcome = given["train"], given["test"], given["outcome"].astype(int)
    filled, asked = np.nan_to_num(train, nan=-1.0), np.nan_to_num(test, nan=-1.0)
    peers = {
        "LightGBM": (LGBMClassifier(verbosity=-1, n_jobs=1, random_state=0), train, test, 1),
        "PhilanthroPy propensity": (DonorPropensityModel(random_state=0), filled, asked, 1),
        # It foretells the lapse: who did not give.
        "PhilanthroPy lapse": (LapsePredictor(random_state=0), filled, asked, 0),
    }
    said = {}
    for name, (model, rows, later, column) in peers.items():
        start = time.process_time()
        label = outcome if column else 1 - outcome
        model.fit(rows, label)
        chance = model.predict_proba(later)[:, 1]
        said[name] = chance if column else 1 - chance
        said[f"cpu {name}"] = time.process_time() - start
    np.savez(into, **said)


if __name__ == "__main__":
    main(*sys.argv[1:])
