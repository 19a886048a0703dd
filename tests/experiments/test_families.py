"""Many questions at once: the examples that were published, and the laws."""

import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mecene.experiments import arms, families, means, moments
from mecene.experiments.difference import Difference, TooFewDonors

STATSMODELS = tomllib.loads(
    (Path(__file__).parent / "oracle" / "numbers.toml").read_text(encoding="utf-8")
)
# Benjamini and Hochberg (1995), section 3.2: fifteen endpoints of thrombolysis in myocardial
# infarction. Their procedure rejects four hypotheses at 5 %, Bonferroni's three.
THROMBOLYSIS = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240,
                0.4262, 0.5719, 0.6528, 0.7590, 1.0000]  # fmt: skip
P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=20)


class TestPublished:
    def test_benjamini_and_hochberg_reject_the_four_of_their_example(self):
        assert (families.benjamini_hochberg(THROMBOLYSIS) <= 0.05).sum() == 4

    def test_holm_rejects_the_three_of_bonferroni_there(self):
        assert (families.holm(THROMBOLYSIS) <= 0.05).sum() == 3

    @pytest.mark.parametrize(
        ("ours", "theirs"), [(families.holm, "holm"), (families.benjamini_hochberg, "fdr_bh")]
    )
    def test_as_statsmodels_adjusts(self, ours, theirs):
        told = STATSMODELS[theirs]

        np.testing.assert_allclose(ours(told["p"]), told["adjusted"], rtol=1e-12)


class TestLaws:
    @given(p=P_VALUES)
    def test_adjusting_never_makes_surer_and_keeps_the_order(self, p):
        order = np.argsort(p, kind="stable")

        for adjusted in (families.holm(p), families.benjamini_hochberg(p)):
            assert (adjusted >= np.array(p) * (1 - 1e-12)).all()
            assert (np.diff(adjusted[order]) >= 0).all()
        assert (families.benjamini_hochberg(p) <= families.holm(p) * (1 + 1e-12)).all()

    def test_a_refusal_is_no_p_value(self):
        with pytest.raises(ValueError, match="left out"):
            families.holm([0.01, float("nan")])


class TestArms:
    def test_one_too_small_says_nothing_of_the_others(self):
        rng = np.random.default_rng(1)
        groups = {"letter": moments.of(rng.normal(11, 2, 400)),
                  "call": moments.of(rng.normal(10, 2, 400)),
                  "visit": moments.of([10.0, 12.0])}  # fmt: skip

        told = arms.against(moments.of(rng.normal(10, 2, 400)), groups, by=means.difference)

        assert isinstance(told["visit"], TooFewDonors)
        assert isinstance(told["letter"], Difference)
        assert list(told) == list(groups)

    def test_p_are_adjusted_for_the_arms_that_answered(self):
        rng = np.random.default_rng(2)
        control = moments.of(rng.normal(10, 2, 400))
        groups = {name: moments.of(rng.normal(10.3, 2, 400)) for name in "abc"}

        told = arms.against(control, groups, by=means.difference)

        alone = families.holm([means.difference(control, each).p for each in groups.values()])
        assert [each.p for each in told.values()] == list(alone)
