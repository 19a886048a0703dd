"""A plan is declared whole, reads back as it was written, and does not change unseen."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.planned import AMOUNT, FIXED, SEQUENTIAL, plan
from mecene.experiments import departures, measures, plan_text
from mecene.experiments import plan as declaring
from mecene.experiments.departures import Analysis
from mecene.experiments.design import Factor
from mecene.experiments.measures import Measure
from mecene.experiments.plan import Arm, FixedHorizon, InvalidPlan, Sequential

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
WORDS = st.text(min_size=1, max_size=12).filter(str.strip)
STOPPING = st.one_of(
    st.builds(FixedHorizon, days=st.integers(90, 400), people=st.integers(2, 10**6)),
    st.builds(Sequential, max_days=st.integers(90, 400), people=st.integers(2, 10**6)),
)


@st.composite
def plans(draw):
    names = draw(st.lists(WORDS, min_size=2, max_size=4, unique=True))
    return plan(
        name=draw(WORDS),
        arms=tuple(Arm(name, draw(st.integers(1, 99))) for name in names),
        minimum_effect=draw(st.floats(1e-6, 1e6)),
        stopping=draw(STOPPING),
        alpha=draw(st.floats(0.001, 0.4)),
        unit=draw(st.sampled_from(["household", "donor"])),
        adjusted_by=tuple(draw(st.lists(WORDS, max_size=2))),
        cap_minor=draw(st.none() | st.integers(1, 10**6)),
    )


class TestText:
    @given(plans())
    def test_a_plan_reads_back_as_it_was_written(self, declared):
        assert plan_text.from_json(plan_text.to_json(declared)) == declared

    @given(plans(), plans())
    def test_two_plans_have_one_fingerprint_only_if_they_are_equal(self, one, other):
        same = plan_text.fingerprint(one) == plan_text.fingerprint(other)

        assert same is (one == other)

    def test_the_order_and_the_spacing_of_a_file_do_not_matter(self):
        toml = """
            unit = "household"
            population = "Donateurs d’un premier don depuis moins de 30 jours"
            name = "bienvenue-2026"
            minimum_effect = 50
            question = "Deux relances rapportent-elles plus qu’une ?"
            arms = [{ weight = 1, name = "une relance" }, { name = "deux relances", weight = 1 }]
            stopping = { people = 12000, rule = "fixed", days = 90 }
            primary = { name = "amount", kind = "amount", within_days = 90 }
        """

        read = plan_text.from_toml(toml)

        assert read == plan()
        assert plan_text.fingerprint(read) == plan_text.fingerprint(plan())

    def test_fifty_and_fifty_point_nought_are_one_plan(self):
        assert plan_text.fingerprint(plan(minimum_effect=50)) == plan_text.fingerprint(plan())

    def test_a_frozen_plan_keeps_its_fingerprint_for_ever(self):
        """By `sha256sum` of the text: a release that changed it would unfreeze every plan."""
        assert (
            plan_text.fingerprint(plan())
            == "6145587df47a5544714fc224e8d9e3d91d43bd21916fc97566ecbf62318aa110"
        )

    @pytest.mark.parametrize(
        ("text", "place", "said"),
        [
            ("{", "", "no JSON"),
            ("[]", "", "table"),
            ('{"name": 3}', "question", "missing"),
            ('{"nom": "x"}', "nom", "unknown field"),
        ],
    )
    def test_a_text_that_is_no_plan_is_refused_with_its_place(self, text, place, said):
        with pytest.raises(InvalidPlan, match=said) as refused:
            plan_text.from_json(text)

        assert refused.value.place == place
        assert refused.value.text(lang="fr") != refused.value.text(lang="en")

    @pytest.mark.parametrize(
        ("name", "value", "place"),
        [
            ("arms", [{"name": "a", "weight": True}], "arms.1.weight"),
            ("arms", {"name": "a"}, "arms"),
            ("alpha", "0.05", "alpha"),
            ("stopping", {"rule": "tired", "days": 1}, "stopping.rule"),
            ("primary", {"name": "x", "kind": "colour", "within_days": 1}, "primary"),
        ],
    )
    def test_a_field_of_another_nature_is_refused_at_its_place(self, name, value, place):
        import json

        plain = json.loads(plan_text.to_json(plan())) | {name: value}

        with pytest.raises(InvalidPlan) as refused:
            plan_text.from_plain(plain)

        assert refused.value.place == place

    def test_unreadable_toml_says_where_in_the_readers_language(self):
        with pytest.raises(InvalidPlan) as refused:
            plan_text.from_toml("name = = 1")

        assert "line 1" in refused.value.text(lang="en")
        assert "ligne 1" in refused.value.text(lang="fr")

    def test_the_plan_of_the_docs_is_one(self):
        page = Path(__file__).resolve().parents[2] / "docs" / "methods" / "plans.md"
        toml = page.read_text(encoding="utf-8").split("```toml\n")[1].split("```")[0]

        assert plan_text.from_toml(toml) == plan()


class TestFactors:
    FACTORS = (
        Factor("relances", ("une", "deux")),
        Factor("ordre", ("courrier puis e-mail", "e-mail puis courrier")),
    )

    def test_the_arms_of_a_factorial_test_are_its_combinations(self):
        arms = tuple(declaring.crossed(self.FACTORS).values())

        declared = plan(arms=arms, factors=self.FACTORS)

        assert declared.arms[3].name == "deux × e-mail puis courrier"
        assert declared.share(declared.arms[3].name) == 0.25
        assert plan_text.from_json(plan_text.to_json(declared)) == declared
        # A fraction of them will do.
        assert plan(arms=arms[:3], factors=self.FACTORS).factors == self.FACTORS

    def test_an_arm_that_is_no_combination_is_refused_where_it_stands(self):
        arms = (*declaring.crossed(self.FACTORS).values(), Arm("trois", 1))

        with pytest.raises(InvalidPlan) as refused:
            plan(arms=arms, factors=self.FACTORS)
        assert refused.value.place == "arms.5.name"

    def test_a_factor_of_one_level_is_refused(self):
        with pytest.raises(InvalidPlan, match="two levels"):
            plan(factors=(Factor("a", ("x",)),))


class TestFreezing:
    def test_a_plan_that_was_frozen_comes_back(self):
        frozen = plan_text.freeze(plan(), at=NOW, first_sent_at=NOW.replace(hour=10))

        assert plan_text.thawed(frozen) == plan()

    def test_a_plan_changed_afterwards_is_refused(self):
        frozen = plan_text.freeze(plan(), at=NOW)
        eased = replace(frozen, text=frozen.text.replace('"alpha": 0.05', '"alpha": 0.15'))

        with pytest.raises(plan_text.PlanChanged):
            plan_text.thawed(eased)

    def test_nothing_is_frozen_after_the_first_send(self):
        with pytest.raises(plan_text.FrozenTooLate, match="exploratory"):
            plan_text.freeze(plan(), at=NOW, first_sent_at=NOW.replace(hour=8))


class TestDeclaring:
    @pytest.mark.parametrize(
        ("changed", "place"),
        [
            ({"question": " "}, "question"),
            ({"arms": (Arm("a", 1),)}, "arms"),
            ({"arms": (Arm("a", 1), Arm("a", 1))}, "arms"),
            ({"arms": (Arm("a", 1), Arm("b", 0))}, "arms.2.weight"),
            ({"arms": (Arm("a", 1, held_out=True), Arm("b", 1, held_out=True))}, "arms"),
            ({"alpha": 0.5}, "alpha"),
            ({"minimum_effect": 0.0}, "minimum_effect"),
            ({"minimum_effect": float("nan")}, "minimum_effect"),
            ({"unit": "person"}, "unit"),
            ({"correction": "luck"}, "correction"),
            ({"stopping": replace(FIXED, days=89)}, "stopping"),
            ({"stopping": replace(SEQUENTIAL, people=1)}, "stopping.people"),
            ({"guards": (measures.COMPLAINTS, measures.RETENTION)}, "guards"),
            ({"guards": (*measures.GUARDS, AMOUNT)}, "guards"),
        ],
    )
    def test_what_cannot_be_meant_is_refused_where_it_stands(self, changed, place):
        with pytest.raises(InvalidPlan) as refused:
            plan(**changed)

        assert refused.value.place == place

    def test_a_guard_that_decides_need_not_be_said_twice(self):
        others = tuple(each for each in measures.GUARDS if each != measures.RETENTION)
        decided = plan(primary=measures.RETENTION, stopping=FixedHorizon(365, 9_000), guards=others)

        assert decided.primary == measures.RETENTION

    def test_shares_are_those_of_the_weights(self):
        declared = plan(arms=(Arm("témoin", 1, held_out=True), Arm("a", 4), Arm("b", 5)))

        assert [declared.share(arm.name) for arm in declared.arms] == [0.1, 0.4, 0.5]
        with pytest.raises(InvalidPlan, match="témoin"):
            declared.share("c")


def analysis(**changed) -> Analysis:
    said = {
        "measure": AMOUNT, "arms": ("une relance", "deux relances"), "unit": "household",
        "alpha": 0.05, "always_valid": False, "day": 90,
    }  # fmt: skip
    return Analysis(**(said | changed))


class TestDepartures:
    def test_an_analysis_as_declared_is_confirmatory(self):
        assert departures.of(analysis(), plan=plan()) == ()
        assert departures.standing(()) == "confirmatory"

    @pytest.mark.parametrize(
        ("changed", "code"),
        [
            ({"measure": Measure("amount", "amount", 30)}, "measure"),
            ({"measure": Measure("clicks", "share", 7)}, "measure"),
            ({"arms": ("deux relances", "une relance")}, "arms"),
            ({"unit": "donor"}, "unit"),
            ({"alpha": 0.1}, "alpha"),
            ({"day": 89}, "too_early"),
            ({"within": "nouveaux donateurs"}, "within"),
            ({"adjusted_by": ("amount_12m_minor",)}, "adjusted_by"),
            ({"cap_minor": 10_000}, "cap_minor"),
            ({"correction": "none"}, "correction"),
        ],
    )
    def test_each_departure_is_named_alone(self, changed, code):
        found = departures.of(analysis(**changed), plan=plan())

        assert [each.code for each in found] == [code]
        assert departures.standing(found) == "exploratory"
        assert found[0].text(lang="fr") != found[0].text(lang="en")

    def test_a_sequential_test_may_be_looked_at_every_day_but_by_its_own_interval(self):
        declared = plan(stopping=SEQUENTIAL)

        assert departures.of(analysis(day=1, always_valid=True), plan=declared) == ()
        peeking = departures.of(analysis(day=1), plan=declared)
        late = departures.of(analysis(day=181, always_valid=True), plan=declared)
        assert [each.code for each in (*peeking, *late)] == ["not_always_valid", "too_late"]

    def test_a_guard_is_read_when_it_is_ripe_not_before(self):
        ripe = analysis(measure=measures.RETENTION, day=365)

        assert departures.of(ripe, plan=plan()) == ()
        assert departures.of(replace(ripe, day=364), plan=plan())[0].code == "too_early"
