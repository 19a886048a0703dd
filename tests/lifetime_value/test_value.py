"""Value: what the pipeline gets for a donor, and what it says when it cannot know."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifetime_value import shared_data
from mecene.lifetime_value import cautions, evidence, histories, value
from mecene.lifetime_value.cautions import Caution

SCHEMA = {
    "donor_id": pl.Int64, "yearly_opportunities": pl.Int64, "repeat_years": pl.Int64,
    "last_repeat_year": pl.Int64, "gifts": pl.Int64, "amount_minor": pl.Int64,
    "active_years": pl.Int64, "one_off_gifts": pl.Int64, "mean_one_off_minor": pl.Float64,
    "recurring_active": pl.Boolean, "recurring_monthly_minor": pl.Int64,
    "recurring_age_months": pl.Int64,
}  # fmt: skip


def one_off(n=3, x=0, last=0, gifts=None, minor=5000):
    gifts = gifts or x + 1
    return (n, x, last, gifts, gifts * minor, x + 1, gifts, float(minor), None, None, None)


def regular(months, monthly=1500, *, active=True):
    years = months // 12 + 1
    return (years - 1, years - 1, years - 1, months, months * monthly, years, 0, None,
            active, monthly if active else None, months)  # fmt: skip


PROSPECT = (None, None, None, None, None, None, None, None, None, None, None)


def summary(*rows):
    numbered = [(number, *row) for number, row in enumerate(rows, start=1)]
    return pl.DataFrame(numbered, schema=SCHEMA, orient="row")


def plenty():
    """600 donors of three years: faithful, lapsed and returned, of 20 to 200 euros."""
    pasts = [one_off(3, 3, 3), one_off(3, 0, 0), one_off(3, 1, 1), one_off(3, 1, 3)]
    amounts = [2000, 5000, 5000, 20_000]
    return [
        (*past[:4], past[3] * minor, *past[5:7], float(minor), *past[8:])
        for past in pasts for minor in amounts for _ in range(38)
    ]  # fmt: skip


@st.composite
def any_donor(draw):
    kind = draw(st.sampled_from(["one_off", "regular", "prospect"]))
    if kind == "prospect":
        return PROSPECT
    if kind == "regular":
        return regular(draw(st.integers(0, 90)), active=draw(st.booleans()))
    n = draw(st.integers(0, 9))
    last = draw(st.integers(0, n))
    x = draw(st.integers(1, last)) if last else 0
    gifts = x + 1 + draw(st.integers(0, 5))
    return one_off(n, x, last, gifts, draw(st.sampled_from([100, 5000, 5000, 10**9])))


class TestPredict:
    def test_the_faithful_are_worth_more_than_the_silent(self):
        donors = summary(*plenty())

        found = value.predict(value.fit(donors), donors)

        faithful, silent = found.row(40, named=True), found.row(38 * 4 + 40, named=True)
        assert faithful["p_active"] > 0.8 > 0.5 > silent["p_active"]
        assert faithful["expected_value_12m_minor"] > 2 * silent["expected_value_12m_minor"]
        assert faithful["value_confidence"] == "high"

    def test_a_euro_of_later_is_worth_less_when_discounted(self):
        donors = summary(*plenty())
        model = value.fit(donors)

        plain = value.predict(model, donors)
        discounted = value.predict(model, donors, discount_rate=0.05)

        np.testing.assert_allclose(
            plain["discounted_value_60m_minor"], plain["expected_value_60m_minor"]
        )
        ratio = discounted["discounted_value_60m_minor"] / plain["expected_value_60m_minor"]
        assert ratio.min() > 1.05**-4.5
        assert ratio.max() < 1.05**-0.5

    def test_a_running_recurring_gift_is_worth_its_debits(self):
        donors = summary(*plenty(), regular(30, monthly=1500))

        running = value.predict(value.fit(donors), donors).row(-1, named=True)

        assert 0.8 * 12 * 1500 < running["expected_value_12m_minor"] < 12 * 1500
        assert 8 < running["expected_gifts_12m"] < 12
        assert running["p_active"] > 0.95

    def test_a_prospect_has_no_value_rather_than_zero(self):
        donors = summary(*plenty(), PROSPECT)

        prospect = value.predict(value.fit(donors), donors).row(-1, named=True)

        assert prospect["p_active"] is None
        assert prospect["expected_value_12m_minor"] is None
        assert prospect["value_confidence"] == "low"

    def test_the_order_of_donors_is_kept(self):
        donors = summary(*plenty()).reverse()

        found = value.predict(value.fit(donors), donors)

        assert found["donor_id"].to_list() == donors["donor_id"].to_list()

    def test_recent_gifts_weigh_more_in_the_amount(self):
        donors = summary(*plenty())
        rising = donors.with_columns(
            one_off_gifts_12m=pl.lit(1), one_off_amount_12m_minor=pl.lit(50_000)
        )
        model = value.fit(donors)

        plain, sharpened = (value.predict(model, table) for table in (donors, rising))

        faithful = slice(0, 38)
        assert (
            sharpened["expected_value_12m_minor"][faithful].min()
            > plain["expected_value_12m_minor"][faithful].max()
        )

    @given(st.lists(any_donor(), min_size=1, max_size=12))
    @settings(max_examples=15, deadline=None)
    def test_nothing_is_ever_not_a_number_negative_or_falling_with_the_horizon(self, rows):
        donors = summary(*rows)
        try:
            model = value.fit(donors)
        except histories.TooFewDonors:
            assert all(row == PROSPECT for row in rows)
            return

        found = value.predict(model, donors)

        for kind in ("gifts_{}m", "value_{}m_minor"):
            one, three, five = (found[f"expected_{kind.format(m)}"] for m in (12, 36, 60))
            assert not any(column.is_nan().any() for column in (one, three, five))
            assert (one.drop_nulls() >= 0).all()
            assert (three.drop_nulls() >= one.drop_nulls()).all()
            assert (five.drop_nulls() >= three.drop_nulls()).all()
        assert found["p_active"].drop_nulls().is_between(0, 1).all()
        assert found["p_gives_12m"].drop_nulls().is_between(0, 1).all()

    def test_a_discount_of_everything_is_refused(self):
        donors = summary(*plenty())
        with pytest.raises(value.ImpossibleDiscount):
            value.predict(value.fit(donors), donors, discount_rate=-1.0)


class TestCommitments:
    def standing(self, *states, failed=()):
        """Plenty of donors, and a commitment of 15 euros a month in each state."""
        crowd = plenty()
        donors = summary(*crowd, *[regular(30, active=state != "stopped") for state in states])
        return donors.drop("recurring_active").with_columns(
            recurring_state=pl.Series([*[None] * len(crowd), *states], dtype=pl.String),
            failed_debits_6m=pl.Series([0] * len(crowd) + [*failed, *[0] * len(states)])[
                : len(crowd) + len(states)
            ],
        )

    def test_a_paused_commitment_gives_nothing_until_it_resumes(self):
        donors = self.standing("paused", "active")

        paused, active = value.predict(value.fit(donors), donors).tail(2).to_dicts()

        assert paused["expected_value_12m_minor"] == 0
        assert paused["expected_gifts_60m"] == 0
        assert active["expected_value_12m_minor"] > 0.8 * 12 * 1500

    def test_a_failing_commitment_is_worth_as_much_as_others_recovered(self):
        # 60 of 80 commitments with a failed debit are collected again, the rest stopped.
        seen = ["active"] * 60 + ["stopped"] * 20
        donors = self.standing(*seen, "failing", "active", failed=[1] * 81)

        model = value.fit(donors)
        failing, active = value.predict(model, donors).tail(2).to_dicts()

        assert model.attrition.recovery == pytest.approx((60 + 10) / (80 + 20))
        for name in ("expected_value_12m_minor", "discounted_value_60m_minor"):
            assert failing[name] == pytest.approx(0.7 * active[name])
        assert failing["value_confidence"] == "medium"

    def test_without_failures_seen_one_failing_commitment_in_two_recovers(self):
        donors = self.standing("failing", "active")

        failing, active = value.predict(value.fit(donors), donors).tail(2).to_dicts()

        assert failing["expected_value_36m_minor"] == pytest.approx(
            0.5 * active["expected_value_36m_minor"]
        )

    def test_a_pause_is_no_stop_to_learn_from(self):
        paused, active = (self.standing(*[state] * 30) for state in ("paused", "active"))

        assert value.fit(paused).attrition == value.fit(active).attrition


class TestCurrencies:
    def two(self):
        """Two like crowds, one giving in euros, one in CFA francs: 656 francs to the euro."""
        euros = summary(*plenty()).with_columns(currency=pl.lit("EUR"))
        francs = euros.with_columns(
            pl.col("donor_id") + euros.height,
            currency=pl.lit("XOF"),
            amount_minor=pl.col("amount_minor") * 656,
            mean_one_off_minor=pl.col("mean_one_off_minor") * 656,
        )
        return euros, francs

    def test_amounts_are_learnt_currency_by_currency(self):
        euros, francs = self.two()
        both = pl.concat([euros, francs])

        found = value.predict(value.fit(both), both)

        alone = pl.concat(value.predict(value.fit(table), table) for table in (euros, francs))
        amounts = [
            table["expected_value_36m_minor"] / table["expected_gifts_36m"]
            for table in (found, alone)
        ]
        np.testing.assert_allclose(*amounts, rtol=1e-9)

    def test_several_currencies_are_told_and_doubt_nothing_else(self):
        both = pl.concat(self.two())

        model = value.fit(both)

        assert model.warnings == (Caution.SEVERAL_CURRENCIES,)
        assert "high" in value.predict(model, both)["value_confidence"].to_list()

    def test_a_currency_of_few_is_said_to_be_little_known(self):
        euros, francs = self.two()
        both = pl.concat([euros, francs.head(20)])

        found = value.predict(value.fit(both), both)

        assert set(found["value_confidence"].tail(20)) == {"low"}
        assert "high" in found["value_confidence"].head(600).to_list()


class TestCautions:
    def test_five_donors_have_an_answer_and_a_warning(self):
        donors = summary(*[one_off(2, 1, 1)] * 2, *[one_off(2, 0, 0, minor=900)] * 3)

        model = value.fit(donors)

        assert Caution.FEW_DONORS in model.warnings
        assert set(value.predict(model, donors)["value_confidence"]) == {"low"}

    def test_one_gift_each_has_an_answer_and_a_warning(self):
        donors = summary(*[one_off(2, 0, 0, minor=minor) for minor in (1000, 2000) * 200])

        model = value.fit(donors)

        assert model.warnings == (Caution.NOBODY_GAVE_AGAIN,)
        assert value.predict(model, donors)["p_gives_12m"].max() < 0.05

    def test_equal_amounts_are_expected_of_everyone(self):
        donors = summary(*[one_off(3, 1, 2)] * 200, *[one_off(3, 0, 0)] * 200)

        model = value.fit(donors)
        found = value.predict(model, donors)

        assert model.warnings == (Caution.EQUAL_AMOUNTS,)
        amounts = found["expected_value_12m_minor"] / found["expected_gifts_12m"]
        np.testing.assert_allclose(amounts, 5000)

    def test_a_file_under_a_year_leaves_one_off_values_empty(self):
        donors = summary(*[one_off(0, 0, 0, minor=minor) for minor in (1000, 2000) * 50])

        model = value.fit(donors)

        assert Caution.LESS_THAN_A_YEAR in model.warnings
        assert value.predict(model, donors)["expected_value_12m_minor"].null_count() == 100

    def test_endless_amounts_fall_back_on_each_donors_own(self):
        rng = np.random.default_rng(2)
        amounts = np.ceil(100 * (1 + rng.pareto(0.45, 400)))
        donors = summary(*[one_off(3, 1, 2, minor=int(minor)) for minor in amounts])

        model = value.fit(donors)

        assert Caution.ENDLESS_MEAN in model.warnings
        found = value.predict(model, donors)
        own = found["expected_value_12m_minor"] / found["expected_gifts_12m"]
        np.testing.assert_allclose(own, donors["mean_one_off_minor"])

    def test_few_stops_are_said_to_rest_on_published_figures(self):
        donors = summary(*plenty(), regular(12), regular(5, active=False))

        assert Caution.PUBLISHED_ATTRITION in value.fit(donors).warnings

    def test_one_donor_has_an_answer(self):
        donors = summary(one_off(4, 2, 3))

        assert value.predict(value.fit(donors), donors)["expected_value_12m_minor"][0] > 0

    def test_nobody_is_refused(self):
        with pytest.raises(histories.TooFewDonors, match="nobody"):
            value.fit(summary(PROSPECT))

    @pytest.mark.parametrize("caution", list(Caution))
    def test_each_has_a_sentence_in_both_languages(self, caution):
        french, english = (cautions.sentence(caution, lang=lang) for lang in ("fr", "en"))

        assert french.endswith(".")
        assert english.endswith(".")
        assert " :" not in french  # French spaces before a colon do not break

    def test_other_languages_are_refused(self):
        with pytest.raises(cautions.UnknownLanguage):
            cautions.sentence(Caution.FEW_DONORS, lang="de")


class TestEvidence:
    def test_of_two_buckets_added_is_that_of_the_file(self):
        donors = summary(*plenty(), regular(12), regular(5, active=False), PROSPECT)
        halves = [donors.filter(pl.col("donor_id") % 2 == rest) for rest in (0, 1)]

        added = evidence.of(halves[0]) + evidence.of(halves[1])

        for name, table in vars(evidence.of(donors)).items():
            assert table.equals(getattr(added, name))
        assert value.learn(added) == value.fit(donors)

    def test_a_missing_column_is_named(self):
        with pytest.raises(evidence.IncompleteSummary, match="repeat_years"):
            evidence.of(summary(one_off()).drop("repeat_years"))

    def test_a_state_or_a_yes_says_that_a_commitment_runs(self):
        donors = summary(*plenty(), regular(12), regular(5, active=False))
        states = donors.with_columns(
            recurring_state=pl.when("recurring_active")
            .then(pl.lit("failing"))
            .otherwise(pl.when(~pl.col("recurring_active")).then(pl.lit("stopped")))
        ).drop("recurring_active")

        assert value.fit(states) == value.fit(donors)


@pytest.mark.data
@pytest.mark.slow
class TestBacktest:
    def test_values_sum_nearer_the_truth_than_the_last_year_repeated(self):
        # 13,562 donors of ESSEC seen on 2013-01-01, and what they gave in the three years after.
        gifts, as_of = shared_data.essec_gifts(), date(2013, 1, 1)
        donors = shared_data.summary_of(gifts, as_of=as_of)
        later = donors.join(
            shared_data.gifts_after(gifts, as_of=as_of, years=3), on="donor", how="left",
            maintain_order="left",
        )["later_minor"].fill_null(0)  # fmt: skip

        expected = value.predict(value.fit(donors), donors)["expected_value_36m_minor"]

        repeated = 3 * donors["one_off_amount_12m_minor"].sum()
        assert abs(expected.sum() / later.sum() - 1) < 0.15
        assert abs(repeated / later.sum() - 1) > 0.3
