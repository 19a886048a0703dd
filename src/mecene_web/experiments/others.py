"""Others: measures that nobody declared would decide, in each arm; ideas to check, no proof."""

from math import inf
from typing import Any

from mecene.experiments import compared, families, ratios, sequential
from mecene.experiments.difference import Difference, NoVariation, TooFewDonors
from mecene.experiments.measures import Measure
from mecene.experiments.moments import Moments
from mecene.experiments.tally import Group
from mecene_web.experiments import look as looks
from mecene_web.experiments import measured
from mecene_web.experiments.look import Look

Told = dict[str, Any]
# What was so before anybody was drawn: no arm's doing, it says how alike they were.
_BEFORE = Measure("events_before", "share", 1)


def others(look: Look) -> list[Told]:
    """Return every other measure: its level in each arm, and what the first arms changed (Holm).

    Those declared beside the first are counted together, apart from those nobody chose beforehand:
    these are worth a new test, they are no proof.
    """
    lead = looks.leading(look)
    arm = lead[0] if lead else look.treated[0]
    told = [_one(look, measure, arm) | {"declared": True} for measure in look.plan.secondary]
    rest = [_one(look, measure, arm) for measure in _measures(look)]
    rest += [_average(look, arm), _one(look, _BEFORE, arm)]
    for rows in (told, rest):
        _adjusted(rows, alpha=look.plan.alpha)
    return told + rest


def _adjusted(rows: list[Told], *, alpha: float) -> None:
    """Tell which rows of a family show something, all of them counted together."""
    seen = [row for row in rows if row["difference"]]
    adjusted = families.holm([row["difference"]["p"] for row in seen]) if seen else []
    for row, p in zip(seen, adjusted, strict=True):
        row["p_adjusted"] = float(p)
        row["seen"] = float(p) <= alpha


def _measures(look: Look) -> list[Measure]:
    primary = look.plan.primary
    declared = {primary.name, *(measure.name for measure in look.plan.secondary)}
    return [Measure(name, measured.CHOICES[name][0], primary.within_days,
                    better=measured.CHOICES[name][1])
            for name in measured.ALWAYS if name not in declared]  # fmt: skip


def _one(look: Look, measure: Measure, arm: str) -> Told:
    days = measure.within_days
    by_name = {one.name: look.of(one.name, days=days) for one in look.plan.arms}
    silent = {one.name for one in look.plan.arms if one.held_out}
    followed = look.clicks if measure.name == "clicks" else {}
    levels = []
    for name, rows in by_name.items():
        untold = measure.name in measured.OF_A_MESSAGE and name in silent
        level = None if untold or not rows.height else _level(rows, measure, followed.get(name))
        levels.append({"arm": name, "level": level})
    found: Difference | None
    if measure.name in measured.OF_A_MESSAGE and look.control in silent:
        found, why = None, "no_message"
    elif followed:
        found, why = looks.of_clicks(look, look.control, arm)
    else:
        found, why = looks.between(look, by_name[look.control], by_name[arm], measure)
    return {"name": measure.name, "kind": measure.kind, "better": measure.better, "arm": arm,
            "levels": levels, "difference": looks.plain(found), "why": why, "seen": False,
            "p_adjusted": None, "declared": False}  # fmt: skip


def _average(look: Look, arm: str) -> Told:
    """Return what givers gave on average, in each arm; of unlike givers, it is no effect."""
    days = look.plan.primary.within_days
    rows = {one.name: look.of(one.name, days=days) for one in look.plan.arms}
    cap = look.plan.cap_minor
    groups = {name: _giving(one, cap) for name, one in rows.items() if one.height}
    found, why = _gap(look, groups, arm)
    levels = [{"arm": name, "level": float(one.means[1] / one.means[0]) if one.means[0] else None}
              for name, one in groups.items()]  # fmt: skip
    return {"name": "average_gift", "kind": "amount", "better": "higher", "arm": arm,
            "levels": levels, "difference": looks.plain(found), "why": why, "seen": False,
            "p_adjusted": None, "declared": False}  # fmt: skip


def _gap(look: Look, groups: dict[str, Moments], arm: str) -> tuple[Difference | None, str]:
    if not {look.control, arm} <= groups.keys():
        return None, "too_early"
    way = compared.of(look.plan, questions=len(look.treated))
    try:
        found = ratios.difference(groups[look.control], groups[arm], numerator=1, denominator=0,
                                  confidence=way.confidence)  # fmt: skip
        if way.tightest_at is not None:
            found = sequential.watched(found, tightest_at=way.tightest_at)
    except TooFewDonors:
        return None, "too_few"
    except NoVariation:
        return None, "no_variation"
    return found, ""


def _giving(rows: Group, cap: int | None) -> Moments:
    return rows.giving("amount", cap=inf if cap is None else cap)


def _level(rows: Group, measure: Measure, clicks: int | None) -> float:
    if clicks is not None:
        return clicks / rows.height
    return rows.total(measure.name) / rows.height
