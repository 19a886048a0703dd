"""A draw gone wrong is seen before its result is read."""

import numpy as np
import pytest

from mecene.experiments import mismatch
from mecene.experiments.difference import TooFewDonors

# R. Kohavi, D. Tang and Y. Xu (2020), Trustworthy Online Controlled Experiments, chapter 21, first
# scenario: 821,588 and 815,482 users of an even draw; p-value 1.8e-6.
EVEN = {"control": 821_588, "treatment": 815_482}


def test_the_published_example_is_a_mismatch():
    draw = mismatch.of(EVEN, shares={"control": 0.5, "treatment": 0.5})

    assert draw.p == pytest.approx(1.8e-6, rel=0.03)
    assert draw.mismatched


# L. Vermeer, https://www.lukasvermeer.nl/srm/docs/faq/: of 1,000 people evenly drawn.
@pytest.mark.parametrize(
    ("counted", "p"), [((502, 498), 0.8993431885613663), ((600, 400), 2.54e-10)]
)
def test_the_published_p_values(counted, p):
    draw = mismatch.of(dict(zip("ab", counted, strict=True)), shares={"a": 0.5, "b": 0.5})

    assert draw.p == pytest.approx(p, rel=0.002)


def test_nothing_is_read_after_it():
    with pytest.raises(mismatch.SampleRatioMismatch, match="find who is missing"):
        mismatch.insist(EVEN, shares={"control": 1, "treatment": 1})


def test_draws_as_planned_raise_it_once_in_a_thousand():
    rng = np.random.default_rng(1)
    shares = {"hold-out": 0.1, "letter": 0.45, "call": 0.45}
    drawn = rng.multinomial(5_000, list(shares.values()), size=4_000)

    alarms = [mismatch.of(dict(zip(shares, map(int, each), strict=True)), shares=shares).mismatched
              for each in drawn]  # fmt: skip

    assert sum(alarms) <= 12  # 4 expected; above 12 once in 3,000 draws of 4,000


def test_arms_that_were_not_drawn_are_refused():
    with pytest.raises(ValueError, match="arms drawn"):
        mismatch.of({"a": 10, "b": 10}, shares={"a": 1, "c": 1})


def test_too_few_to_tell():
    with pytest.raises(TooFewDonors):
        mismatch.of({"a": 3, "b": 4}, shares={"a": 1, "b": 1})
