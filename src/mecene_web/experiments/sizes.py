"""Sizes: are the arms as large as they were drawn to be? Where they are not, nothing is read."""

from typing import Any

from mecene.experiments import mismatch
from mecene.experiments.difference import TooFewDonors
from mecene_web.experiments.look import Look


def told(look: Look) -> dict[str, Any]:
    """Return each arm with its units and its donors, and whether the draw went wrong.

    ``p`` is None where there are too few to tell.
    """
    counted = {arm.name: look.tally.group.where("arm", arm.name) for arm in look.plan.arms}
    sizes = {name: rows.height for name, rows in counted.items()}
    shares = {arm.name: look.plan.share(arm.name) for arm in look.plan.arms}
    try:
        draw = mismatch.of(sizes, shares=shares)
    except TooFewDonors:
        draw = None
    people = sum(sizes.values())
    return {
        "mis_randomised": draw is not None and draw.mismatched, "p": draw.p if draw else None,
        "each": [
            {"name": arm.name, "held_out": arm.held_out, "units": sizes[arm.name],
             "donors": counted[arm.name].donors,
             "expected": people * shares[arm.name]}
            for arm in look.plan.arms
        ],
    }  # fmt: skip
