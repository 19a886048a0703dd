"""Several treatments beside one control: what did each change, and which of it is not chance?"""

from collections.abc import Callable, Mapping
from typing import TypeVar

from mecene.experiments import families
from mecene.experiments.difference import Difference, NoVariation, TooFewDonors

Group = TypeVar("Group")
Refusal = TooFewDonors | NoVariation


def against(
    control: Group,
    treatments: Mapping[str, Group],
    *,
    by: Callable[[Group, Group], Difference],
) -> dict[str, Difference | Refusal]:
    """Return, for each treatment, its difference to the control, or why there is none.

    The p of those that answer are adjusted together by Holm; intervals are those of ``by``, whose
    confidence `families.confidence_each` makes hold together. A refusal is told, not raised: it
    says nothing of the other arms.

    Args:
        control: What the comparison takes of an arm: moments, answers.
        treatments: Arm → the same of it.
        by: The comparison: ``means.difference``, ``proportions.difference``, ``amounts.mean`` …
    """
    told = {name: _told(control, group, by) for name, group in treatments.items()}
    answered = {name: each for name, each in told.items() if isinstance(each, Difference)}
    adjusted = families.by_holm(list(answered.values()))
    return told | dict(zip(answered, adjusted, strict=True))


def _told(
    control: Group, treated: Group, by: Callable[[Group, Group], Difference]
) -> Difference | Refusal:
    try:
        return by(control, treated)
    except (TooFewDonors, NoVariation) as refusal:
        return refusal
