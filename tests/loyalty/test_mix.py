"""Which elements to keep: the answer of trying every set one by one, and by hand."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mecene.loyalty import mix
from mecene.loyalty.element import Element, InvalidElement

CODES = "abcde"
PROGRAMME = st.tuples(
    st.lists(st.integers(0, 9), min_size=5, max_size=5),
    st.dictionaries(st.frozensets(st.sampled_from(CODES), min_size=1), st.integers(1, 50)),
)


def tried(costs, values):
    """Return (cost, satisfied) of every set, one by one."""
    for size in range(len(CODES) + 1):
        for kept in combinations(CODES, size):
            yield (sum(costs[CODES.index(code)] for code in kept),
                   sum(n for wanted, n in values.items() if wanted & set(kept)))  # fmt: skip


@given(PROGRAMME)
def test_no_set_beats_one_of_the_frontier_and_each_budget_gets_the_best(told):
    costs, values = told
    elements = [Element(code, fixed_minor=cost) for code, cost in zip(CODES, costs, strict=True)]

    found = mix.frontier(elements, {}, values)

    every = list(tried(costs, values))
    for budget in range(sum(costs) + 1):
        best = mix.within(found, budget_minor=budget)
        assert best.satisfied == max(done for cost, done in every if cost <= budget)
        assert best.cost_minor == min(cost for cost, done in every
                                      if done == best.satisfied and cost <= budget)  # fmt: skip
    costs_found = [one.cost_minor for one in found]
    assert costs_found == sorted(set(costs_found))


def test_by_hand_two_cheap_elements_leave_the_dear_one_out():
    """The magazine pleases 60, of whom 50 value the visit or the card as well."""
    elements = [Element("magazine", fixed_minor=1_000_00), Element("visit", fixed_minor=200_00),
                Element("card", each_minor=50)]  # fmt: skip
    values = {
        frozenset({"magazine"}): 10, frozenset({"magazine", "visit"}): 30,
        frozenset({"magazine", "card"}): 20, frozenset({"card"}): 15,
    }  # fmt: skip

    found = mix.frontier(elements, {"card": 100}, values)

    assert [(one.elements, one.cost_minor, one.satisfied) for one in found] == [
        ((), 0, 0), (("card",), 50_00, 35), (("visit", "card"), 250_00, 65),
        (("magazine", "card"), 1_050_00, 75),
    ]  # fmt: skip
    assert mix.within(found, budget_minor=1_000_00).elements == ("visit", "card")


def test_twenty_elements_are_tried_in_every_set_and_no_more():
    codes = [f"e{n}" for n in range(21)]
    elements = [Element(code, fixed_minor=n + 1) for n, code in enumerate(codes)]
    values = {frozenset({code}): 1 for code in codes}

    found = mix.frontier(elements[:20], {}, values)

    assert found[-1].satisfied == 20
    assert found[-1].cost_minor == sum(range(1, 21))
    with pytest.raises(mix.TooManyElements):
        mix.frontier(elements, {}, values)


def test_an_element_has_a_code_a_kind_and_no_negative_cost():
    for wrong in ({"code": ""}, {"code": "a", "kind": "cash"}, {"code": "a", "each_minor": -1}):
        with pytest.raises(InvalidElement):
            Element(**wrong)
