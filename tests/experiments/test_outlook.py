"""An early winner that costs donors later is not told as a winner alone."""

from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from experiments.planned import AMOUNT
from mecene.experiments import measures, outlook
from mecene.experiments.difference import Difference
from mecene.experiments.measures import Measure
from mecene.experiments.outlook import NotYet

LATER = NotYet(date(2027, 3, 1))


def found(low, high, *, control=0.02):
    estimate = (low + high) / 2
    return Difference(
        estimate, low, high, 0.01, 5_000, 5_000, control, control + estimate,
        (high - low) / 4, "score",
    )  # fmt: skip


WON, FLAT = found(10.0, 60.0, control=400.0), found(-20.0, 60.0, control=400.0)


def beside(early=WON, *, unsubscribes=LATER, complaints=LATER, retention=LATER, **asked):
    guards = dict(zip(measures.GUARDS, (unsubscribes, complaints, retention), strict=True))
    return outlook.beside(early, measure=AMOUNT, guards=guards, **asked)


class TestStates:
    @pytest.mark.parametrize(
        ("low", "high", "state"),
        [
            (0.010, 0.022, "harmed"),  # +1.6 points: the reminders of Damgaard & Gravert
            (-0.001, 0.005, "not_excluded"),
            (-0.001, 0.002, "spared"),
            (-0.010, -0.002, "spared"),
        ],
    )
    def test_more_unsubscribes_are_a_harm(self, low, high, state):
        assert beside(unsubscribes=found(low, high)).guarded[0].state == state

    @pytest.mark.parametrize(
        ("low", "high", "state"),
        [
            (-0.05, -0.01, "harmed"), (-0.05, 0.01, "not_excluded"), (-0.009, 0.04, "spared"),
            (0.01, 0.05, "spared"),
        ],
    )  # fmt: skip
    def test_less_retention_is_a_harm(self, low, high, state):
        assert beside(retention=found(low, high, control=0.43)).guarded[2].state == state

    def test_a_guard_of_its_own_is_tolerated_nothing_unless_said(self):
        seconds = Measure("second_gift", "share", 90)
        guards = {**dict.fromkeys(measures.GUARDS, LATER), seconds: found(-0.001, 0.02)}

        strict = outlook.beside(WON, measure=AMOUNT, guards=guards)
        eased = outlook.beside(WON, measure=AMOUNT, guards=guards, tolerated={"second_gift": 0.002})

        assert strict.guarded[-1].state == "not_excluded"
        assert eased.guarded[-1].state == "spared"


class TestWarning:
    def test_a_winner_that_harms_is_warned_of_in_both_languages(self):
        view = beside(unsubscribes=found(0.010, 0.022, control=0.021))

        assert view.wins
        assert view.warned
        assert view.text(lang="fr").startswith("Attention\u00a0: ce qui gagne tout de suite")
        assert "3,7\u202f% contre 2,1\u202f%" in view.text(lang="fr")
        assert "Share who unsubscribed: 3.7% against 2.1%; this is a harm" in view.text(lang="en")
        assert "(difference between 1.0 points and 2.2 points)" in view.text(lang="en")

    def test_what_does_not_win_is_not_warned_of(self):
        assert not beside(FLAT, unsubscribes=found(0.010, 0.022)).warned

    def test_a_winner_whose_cost_is_not_excluded_calls_for_caution(self):
        view = beside(retention=found(-0.05, 0.01, control=0.43))

        assert not view.warned
        assert view.text(lang="fr").startswith("Prudence")
        assert view.text(lang="en").startswith("Caution")

    def test_what_is_not_known_yet_says_when_it_will_be(self):
        said = beside().text(lang="fr")

        assert (
            "Fidélité à 12 mois\u00a0: pas encore connue, à lire à partir du 1er mars 2027" in said
        )
        assert not said.startswith(("Attention", "Prudence"))

    def test_unsubscribes_and_retention_are_never_left_out(self):
        for missing in measures.GUARDS:
            guards = {guard: LATER for guard in measures.GUARDS if guard != missing}

            with pytest.raises(outlook.GuardMissing, match=missing.name):
                outlook.beside(WON, measure=AMOUNT, guards=guards)

    def test_a_share_of_the_level_is_no_guard(self):
        with pytest.raises(ValueError, match="unsubscribes"):
            beside(unsubscribes=replace(found(0.1, 0.2), relative=True))

    def test_every_state_is_said_in_both_languages(self):
        for low, high in product((-0.05, 0.0), (0.0005, 0.05)):
            view = beside(unsubscribes=found(low, high))

            assert view.text(lang="fr") != view.text(lang="en")
