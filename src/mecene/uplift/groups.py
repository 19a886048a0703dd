"""Groups: those a contact persuades, those who give anyway, those out of reach, those to leave be.

Nobody is seen both contacted and not: a group is where a person probably stands, never a fact
about them. What is measured, on people the model had not seen, is the mean effect in each group.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mecene.uplift import estimate
from mecene.uplift.estimate import Estimate
from mecene.uplift.policy import Terms
from mecene.uplift.refusal import LEXICON

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
Ints = NDArray[np.int64]

NAMES = ("persuadable", "sure", "out_of_reach", "leave_be")
PERSUADABLE, SURE, OUT_OF_REACH, LEAVE_BE = range(len(NAMES))


@dataclass(frozen=True)
class Group:
    """A group, its share of people, and what was found in it.

    Attributes:
        name: One of ``NAMES``.
        share: Of all people.
        without: Mean outcome, left alone, in the outcome's unit.
        effect: Mean effect of the best arm foretold for each, in the outcome's unit.
        net_minor: What contacting them leaves, in cents per person of the group.
        borne_out: Whether the interval says what the name says: ``persuadable`` leaves money,
            ``leave_be`` is put off, and contacting the two others costs more than it brings.
    """

    name: str
    share: float
    without: Estimate
    effect: Estimate
    net_minor: Estimate
    borne_out: bool

    def title(self, *, lang: str) -> str:
        """Return what the group is called."""
        return title(self.name, lang=lang)

    def words(self, *, lang: str) -> str:
        """Return what may be said of the group, with its caution."""
        said = LEXICON.say(f"group_means.{self.name}", lang=lang)
        doubt = "" if self.borne_out else LEXICON.say(f"group_doubt.{self.name}", lang=lang)
        return f"{said} {doubt}".rstrip()


def title(name: str, *, lang: str) -> str:
    """Return what a group of ``NAMES`` is called."""
    return LEXICON.say(f"group.{name}", lang=lang)


def assign(effects: Matrix, outcomes: Matrix, terms: Terms) -> Ints:
    """Return the place in ``NAMES`` of each person's group. Shape (n,).

    Contact pays: persuadable. Every arm lessens what they do: to be left alone. Of the others,
    whose contact changes too little to pay for itself, those who do more than the mean, left
    alone, are sure; the rest are out of reach.

    Args:
        effects: What each arm changes in each, foretold. Shape (n, arms - 1).
        outcomes: What each would do in each arm, foretold. Shape (n, arms).
        terms: Costs and worth.
    """
    net = (effects * terms.worth_minor - np.asarray(terms.costs_minor)).max(axis=1)
    alone = outcomes[:, 0]
    return np.select(
        (net > 0, effects.max(axis=1) < 0, alone > alone.mean()),
        (PERSUADABLE, LEAVE_BE, SURE),
        default=OUT_OF_REACH,
    ).astype(np.int64)


def measured(
    effects: Matrix,
    outcomes: Matrix,
    rewards: Matrix,
    terms: Terms,
    *,
    household: Ints,
    stretch: float = 1.0,
) -> tuple[Group, ...]:
    """Return the groups that anybody is in, and what was found of each out of fold.

    Args:
        effects: Foretold. Shape (n, arms - 1).
        outcomes: Foretold. Shape (n, arms).
        rewards: What each would have done in each arm, unbiased. Shape (n, arms).
        terms: Costs and worth.
        household: Shape (n,).
        stretch: Of errors (`mecene.uplift.estimate`).
    """
    group = assign(effects, outcomes, terms)
    costs = np.asarray(terms.costs_minor)
    best = (effects * terms.worth_minor - costs).argmax(axis=1)
    change = (rewards[:, 1:] - rewards[:, :1])[np.arange(len(best)), best]
    net = change * terms.worth_minor - costs[best]
    found = []
    for place, name in enumerate(NAMES):
        here = group == place
        if not here.any():
            continue
        alone, effect, left = (
            estimate.mean(each[here], household=household[here], stretch=stretch)
            for each in (rewards[:, 0], change, net)
        )
        borne = {PERSUADABLE: left.above(), LEAVE_BE: effect.below()}.get(place, left.below())
        found.append(Group(name, float(here.mean()), alone, effect, left, borne))
    return tuple(found)
