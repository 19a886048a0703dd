"""The program reads LightGBM without what it never asks of it, and takes nothing from others."""

import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src"
READ = """
import sys
from mecene.cli import spared
spared.prepare()
import lightgbm, numpy
unread = not any(name in sys.modules for name in ("sklearn", "pandas", "scipy.stats"))
rows = numpy.arange(80.0).reshape(-1, 1)
told = lightgbm.Dataset(rows, (rows[:, 0] > 40) * 1.0, params={"verbosity": -1})
grown = lightgbm.train({"verbosity": -1, "min_data_in_leaf": 5}, told, num_boost_round=3)
import sklearn.base
print(unread, grown.num_trees(), "sklearn" in sys.modules)
"""


def test_lightgbm_is_read_alone_grows_trees_and_leaves_scikit_learn_to_who_asks() -> None:
    pytest.importorskip("lightgbm")
    environment = {"PYTHONPATH": str(SOURCE), "OMP_NUM_THREADS": "1"}

    said = subprocess.run(
        [sys.executable, "-c", READ], env=environment, capture_output=True, text=True, check=True
    )

    assert said.stdout.split() == ["True", "3", "True"]
