"""Beside: what stands beside the verdict: euros, other measures, groups, factors, costs."""

from statistics import NormalDist
from typing import Any

import polars as pl

from mecene.experiments import (
    beliefs,
    compared,
    factorial,
    factorial_words,
    measures,
    sequential,
)
from mecene.experiments import reading as verdicts
from mecene.experiments.design import Factor, InvalidFactors
from mecene.experiments.difference import NoVariation, TooFewDonors
from mecene.experiments.measures import Measure
from mecene.experiments.plan import Sequential
from mecene.experiments.tally import Group
from mecene.words import LANGUAGES
from mecene_web.experiments import look as looks
from mecene_web.experiments import spent
from mecene_web.experiments.look import Look

Told = dict[str, Any]
# Segments shown by themselves: those with the most people.
_MOST_SEGMENTS = 8


def euros(look: Look, *, broken: bool) -> Told:
    """Return « € collectés » beside « € provoqués », or in a word why they cannot be told.

    ``why`` is one of ``nobody_held``, ``mis_randomised``, ``too_early``, ``too_few``, ``no_cap``,
    ``no_variation``; empty where they are.
    """
    days = look.plan.primary.within_days
    silent = [arm.name for arm in look.plan.arms if arm.held_out]
    written = [arm.name for arm in look.plan.arms if not arm.held_out]
    treated = look.of(*written, days=1)
    told: Told = {"collected_minor": treated.total("amount"), "days": days,
                  "cost_minor": spent.cost(look.held), "caused": None, "text": {}}  # fmt: skip
    if not silent:
        return told | {"why": "nobody_held"}
    if broken:
        return told | {"why": "mis_randomised"}
    amount = Measure("amount", "amount", days)
    found, why = looks.between(look, look.of(*silent, days=days), look.of(*written, days=days),
                                 amount)  # fmt: skip
    if found is None:
        return told | {"why": why}
    ripe = look.of(*written, days=days)
    gifts, _ = looks.between(look, look.of(*silent, days=days), ripe,
                             Measure("gifts", "number", days))  # fmt: skip
    both = verdicts.euros(ripe.total("amount"), found, cost_minor=told["cost_minor"],
                          currency=look.currency)  # fmt: skip
    return told | {
        "why": "", "collected_minor": both.collected_minor, "caused": looks.plain(both.caused),
        "each": looks.plain(found),
        "gifts": looks.plain(gifts.times(gifts.n_treated)) if gifts else None,
        "net_low": both.caused.low - both.cost_minor,
        "net_high": both.caused.high - both.cost_minor,
        "text": {lang: both.text(lang=lang) for lang in LANGUAGES},
    }  # fmt: skip


def believed(look: Look) -> list[Told]:
    """Return, of each text, the chance that it is the best and what choosing it may lose.

    Of shares alone, and where more is better: amounts and harms are left to their intervals.
    """
    primary = look.plan.primary
    if primary.kind != "share" or primary.better != "higher" or look.by_marks(primary):
        return []
    rows = {arm.name: look.of(arm.name, days=primary.within_days)
            for arm in look.plan.arms if not arm.held_out}  # fmt: skip
    try:
        found = beliefs.of_shares(
            {name: compared.answers(one, primary.name) for name, one in rows.items()}
        )
    except TooFewDonors:
        return []
    return [
        {"arm": name, "best": one.best, "loss": {
            lang: measures.apart(one.expected_loss, primary, currency=look.currency, lang=lang)
            for lang in LANGUAGES}}
        for name, one in found.items()
    ]  # fmt: skip


def groups(look: Look) -> list[Told]:
    """Return what decides, among new donors, long-standing ones, and each large segment."""
    lead = looks.leading(look)
    if lead is None:
        return []
    days = look.plan.primary.within_days
    control, treated = look.of(look.control, days=days), look.of(lead[0], days=days)
    kinds = [("new", "is_new", True), ("standing", "is_new", False)]
    kinds += [("segment", "segment", name) for name in _segments(look)]
    return [
        _group(look, family, value, control.where(column, value),
               treated.where(column, value))
        for family, column, value in kinds
    ]  # fmt: skip


def factors(look: Look) -> list[Told]:
    """Return what each factor changed, and what factors change together, in sentences."""
    levels = {arm.name: arm.levels for arm in look.held.arms.order_by("place") if arm.levels}
    names = list(dict.fromkeys(name for held in levels.values() for name in held))
    if len(names) < 2:
        return []
    primary = look.plan.primary
    known = tuple(
        Factor(name, tuple(dict.fromkeys(held[name] for held in levels.values() if name in held)))
        for name in names
    )
    cells = {
        tuple(held[name] for name in names): look.of(arm, days=primary.within_days).moments(
            primary.name, cap=look.plan.cap_minor)
        for arm, held in levels.items() if set(held) == set(names)
    }  # fmt: skip
    try:
        found = factorial.read(cells, factors=known, confidence=_confidence(look))
    except (InvalidFactors, TooFewDonors, NoVariation):
        return []
    return [
        {"verdict": factorial_words.verdict(effect, reading=found), "order": effect.order,
         "estimate": effect.estimate, "low": effect.low, "high": effect.high,
         "p_adjusted": effect.p_adjusted, "name": factorial_words.crossed(effect.parts),
         "text": {lang: factorial_words.sentence(
             effect, reading=found, measure=primary, lang=lang, unit=look.plan.unit,
             currency=look.currency) for lang in LANGUAGES}}
        for effect in found.effects
    ]  # fmt: skip


def _confidence(look: Look) -> float:
    """Return the confidence of intervals of factors; where one looks every night, of each look."""
    whole, stopping = 1 - look.plan.alpha, look.plan.stopping
    if not isinstance(stopping, Sequential):
        return whole
    reach = sequential.boundary(max(look.tally.height, 1), tightest_at=stopping.people,
                                confidence=whole)  # fmt: skip
    return 2 * NormalDist().cdf(reach) - 1


def costs(look: Look) -> Told:
    """Return what was spent to raise a euro, on new donors and on long-standing ones.

    ``spent_per_euro`` has the interval of what was caused; None where it may be nothing at all.
    """
    spent_minor = spent.cost(look.held)
    days = look.plan.primary.within_days
    written = look.of(*(arm.name for arm in look.plan.arms if not arm.held_out), days=days)
    if not spent_minor or not written.height:
        return {}
    donors = written.donors or 1
    told: Told = {"cost_minor": spent_minor}
    for family, is_new in (("new", True), ("standing", False)):
        some = written.where("is_new", is_new)
        cost = spent_minor * some.donors / donors
        raised, gave = some.total("amount"), some.total("gave")
        told[family] = {"cost_minor": cost, "raised_minor": raised, "givers": gave,
                        "per_euro": cost / raised if raised else None,
                        "per_giver_minor": cost / gave if gave else None}  # fmt: skip
    return told


def _group(look: Look, family: str, value: object, control: Group, treated: Group) -> Told:
    found, why = looks.between(look, control, treated, look.plan.primary)
    said = {}
    if found is not None:
        said = {
            end: {lang: measures.written(level, look.plan.primary, currency=look.currency,
                                         lang=lang) for lang in LANGUAGES}
            for end, level in (("control", found.control), ("treated", found.treated))
        }  # fmt: skip
    return {"family": family, "value": value if isinstance(value, str) else "", "why": why,
            "units": control.height + treated.height, "difference": looks.plain(found),
            "levels": said}  # fmt: skip


def _segments(look: Look) -> list[str]:
    cells = look.tally.group.cells.group_by("segment").agg(pl.col("n").sum())
    largest = cells.sort("n", "segment", descending=[True, False]).head(_MOST_SEGMENTS)
    return [name for name in largest["segment"].to_list() if name]
