"""Judging: what the editor shows of how a journey and its draws are judged, and what it is told.

What is the same as usual is left out of the drawing: it follows the journey if that changes.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from mecene.experiments import measures
from mecene.experiments.difference import NoVariation, TooFewDonors
from mecene.experiments.plan import Arm
from mecene.journeys import judged, writing
from mecene.journeys.graph import Graph
from mecene.journeys.judged import Chosen
from mecene.journeys.steps import Split
from mecene_web.design import words
from mecene_web.experiments import declare, measured, planner
from mecene_web.journeys import draft, edit, following
from mecene_web.journeys.models import Journey, Traveller

WHOLE = "judged."
STEP = "step.judged."
# Where the pace at which people come is looked at.
_LATELY = timedelta(days=91)
_FEW = 200
_SCALE = {"share": 100.0, "amount": 0.01, "number": 1.0}
_LONGEST = 12


def shown(graph: Graph, key: str = "") -> dict[str, Any]:
    """Return how the members see what a draw is judged by; of no key, the journey.

    Empty where a measure is none that is known: its problem says so.
    """
    step = _split(graph, key)
    try:
        told = judged.of_split(graph, step) if step else judged.of_journey(graph)
    except KeyError:
        told = judged.chosen(judged.usual(graph, split=bool(step)))
    kind = measures.CHOICES[told.primary][0]
    return {
        "primary": told.primary, "days": told.within_days, "secondary": told.secondary,
        "rule": told.rule, "effect": f"{told.effect * _SCALE[kind]:g}", "said": said(told),
        "kind": kind, "key": key, "at": STEP if step else WHOLE,
        "of_a_message": () if step else measures.OF_A_MESSAGE,
    }  # fmt: skip


def said(told: Chosen) -> str:
    """Return what decides, in a few words."""
    label = measured.measure(told.primary).label(lang=words.language())
    return words.say("experiments", "plan.primary_said", measure=label, days=told.within_days)


def kept(drawn: Mapping[str, Any], posted: Mapping[str, Any], *, key: str = "") -> dict[str, Any]:
    """Return a drawing in which a draw, or the journey, is judged as a form says.

    A form without these fields changes nothing.
    """
    at = STEP if key else WHOLE
    if f"{at}primary" not in posted:
        return dict(drawn)
    made = edit.copied(drawn)
    place = edit.step(made, key) if key else made
    before = shown(writing.from_plain(made), key)
    place.pop("judged", None)
    told = _read(posted, at, before)
    usual = shown(writing.from_plain(made), key)
    if told is not None and told != {name: usual[name] for name in told}:
        place["judged"] = _plain(told)
    return made


def sized(journey: Journey, posted: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """Return the planner's word on a choice that may not be saved yet: how many, how long."""
    key = str(posted.get("key", ""))
    drawn = draft.plain(draft.latest(journey))
    if key and key not in edit.keys(drawn):
        return {"why": "unfilled"}
    graph = writing.from_plain(kept(drawn, posted, key=key))
    if any(wrong.place in ("judged", f"steps.{key}") for wrong in judged.problems(graph)):
        return {"why": "unfilled"}
    step = _split(graph, key)
    told = judged.of_split(graph, step) if step else judged.of_journey(graph)
    arms = _arms(step)
    if len(arms) < 2:
        return {"why": "nobody"}
    try:
        size = planner.size(declare.asked(told, arms, people=_people(journey)))
    except (planner.NoPast, NoVariation, TooFewDonors) as no:
        return {"why": type(no).__name__, "said": said(told)}
    return {"size": size, "said": said(told)} | _in_words(told, size, _pace(journey, now=now))


def _in_words(told: Chosen, size: planner.Size, pace: float | None) -> dict[str, Any]:
    measure, lang = measured.measure(told.primary), words.language()
    weeks = ceil(size.needed / pace) if size.needed and pace else None
    return {
        "usual": measures.written(size.usual, measure, currency="EUR", lang=lang),
        "effect": measures.apart(told.effect, measure, currency="EUR", lang=lang),
        "pace": pace and round(pace, 1 if pace < 10 else None), "weeks": weeks,
        "lasts": words.say("journeys", f"judged.weeks_{'one' if weeks == 1 else 'many'}",
                           count=weeks, pace=round(pace or 0) or 1, days=told.within_days),
    }  # fmt: skip


def _people(journey: Journey) -> Sequence[int]:
    """Return whose past tells what is usual: those who came; of too few, everybody."""
    came = list(Traveller.objects.filter(journey=journey).order_by("donor_id")
                .values_list("donor_id", flat=True).distinct()[:50_000])  # fmt: skip
    return came if len(came) >= _FEW else planner.everyone()


def _pace(journey: Journey, *, now: datetime) -> float | None:
    """Return how many households come a week: lately, else as the last rehearsal has it."""
    rows = Traveller.objects.filter(journey=journey, entered_at__gt=now - _LATELY)
    first = rows.order_by("entered_at").values_list("entered_at", flat=True).first()
    if first is not None:
        days = max((now - first).days, 7)
        return rows.values("unit").distinct().count() / days * 7
    last = journey.rehearsals.exclude(ended_at=None).order_by("-pk").first()
    entered = (last.result or {}).get("entered", {}).get(journey.code) if last else None
    return entered * 7 / (last.months * 30.4) if last and entered else None


def _arms(step: Split | None) -> list[Arm]:
    if step is not None:
        return [Arm(arm.name, arm.weight) for arm in step.arms if arm.weight]
    hold_out = following.hold_out()
    nobody = round((hold_out.share if hold_out else 0) * 1_000)
    return [Arm("-", nobody, held_out=True), Arm("+", 1_000 - nobody)] if nobody else []


def _split(graph: Graph, key: str) -> Split | None:
    found = (step for step in graph.steps if isinstance(step, Split) and step.key == key)
    return next(found, None)


def _read(posted: Mapping[str, Any], at: str, before: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what was typed, as ``shown`` has it; None: no measure.

    Of another measure than before, days and difference that nobody touched are those usual for it.
    """
    primary = str(posted.get(f"{at}primary", ""))[:60]
    if primary not in measures.CHOICES:
        return None
    days = str(posted.get(f"{at}days", "")).strip()
    effect = str(posted.get(f"{at}effect", "")).strip().replace("\u202f", "").replace(",", ".")
    beside = posted.getlist(f"{at}secondary") if hasattr(posted, "getlist") else ()
    if primary != before["primary"]:
        days = "" if days == str(before["days"]) else days
        effect = "" if effect == before["effect"] else effect
    usual = judged.chosen(judged.Judged(primary))
    scale = _SCALE[measures.CHOICES[primary][0]]
    return {
        "primary": primary,
        "days": int(days) if days.isdecimal() and len(days) < 5 else usual.within_days,
        "secondary": tuple(name for name in dict.fromkeys(beside)
                           if name in measures.CHOICES and name != primary),
        "rule": "fixed" if posted.get(f"{at}rule") == "fixed" else "sequential",
        "effect": f"{_number(effect) or usual.effect * scale:g}",
    }  # fmt: skip


def _plain(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the same as a drawing has it, what is usual for the measure left out."""
    usual = judged.chosen(judged.Judged(told["primary"]))
    effect = float(told["effect"]) / _SCALE[measures.CHOICES[told["primary"]][0]]
    plain: dict[str, Any] = {"primary": told["primary"]}
    if told["days"] != usual.within_days:
        plain["within_days"] = told["days"]
    if told["secondary"]:
        plain["secondary"] = list(told["secondary"])
    if told["rule"] != usual.rule:
        plain["rule"] = told["rule"]
    if abs(effect - usual.effect) > 1e-9:
        plain["effect"] = effect
    return plain


def _number(text: str) -> float | None:
    try:
        told = float(text) if len(text) <= _LONGEST else 0.0
    except ValueError:
        return None
    return told if 0 < told < 10**9 else None
