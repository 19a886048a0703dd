"""Factorial tests say what published examples and independent regressions say."""

import gzip
from itertools import product
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from experiments.planned import AMOUNT
from mecene.experiments import factorial, factorial_words, moments
from mecene.experiments.design import Factor, InvalidFactors
from mecene.experiments.difference import NoVariation, TooFewDonors
from mecene.experiments.measures import Measure

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"

# Box, Hunter & Hunter, Statistics for Experimenters (1978), Table 10.2: yields of a pilot plant,
# two runs of each of temperature × concentration × catalyst, and Table 10.4: the effects.
PILOT_PLANT = {
    "---": (59, 61), "+--": (74, 70), "-+-": (50, 58), "++-": (69, 67),
    "--+": (50, 54), "+-+": (81, 85), "-++": (46, 44), "+++": (79, 81),
}  # fmt: skip
PILOT_PLANT_EFFECTS = {"T": 23.0, "C": -5.0, "K": 1.5, "TC": 1.5, "TK": 10.0, "CK": 0.0, "TCK": 0.5}

# Montgomery, Design and Analysis of Experiments, Example 6.1: plasma etching, gap × flow × power,
# and the effects computed from it in the text.
PLASMA = {
    "---": (550, 604), "+--": (669, 650), "-+-": (633, 601), "++-": (642, 635),
    "--+": (1037, 1052), "+-+": (749, 868), "-++": (1075, 1063), "+++": (729, 860),
}  # fmt: skip
PLASMA_EFFECTS = {
    "A": -101.625, "B": 7.375, "C": 306.125, "AB": -24.875, "AC": -153.625, "BC": -2.125,
    "ABC": 5.625,
}  # fmt: skip

# Montgomery, Example 8.1: the half fraction I = ABCD of the filtration rate experiment. Each run
# was made once; here twice, a unit to each side, so that the mean stands and a variance exists.
FILTRATION = {
    "----": 45, "+--+": 100, "-+-+": 45, "++--": 65, "--++": 75, "+-+-": 60, "-++-": 80, "++++": 96,
}  # fmt: skip
FILTRATION_EFFECTS = {
    "A": 19.0, "B": 1.5, "C": 14.0, "D": 16.5, "AB": -1.0, "AC": -18.5, "AD": 19.0,
}  # fmt: skip


def read(runs, letters, **asked):
    factors = [Factor(letter, ("-", "+")) for letter in letters]
    cells = {tuple(signs): moments.of(values) for signs, values in runs.items()}
    return factorial.robust(cells, factors=factors, **asked)


def textbook(reading):
    """Return letters → effect as textbooks have it: half, a quarter … of ours for interactions."""
    return {
        "".join(part.factor for part in each.parts): each.estimate / 2 ** (each.order - 1)
        for each in reading.effects
    }


class TestPublishedExamples:
    def test_the_pilot_plant_of_box_hunter_and_hunter(self):
        reading = read(PILOT_PLANT, "TCK", up_to=3)

        assert textbook(reading) == pytest.approx(PILOT_PLANT_EFFECTS, abs=1e-9)
        # Same book, section 10.6: the estimated variance of an effect is 2.
        assert [each.std_error**2 for each in reading.effects if each.order == 1] == pytest.approx(
            [2.0, 2.0, 2.0]
        )

    def test_the_plasma_etching_of_montgomery(self):
        assert textbook(read(PLASMA, "ABC", up_to=3)) == pytest.approx(PLASMA_EFFECTS, abs=1e-9)

    def test_the_half_fraction_of_montgomery_with_its_aliases(self):
        runs = {signs: (rate - 1, rate + 1) for signs, rate in FILTRATION.items()}

        reading = read(runs, "ABCD")

        assert textbook(reading) == pytest.approx(FILTRATION_EFFECTS, abs=1e-9)
        told = {
            "".join(part.factor for part in each.parts): {
                "".join(part.factor for part in alias.parts): alias.weight for alias in each.aliases
            }
            for each in reading.effects
        }
        # [A] = A + BCD …, [AB] = AB + CD …: with our scale, BCD counts for a quarter.
        assert told["A"] == pytest.approx({"BCD": 0.25})
        assert told["D"] == pytest.approx({"ABC": 0.25})
        assert told["AB"] == pytest.approx({"CD": 1.0})
        assert told["AD"] == pytest.approx({"BC": 1.0})
        untold = {"".join(part.factor for part in parts) for parts in reading.untold}
        assert untold == {"BC", "BD", "CD"}
        assert len(reading.missing) == 8


def rows_of(rng, sizes, levels):
    """Return rows of a test of unequal cells: levels of each person, and what they gave."""
    cells = list(product(*(range(count) for count in levels)))
    where = np.repeat(np.arange(len(cells)), sizes)
    scale = rng.uniform(1, 9, len(cells))
    return np.array(cells), where, rng.normal(rng.normal(0, 3, len(cells))[where], scale[where])


def hc2(x, y):
    """Return coefficients and HC2 standard errors of least squares, from the definition."""
    inverse = np.linalg.inv(x.T @ x)
    beta = inverse @ x.T @ y
    leverage = np.einsum("ij,jk,ik->i", x, inverse, x)
    meat = (x * ((y - x @ beta) ** 2 / (1 - leverage))[:, None]).T @ x
    return beta, np.sqrt(np.diag(inverse @ meat @ inverse))


class TestAgainstRegressionOnPeople:
    """Least squares over the rows of people, by another parametrisation (first level as 0)."""

    def test_a_full_factorial_of_mixed_levels_with_unequal_cells(self):
        rng = np.random.default_rng(5)
        sizes = rng.integers(5, 60, 6)
        cells, where, given = rows_of(rng, sizes, (3, 2))
        factors = [Factor("reminders", ("none", "one", "two")), Factor("order", ("post", "email"))]

        reading = factorial.robust(
            {
                (factors[0].levels[a], factors[1].levels[b]): moments.of(given[where == place])
                for place, (a, b) in enumerate(cells)
            },
            factors=factors,
        )

        a, b = cells[where].T
        one, two, email = (a == 1) * 1.0, (a == 2) * 1.0, b * 1.0
        x = np.stack([np.ones(len(a)), one, two, email, one * email, two * email], axis=1)
        beta, errors = hc2(x, given)
        # In 0/1 coding the interactions are ours; a main effect is beta + half its interaction.
        ours = {tuple(p.level for p in each.parts): each for each in reading.effects}
        assert ours["one", "email"].estimate == pytest.approx(beta[4])
        assert ours["two", "email"].std_error == pytest.approx(errors[5])
        assert ours["one",].estimate == pytest.approx(beta[1] + beta[4] / 2)
        assert ours["email",].estimate == pytest.approx(beta[3] + (beta[4] + beta[5]) / 3)

    def test_main_effects_alone_over_a_fraction_with_equal_cells(self):
        rng = np.random.default_rng(8)
        cells, where, given = rows_of(rng, [40] * 8, (2, 2, 2))
        kept = [0, 3, 5, 6, 7]
        signs = {place: tuple("-+"[level] for level in cells[place]) for place in kept}

        reading = factorial.robust(
            {signs[place]: moments.of(given[where == place]) for place in kept},
            factors=[Factor(letter, ("-", "+")) for letter in "ABC"],
            up_to=1,
        )

        rows = np.isin(where, kept)
        x = np.column_stack([np.ones(rows.sum()), cells[where[rows]]])
        beta, *_ = np.linalg.lstsq(x, given[rows], rcond=None)
        assert [each.estimate for each in reading.effects] == pytest.approx(beta[1:])
        assert all(each.aliases for each in reading.effects)

    def test_holm_is_that_of_the_definition(self):
        reading = read(PLASMA, "ABC", up_to=3)
        ps = [each.p for each in reading.effects]

        for each in reading.effects:
            # Holm (1979): the largest, over hypotheses no larger, of the rest's Bonferroni.
            stepped = [min(1, sum(q >= p for q in ps) * p) for p in ps if p <= each.p]
            assert each.p_adjusted == pytest.approx(max(stepped))


def _shared(name):
    path = DATA / name
    if not path.exists():
        pytest.skip(f"shared data not here: {name}")
    return path


def _gifts():
    with gzip.open(_shared("gdq-charity-donations/donations.csv.gz")) as file:
        amounts = pl.read_csv(file.read(), columns=["amount"])["amount"].to_numpy()
    return amounts[amounts > 0]


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.parametrize("sizes", [(600,) * 8, (200, 2_000, 400, 900, 3_000, 250, 700, 1_200)])
def test_intervals_hold_the_truth_on_resampled_gifts_of_gdq(sizes):
    """2^3 cells of people of whom 30 % give what a GDQ donor gave; with level + of A 40 % do, and
    with that of B too 45 %: A brings 12.5 points of the mean gift, B 2.5, both together 5 more.

    2,000 tests: 1.96 standard errors of a coverage of 95 % are 1 point.
    """
    amounts = _gifts()
    rng, tests = np.random.default_rng(17), 2_000
    factors = [Factor(letter, ("-", "+")) for letter in "ABC"]
    truths = {"A": 0.125, "B": 0.025, "AB": 0.05}
    held = {}
    for _ in range(tests):
        cells = {}
        for signs, people in zip(product("-+", repeat=3), sizes, strict=True):
            rate = 0.3 + 0.1 * (signs[0] == "+") + 0.05 * (signs[:2] == ("+", "+"))
            gives = rng.random(people) < rate
            cells[signs] = moments.of(np.where(gives, rng.choice(amounts, people), 0.0))
        for each in factorial.read(cells, factors=factors).effects:
            name = "".join(part.factor for part in each.parts)
            true = truths.get(name, 0.0) * amounts.mean()
            held.setdefault(name, []).append(each.low <= true <= each.high)

    coverage = {name: float(np.mean(found)) for name, found in held.items()}
    assert min(coverage.values()) >= 0.94 - 1.96 * np.sqrt(0.95 * 0.05 / tests), coverage


def test_reminders_and_the_order_of_channels_are_read_as_they_are():
    """The issue's own test: two reminders bring 42 cents a donor, the order brings nothing."""
    rng = np.random.default_rng(3)
    factors = [
        Factor("relances", ("une relance", "deux relances")),
        Factor("ordre", ("courrier puis e-mail", "e-mail puis courrier")),
    ]
    cells = {
        (reminders, order): moments.of(
            np.where(
                rng.random(60_000) < (0.0584 if reminders == "deux relances" else 0.05), 5_000, 0
            )
        )
        for reminders, order in product(*(factor.levels for factor in factors))
    }

    reading = factorial.read(cells, factors=factors)

    two, order, both = reading.effects
    assert two.low < 42 < two.high
    assert [factorial_words.verdict(each, reading=reading) for each in (two, order, both)] == [
        "seen", "nothing", "nothing",
    ]  # fmt: skip
    said = factorial_words.summary(reading, measure=AMOUNT, lang="fr")
    assert said.startswith("Avec «\u00a0deux relances\u00a0», 0,")
    assert "€ de plus par donateur qu’avec «\u00a0une relance\u00a0»" in said
    assert "plutôt que «\u00a0courrier puis e-mail\u00a0» n’y change rien de visible" in said
    assert "changes nothing visible" in factorial_words.summary(
        reading, measure=AMOUNT, lang="en", unit="household"
    )


class TestWords:
    SHARE = Measure("gave", "share", 90)

    def test_an_effect_seen_alone_among_many_is_only_a_hint(self):
        rng = np.random.default_rng(1)
        cells = {
            signs: moments.of(rng.normal(0.31 if signs[2] == "+" else 0.0, 1, 60))
            for signs in product("-+", repeat=4)
        }
        reading = factorial.read(cells, factors=[Factor(each, ("-", "+")) for each in "ABCD"])

        found = {
            effect.parts[0].factor: factorial_words.verdict(effect, reading=reading)
            for effect in reading.effects
            if effect.order == 1
        }
        hinted = [
            each for each in reading.effects
            if factorial_words.verdict(each, reading=reading) == "hint"
        ]  # fmt: skip

        assert found["C"] == "seen"
        assert all(each.p <= 0.05 < each.p_adjusted for each in hinted)

    def test_what_a_fraction_cannot_tell_is_said(self):
        runs = {signs: (rate - 1, rate + 1) for signs, rate in FILTRATION.items()}

        said = factorial_words.summary(read(runs, "ABCD"), measure=self.SHARE, lang="fr")

        assert "[à ne pas distinguer ici de\u00a0: B × C]" in said
        assert "ce plan ne permet pas de lire\u00a0: B × C, B × D, C × D" in said

    def test_less_is_said_with_its_interval_the_same_way_round(self):
        said = factorial_words.summary(read(PLASMA, "ABC", up_to=1), measure=AMOUNT, lang="en")

        assert "with “+”, €1.02 less per donor than with “-” (€" in said
        low, high = said.split("less per donor than with “-” (€")[1].split(")")[0].split(" to €")
        assert float(low) < 1.02 < float(high)


class TestRefusals:
    FACTORS = (Factor("a", ("x", "y")), Factor("b", ("x", "y")))

    def test_a_factor_of_one_level_or_a_cell_of_no_level_is_refused(self):
        with pytest.raises(InvalidFactors, match="two levels"):
            factorial.robust({}, factors=[Factor("a", ("x",))])
        with pytest.raises(InvalidFactors, match="in this order"):
            factorial.robust({("x", "z"): moments.of([1.0, 2.0])}, factors=self.FACTORS)
        with pytest.raises(InvalidFactors, match="of its own"):
            factorial.robust({}, factors=[self.FACTORS[0]] * 2)

    def test_a_cell_of_one_person_has_no_variance(self):
        cells = {("x", "x"): moments.of([1.0, 2.0]), ("x", "y"): moments.of([1.0])}

        with pytest.raises(TooFewDonors, match="x × y"):
            factorial.robust(cells, factors=self.FACTORS)

    def test_a_cell_of_few_people_is_refused_where_gifts_are_read(self):
        rng = np.random.default_rng(1)
        cells = {cell: moments.of(rng.normal(size=19)) for cell in product("xy", repeat=2)}

        assert factorial.robust(cells, factors=self.FACTORS).people == 76
        with pytest.raises(TooFewDonors, match="19 people; 20"):
            factorial.read(cells, factors=self.FACTORS)

    def test_one_cell_compares_nothing(self):
        with pytest.raises(TooFewDonors):
            factorial.robust({("x", "x"): moments.of([1.0, 2.0])}, factors=self.FACTORS)

    def test_people_who_all_gave_alike_are_no_finding(self):
        cells = {cell: moments.of([0.0] * 5) for cell in product("xy", repeat=2)}

        with pytest.raises(NoVariation):
            factorial.robust(cells, factors=self.FACTORS)

    def test_a_factor_that_never_varied_is_untold(self):
        rng = np.random.default_rng(1)
        cells = {(a, "x"): moments.of(rng.normal(size=30)) for a in "xy"}

        reading = factorial.robust(cells, factors=self.FACTORS)

        assert [factorial_words.crossed(parts) for parts in reading.untold] == ["b", "a × b"]
