"""What did a treatment change, comparing like with like? Arms compared within groups of donors.

New donors beside new donors, faithful ones beside faithful ones; the differences are then averaged
by the size of the groups. Groups are those of before the draw.
"""

from collections.abc import Sequence
from math import sqrt

from mecene.experiments import means
from mecene.experiments.difference import CONFIDENCE, Difference, TooFewDonors, student
from mecene.experiments.moments import Moments

MIN_DONORS = 10  # an arm, a group


def difference(
    groups: Sequence[tuple[Moments, Moments]],
    *,
    quantity: int = 0,
    confidence: float = CONFIDENCE,
) -> Difference:
    """Return the difference of means, compared within each group (post-stratification).

    Source: L. Miratrix, J. Sekhon and B. Yu (2013), "Adjusting treatment effect estimates by
    post-stratification in randomized experiments", Journal of the Royal Statistical Society B 75,
    369-396; the variance is that given the sizes of the groups.

    Args:
        groups: For each group, the moments of the control and of the treatment.
        quantity: Its place among the quantities.
        confidence: In (0, 1).

    Raises:
        TooFewDonors: an arm of a group has fewer than ``MIN_DONORS``: join it to another group.
        NoVariation: within groups, nobody differs from anybody.
    """
    smallest = min((min(arm.n for arm in group) for group in groups), default=0)
    if smallest < MIN_DONORS:
        raise TooFewDonors(
            f"a group has an arm of {smallest}: at least {MIN_DONORS}; join it to another"
        )
    people = sum(control.n + treated.n for control, treated in groups)
    before = after = own = pooled = 0.0
    for control, treated in groups:
        weight = (control.n + treated.n) / people
        before += weight * float(control.means[quantity])
        after += weight * float(treated.means[quantity])
        of_own, of_pooled = means.variances(control, treated, quantity=quantity)
        own += weight**2 * of_own
        pooled += weight**2 * of_pooled
    std_error = sqrt(max(own, pooled))
    freedom = people - 2 * len(groups)
    low, high, p = student(
        after - before, std_error=std_error, freedom=freedom, confidence=confidence
    )
    return Difference(
        after - before, low, high, p, sum(group[0].n for group in groups),
        sum(group[1].n for group in groups), before, after, std_error, "within groups", confidence,
    )  # fmt: skip
