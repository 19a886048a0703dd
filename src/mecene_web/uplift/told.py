"""Told: what a study says, as it is kept: plain JSON, sentences in both languages, and nobody."""

import dataclasses
from typing import Any

from mecene.uplift import curve, policy, sentences
from mecene.uplift.estimate import Estimate
from mecene.uplift.experiment import Experiment
from mecene.uplift.policy import Terms
from mecene.uplift.study import Study
from mecene.words import LANGUAGES
from mecene_web.uplift.gather import Gathered

Told = dict[str, Any]
_PER = 1_000


def of(found: Study, sent: Experiment, terms: Terms, people: Gathered) -> Told:
    """Return what a study says.

    ``policies``: each with its share of people written to, and what it leaves for a thousand
    people in minor units, ``net``, and what aiming leaves beside it, ``lead``; both as
    ``{value, low, high}``. ``curve``: ``[share, value, low, high, line]`` likewise. ``proposed``:
    the name of the policy to follow.
    """
    ranked, compared = found.rankings[0], found.comparison
    exact = {"currency": people.currency}
    sizes = {name: int((sent.arm == place).sum()) for place, name in enumerate(sent.arms)}
    return {
        "people": sent.people, "written": sizes[people.name],
        "held_back": sent.people - sizes[people.name], "left_out": people.left_out,
        "sent_on": people.sent_on.isoformat(), "days": people.within_days,
        "cost_minor": people.cost_minor, "currency": people.currency,
        "proposed": compared.proposed, "aimed": compared.proposed == policy.AIMED,
        "policies": [_policy(each.name, found) for each in compared.policies],
        "ranked": ranked.qini is not None and ranked.qini.above(),
        "qini": _figure(ranked.qini, 100.0) if ranked.qini else None,
        "mean": _figure(ranked.mean, 100.0),
        "tenths": [{"foretold": 100 * each.foretold, "found": _figure(each.found, 100.0)}
                   for each in ranked.calibration.tenths],
        "curve": [[point.share, *(_PER * part for part in (
            point.net_minor.value, point.net_minor.low, point.net_minor.high, point.line_minor))]
            for point in curve.of(found.learnt, terms, household=sent.household)],
        "groups": [{"name": each.name, "share": each.share,
                    "net": _figure(each.net_minor, _PER), "borne_out": each.borne_out}
                   for each in found.groups],
        "text": {lang: {
            "verdict": sentences.verdict(compared, terms, lang=lang, **exact),
            "ranking": sentences.ranking(ranked, sent, lang=lang),
            "cautions": sentences.cautions(_unlisted(found), sent, lang=lang),
            "groups": {each.name: [each.title(lang=lang), each.words(lang=lang)]
                       for each in found.groups},
            "policies": {each.name: sentences.title(each.name, terms, lang=lang)
                         for each in compared.policies},
        } for lang in LANGUAGES},
    }  # fmt: skip


def _unlisted(found: Study) -> Study:
    """Return a study without the names of columns it did not read: here always the same ones."""
    model = found.learnt.model
    plain = dataclasses.replace(model, design=dataclasses.replace(model.design, left_out=()))
    return dataclasses.replace(found, learnt=dataclasses.replace(found.learnt, model=plain))


def _policy(name: str, found: Study) -> Told:
    valued, lead = found.comparison.named(name), found.comparison.leads.get(name)
    return {"name": name, "share": valued.contacted, "net": _figure(valued.net_minor, _PER),
            "lead": _figure(lead, _PER) if lead else None,
            "behind": bool(lead and lead.above())}  # fmt: skip


def _figure(figure: Estimate, times: float) -> Told:
    told = dataclasses.asdict(figure)
    return {name: times * told[name] for name in ("value", "low", "high")}
