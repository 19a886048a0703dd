"""What lifetimes 0.11.3 needs for one fit; run by lifetime_value.py in the peer's environment."""

import json
import resource
import sys
import time
import warnings

import numpy as np
from lifetimes import BetaGeoBetaBinomFitter, BetaGeoFitter

warnings.filterwarnings("ignore")


def main(model, data):
    """Fit one row a donor, as its documentation does, and print the figures as JSON."""
    x, last, end = np.load(data)
    start = time.process_time()
    if model == "bg_nbd":
        fitted = BetaGeoFitter().fit(x, last, end)
    else:
        fitted = BetaGeoBetaBinomFitter().fit(x, last, end)
    figures = {
        "cpu_s": time.process_time() - start,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "parameters": {name: float(value) for name, value in fitted.params_.items()},
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main(*sys.argv[1:])
