"""A verdict is read off the interval, said first and in plain words."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.planned import AMOUNT, plan
from mecene.experiments import departures, measures, reading
from mecene.experiments.departures import Analysis
from mecene.experiments.difference import Difference


def found(low, high, *, control=400.0, people=10_000):
    estimate = (low + high) / 2
    return Difference(
        estimate, low, high, 0.04, people, people, control, control + estimate,
        (high - low) / 4, "welch",
    )  # fmt: skip


def verdict(difference, **more):
    return reading.verdict(difference, measure=AMOUNT, minimum_effect=50.0, **more)


class TestVerdict:
    @given(st.floats(-1e4, 1e4), st.floats(0.01, 1e4))
    def test_it_wins_loses_or_is_not_visible_by_the_interval_alone(self, low, width):
        kind = verdict(found(low, low + width)).kind

        assert kind == ("won" if low > 0 else "lost" if low + width < 0 else "nothing_visible")

    @given(st.floats(-1, 1), st.floats(0.001, 1))
    def test_of_what_should_be_low_a_rise_is_a_loss(self, low, width):
        seen = found(low, low + width, control=0.02)

        kinds = {
            reading.verdict(seen, measure=each, minimum_effect=0.01).kind
            for each in (measures.UNSUBSCRIBES, replace(measures.UNSUBSCRIBES, better="higher"))
        }

        assert kinds in ({"won", "lost"}, {"nothing_visible"})

    def test_a_faulty_draw_voids_whatever_was_found(self):
        told = verdict(found(10, 60), mis_randomised=True)

        assert told.kind == "mis_randomised"
        assert "€" not in told.text(lang="fr")
        assert "10" not in told.text(lang="en")

    def test_before_its_day_it_is_too_early_however_good_it_looks(self):
        early = Analysis(
            AMOUNT, ("une relance", "deux relances"), "household", 0.05, always_valid=False, day=12
        )
        named = departures.of(early, plan=plan())

        told = verdict(found(10, 60), departures=named)

        assert told.kind == "too_early"
        assert "Regardé après 12 jours\u202f; prévu\u00a0: 90." in told.text(lang="fr")
        assert "€" not in told.text(lang="fr")

    def test_nothing_to_compare_is_too_early(self):
        assert verdict(None).kind == "too_early"
        assert verdict(None).text(lang="en").startswith("Too early")

    def test_a_sequential_test_that_goes_on_has_not_found_nothing(self):
        assert verdict(found(-10, 60), running=True).kind == "too_early"
        assert verdict(found(10, 60), running=True).kind == "won"

    @pytest.mark.parametrize(
        ("low", "high", "said"),
        [(-20.0, 80.0, "still possible"), (-20.0, 30.0, "ruled out"), (-60.0, 10.0, "possible")],
    )
    def test_nothing_visible_says_whether_something_may_be_missed(self, low, high, said):
        assert said in verdict(found(low, high)).text(lang="en")


class TestWords:
    def test_the_verdict_comes_first_the_figures_second(self):
        told = verdict(found(10, 60)).text(lang="fr")

        assert told == (
            "Gagné\u00a0: la nouvelle version fait mieux. Montant donné, par foyer\u00a0: "
            "4,35\u00a0€ contre 4\u00a0€, soit un écart de 0,35\u00a0€ "
            "(entre 0,10\u00a0€ et 0,60\u00a0€, à 95\u202f% de confiance)."
        ).replace("4\u00a0€, soit", "4,00\u00a0€, soit")

    def test_shares_are_told_apart_in_points(self):
        told = reading.verdict(
            found(0.001, 0.025, control=0.10),
            measure=replace(measures.RETENTION, name="gave"), minimum_effect=0.01, unit="donor",
        )  # fmt: skip

        assert "11.3% against 10.0%, a difference of 1.3 points" in told.text(lang="en")
        assert "par donateur\u00a0: 11,3\u202f% contre 10,0\u202f%" in told.text(lang="fr")
        assert "entre 0,10 point et 2,5 points" in told.text(lang="fr")

    def test_an_exploratory_reading_says_so_and_why(self):
        changed = Analysis(
            AMOUNT, ("une relance", "deux relances"), "household", 0.05, always_valid=False,
            day=90, within="donateurs de Bretagne",
        )  # fmt: skip

        told = verdict(found(10, 60), departures=departures.of(changed, plan=plan()))

        assert told.kind == "won"
        assert "Lecture exploratoire" in told.text(lang="fr")
        assert "donateurs de Bretagne" in told.text(lang="fr")


class TestEuros:
    def test_euros_collected_stand_beside_euros_caused(self):
        told = reading.euros(4_350_000, found(10, 60))

        assert told.caused.estimate == 350_000
        assert told.text(lang="fr").startswith(
            "43\u202f500\u00a0€ collectés auprès des personnes contactées\u202f; "
            "3\u202f500\u00a0€ provoqués (entre 1\u202f000\u00a0€ et 6\u202f000\u00a0€)"
        )

    def test_what_it_cost_is_taken_off(self):
        told = reading.euros(4_350_000, found(10, 60), cost_minor=200_000)

        assert "Cost: €2,000, so between −€1,000 and €4,000 net." in told.text(lang="en")

    def test_a_share_of_the_level_is_no_euros(self):
        with pytest.raises(ValueError, match="share"):
            reading.euros(1, replace(found(0.1, 0.2), relative=True))
