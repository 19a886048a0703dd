"""Policy: whom to contact, at what cost, and what it leaves in net money beside simpler ways.

A policy is valued on people who were drawn by lot and whom its model had not seen. It is proposed
only where it does better than every simple way by more than chance.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mecene.uplift import estimate
from mecene.uplift.estimate import Estimate
from mecene.uplift.refusal import Refusal

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
Ints = NDArray[np.int64]

AIMED = "aimed"
NOBODY = "nobody"
EVERYBODY = "everybody"
LIKELIEST = "likeliest"
LIKELIEST_AS_MANY = "likeliest_as_many"
_HALVINGS = 80
_LEAST_APART = 500  # people that two policies treat otherwise, for a normal interval of their lead


class UnknownTerms(Refusal):
    """There is not one cost for each arm that is sent, or a term is negative."""

    key = "unknown_terms"


@dataclass(frozen=True)
class Terms:
    """What contacts cost, and what outcomes are worth.

    Attributes:
        costs_minor: Of one contact, in cents, for each arm but the control. >= 0.
        worth_minor: Cents one unit of outcome is worth: 1 where the outcome is cents given,
            100 where it is euros, the mean gift's cents where it is a yes or no. > 0.
        budget_minor: For all contacts, in cents, per person of the list; None for no limit.
    """

    costs_minor: tuple[float, ...]
    worth_minor: float
    budget_minor: float | None = None

    def __post_init__(self) -> None:
        low = min((*self.costs_minor, self.budget_minor or 0.0))
        if low < 0 or self.worth_minor <= 0 or not self.costs_minor:
            raise UnknownTerms(costs=", ".join(f"{each:g}" for each in self.costs_minor) or "–")


@dataclass(frozen=True)
class Valued:
    """A policy, what it leaves per person of the list beside contacting nobody, and its size.

    Attributes:
        name: ``aimed``, ``nobody``, ``everybody:ARM``, ``likeliest`` (whose expected gift,
            contacted, pays for the contact) or ``likeliest_as_many`` (the likeliest, as many
            as are aimed at).
        net_minor: Cents per person of the list, cost taken off.
        cost_minor: Cents spent per person of the list.
        contacted: Share of the list.
    """

    name: str
    net_minor: Estimate
    cost_minor: float
    contacted: float


@dataclass(frozen=True)
class Comparison:
    """Policies valued on the same people, and which to follow.

    Attributes:
        policies: The aimed one first.
        leads: Simple policy → how much better the aimed one does, cents per person.
        proposed: The aimed one where its leads on nobody, everybody and the likeliest are above
            0, interval and all; else that of nobody and everybody which left most, unless
            the likeliest surely left more.
    """

    policies: tuple[Valued, ...]
    leads: dict[str, Estimate]
    proposed: str

    def named(self, name: str) -> Valued:
        """Return one of the policies."""
        return next(each for each in self.policies if each.name == name)


def choose(effects: Matrix, terms: Terms, *, part: Ints | None = None, seed: int = 0) -> Ints:
    """Return the arm of each person that leaves most, 0 for no contact. Shape (n,).

    Within a budget, those come first whose contact leaves most per euro spent; among equals,
    whom the seed draws.

    Args:
        effects: What each arm changes, in the outcome's unit. Shape (n, arms - 1).
        terms: Costs, worth and budget.
        part: Each keeps to the budget by itself; all one by default. Shape (n,).
        seed: Draws among equals where the budget ends.

    Raises:
        UnknownTerms: there is not one cost for each arm.
    """
    if effects.shape[1] != len(terms.costs_minor):
        raise UnknownTerms(costs=", ".join(f"{each:g}" for each in terms.costs_minor) or "–")
    net = effects * terms.worth_minor - np.asarray(terms.costs_minor)
    costs = np.append(0.0, terms.costs_minor)
    chosen = _best(net, costs, price=0.0)
    if terms.budget_minor is None:
        return chosen
    parts = np.zeros(len(net), dtype=np.int64) if part is None else part
    for each in np.unique(parts):
        here = np.flatnonzero(parts == each)
        purse = terms.budget_minor * len(here)
        if costs[chosen[here]].sum() > purse:
            chosen[here] = _within(net[here], costs, purse, seed=seed)
    return chosen


def net_parts(chosen: Ints, effect: Matrix, terms: Terms) -> Vector:
    """Return what each person adds to the value of a choice, in cents; its mean is the value.

    Args:
        chosen: Arm of each, 0 for none. Shape (n,).
        effect: Rewards of each arm less the control's. Shape (n, arms - 1).
        terms: Costs and worth.
    """
    worth = effect * terms.worth_minor - np.asarray(terms.costs_minor)
    rows = np.arange(len(chosen))
    return np.where(chosen > 0, worth[rows, np.maximum(chosen - 1, 0)], 0.0)


def compare(
    effects: Matrix,
    outcomes: Matrix,
    effect: Matrix,
    terms: Terms,
    *,
    arms: tuple[str, ...],
    part: Ints,
    household: Ints,
    confidence: float = estimate.CONFIDENCE,
    stretch: float = 1.0,
) -> Comparison:
    """Return the aimed policy beside simple ones, on people whom the model had not seen.

    Args:
        effects: What each arm changes in each, foretold. Shape (n, arms - 1).
        outcomes: What each would do in each arm, foretold. Shape (n, arms).
        effect: Rewards of each arm less the control's (`mecene.uplift.rewards`).
        terms: Costs, worth and budget.
        arms: Their names, the control first.
        part: Each keeps to the budget by itself. Shape (n,).
        household: Shape (n,).
        confidence: Of every interval.
        stretch: Of errors of what a model chose (`mecene.uplift.estimate`).
    """
    costs = np.append(0.0, terms.costs_minor)
    aimed = choose(effects, terms, part=part)
    people = len(aimed)
    shares = {AIMED: _dealt(aimed, len(arms)), NOBODY: _dealt(np.zeros_like(aimed), len(arms))}
    for arm in range(1, len(arms)):
        all_of_it = np.zeros((people, len(arms)))
        budget = terms.budget_minor
        all_of_it[:, arm] = 1.0 if budget is None else min(1.0, budget / max(costs[arm], 1e-9))
        shares[f"{EVERYBODY}:{arms[arm]}"] = all_of_it
    shares[LIKELIEST] = _dealt(choose(outcomes[:, 1:], terms, part=part), len(arms))
    shares[LIKELIEST_AS_MANY] = _dealt(_as_many(outcomes, aimed, part), len(arms))
    worth = np.column_stack([np.zeros(people), effect * terms.worth_minor - costs[1:]])
    added = {name: (dealt * worth).sum(axis=1) for name, dealt in shares.items()}

    def told(parts: Vector, name: str = AIMED) -> Estimate:
        # Whom nobody or everybody are, no model chose.
        by = 1.0 if name.startswith((NOBODY, EVERYBODY)) else stretch
        return estimate.mean(parts, household=household, confidence=confidence, stretch=by)

    policies = tuple(
        Valued(name, told(added[name], name), float((dealt @ costs).mean()),
               float(dealt[:, 1:].sum() / people))
        for name, dealt in shares.items()
    )  # fmt: skip
    leads = {name: told(added[AIMED] - parts) for name, parts in added.items() if name != AIMED}
    plain = [each for each in policies if each.name.startswith((NOBODY, EVERYBODY))]
    simple = max(plain, key=lambda each: each.net_minor.value).name
    # A list by chance of giving is work: only where it leaves more than the same for all.
    if _ahead(added[LIKELIEST] - added[simple], told):
        simple = LIKELIEST
    # How many of the likeliest is itself learnt from the effects: shown, but no simple way.
    rivals = [name for name in leads if name != LIKELIEST_AS_MANY]
    ahead = all(_ahead(added[AIMED] - added[name], told) for name in rivals)
    return Comparison(policies, leads, AIMED if ahead else simple)


def _ahead(lead: Vector, told: Callable[[Vector], Estimate]) -> bool:
    """Return whether a lead is above chance, and of enough people for that to be known."""
    return int(np.count_nonzero(lead)) >= _LEAST_APART and told(lead).above()


def _best(net: Matrix, costs: Vector, *, price: float) -> Ints:
    """Return the best arm of each where a cent spent costs ``price`` more; 0 where none pays."""
    priced = net - price * costs[1:]
    best = priced.argmax(axis=1)
    return np.where(priced[np.arange(len(net)), best] > 0, best + 1, 0)


def _within(net: Matrix, costs: Vector, purse: float, *, seed: int) -> Ints:
    """Return the best arms that a purse pays for: the price of a cent that spends it all."""
    dear = float((net / np.maximum(costs[1:], 1e-9)).max()) + 1.0
    low, high = 0.0, dear
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if costs[_best(net, costs, price=middle)].sum() > purse:
            low = middle
        else:
            high = middle
    chosen, wanted = _best(net, costs, price=high), _best(net, costs, price=low)
    left = purse - float(costs[chosen].sum())
    equals = np.flatnonzero(wanted != chosen)
    np.random.default_rng(seed).shuffle(equals)
    more = np.cumsum(costs[wanted[equals]] - costs[chosen[equals]])
    taken = equals[more <= left]
    chosen[taken] = wanted[taken]
    return chosen


def _as_many(outcomes: Matrix, aimed: Ints, part: Ints) -> Ints:
    """Return, part by part, as many contacts as are aimed, of each one's likeliest arm."""
    best = outcomes[:, 1:].argmax(axis=1) + 1
    chosen = np.zeros_like(aimed)
    for each in np.unique(part):
        here = np.flatnonzero(part == each)
        order = np.argsort(-outcomes[here, best[here]], kind="stable")
        first = here[order[: int((aimed[here] > 0).sum())]]
        chosen[first] = best[first]
    return chosen


def _dealt(chosen: Ints, arms: int) -> Matrix:
    return np.asarray(np.eye(arms)[chosen])
