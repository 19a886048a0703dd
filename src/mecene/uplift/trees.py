"""Trees: what depends on several things at once, boosted by LightGBM and kept as its plain text."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Ints = NDArray[np.int64]

# What is done, and what a contact changes in it: the second is far fainter, so that its trees are
# few, small, and of many people a leaf.
OUTCOME = {"rounds": 50, "leaves": 12, "share_of_a_leaf": 1 / 400, "rate": 0.12}
EFFECT = {"rounds": 30, "leaves": 6, "share_of_a_leaf": 1 / 60, "rate": 0.1}
_MANY = 100_000


class NoTrees(RuntimeError):
    """LightGBM cannot be loaded on this machine; uplift does with linear scores, and says so."""


@dataclass(frozen=True)
class Trees:
    """A fitted score as LightGBM's text; reading it back runs nothing."""

    text: str

    def of(self, rows: NDArray[np.float32]) -> Vector:
        """Return what is foretold. Shape (n,)."""
        if not len(rows):
            return np.empty(0)
        return np.asarray(self._booster.predict(rows, num_threads=_threads(len(rows))))

    @cached_property
    def _booster(self) -> Any:
        return _lightgbm().Booster(model_str=self.text)


class Ground:
    """The rows of everybody, cut into bins once, from which trees are grown on some of them."""

    def __init__(self, rows: NDArray[np.float32], *, seed: int) -> None:
        self._settings = {
            "verbosity": -1, "seed": seed, "deterministic": True, "force_row_wise": True,
            "objective": "regression", "max_bin": 63, "lambda_l2": 1.0,
            "num_threads": _threads(len(rows)), "feature_pre_filter": False,
            "feature_fraction": 0.8,
        }  # fmt: skip
        self._whole = (
            _lightgbm().Dataset(rows, params=self._settings, free_raw_data=False).construct()
        )

    def grow(self, chosen: Ints, target: Vector, *, kind: dict[str, float]) -> Trees:
        """Return trees grown on the rows chosen (sorted), of which ``target`` is to be told."""
        settings = self._settings | {
            "num_leaves": int(kind["leaves"]), "learning_rate": kind["rate"],
            "min_data_in_leaf": int(np.clip(len(chosen) * kind["share_of_a_leaf"], 50, 20_000)),
        }  # fmt: skip
        part = self._whole.subset(chosen, params=settings).construct()
        part.set_label(target)
        booster = _lightgbm().train(settings, part, num_boost_round=int(kind["rounds"]))
        return Trees(booster.model_to_string(importance_type="split"))


def available() -> bool:
    """Return whether LightGBM can be loaded here."""
    try:
        _lightgbm()
    except NoTrees:
        return False
    return True


def _threads(rows: int) -> int:
    # A second thread waits more than it works on a small file.
    return 1 if rows < _MANY else 2


def _lightgbm() -> Any:
    try:
        import lightgbm
    except (ImportError, OSError) as missing:  # OSError: libgomp is not on the machine
        raise NoTrees(f"LightGBM cannot be loaded ({missing}); install libgomp1") from missing
    return lightgbm
