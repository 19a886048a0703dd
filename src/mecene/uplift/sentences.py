"""Sentences: what a study says, in plain words, figures second, doubts never left out."""

import numpy as np

from mecene import money
from mecene.uplift import policy
from mecene.uplift.estimate import Estimate
from mecene.uplift.experiment import Experiment
from mecene.uplift.policy import Comparison, Terms
from mecene.uplift.refusal import LEXICON
from mecene.uplift.study import Ranking, Study

_HEAVY = 0.05


def verdict(found: Comparison, terms: Terms, *, currency: str, lang: str) -> list[str]:
    """Return what to do next time, then how far aiming is from each simple way."""
    chosen = found.named(found.proposed)
    told = _amounts(chosen.net_minor, currency=currency, lang=lang)
    if chosen.name == policy.NOBODY:
        lines = [LEXICON.say("verdict.nobody", lang=lang)]
    elif chosen.name == policy.AIMED:
        share = money.percent(chosen.contacted, lang=lang)
        lines = [LEXICON.say("verdict.aimed", lang=lang, contacted=share, **told)]
        if not found.leads[policy.LIKELIEST_AS_MANY].above():
            lines.append(LEXICON.say("verdict.as_many", lang=lang))
    else:
        named = title(chosen.name, terms, lang=lang)
        lines = [LEXICON.say("verdict.simple", lang=lang, policy=named, **told)]
        if not chosen.net_minor.above():
            lines.append(LEXICON.say("verdict.not_shown", lang=lang))
    for name, lead in found.leads.items():
        told = _amounts(lead, currency=currency, lang=lang)
        named = title(name, terms, lang=lang)
        lines.append(LEXICON.say("verdict.lead", lang=lang, policy=named, **told))
    return lines


def title(name: str, terms: Terms, *, lang: str) -> str:
    """Return what a policy is called."""
    kind, _, arm = name.partition(":")
    if kind == policy.EVERYBODY and terms.budget_minor is not None:
        kind = "everybody_within"
    return LEXICON.say(f"policy.{kind}", lang=lang, arm=arm)


def ranking(found: Ranking, sent: Experiment, *, lang: str) -> list[str]:
    """Return how well an arm's effects rank people; figures in the outcome's unit."""

    def told(name: str, figure: Estimate) -> dict[str, str]:
        written = {name: figure.value, "low": figure.low, "high": figure.high}
        return {key: _figure(value, sent, lang=lang) for key, value in written.items()}

    lines = [LEXICON.say("ranking.mean", lang=lang, arm=found.arm, **told("mean", found.mean))]
    if found.qini is None:
        return [*lines, LEXICON.say("ranking.alike", lang=lang)]
    lines.append(LEXICON.say("ranking.qini", lang=lang, **told("qini", found.qini)))
    if not found.qini.above():
        lines.append(LEXICON.say("ranking.qini_doubt", lang=lang))
    for share, uplift in found.at.items():
        words = told("uplift", uplift) | {"share": money.percent(share, lang=lang)}
        lines.append(LEXICON.say("ranking.at", lang=lang, **words))
    return lines


def cautions(found: Study, sent: Experiment, *, lang: str) -> list[str]:
    """Return what must be said beside the figures."""
    lines = [LEXICON.say("caution.never_both", lang=lang)]
    if not sent.told:
        lines.append(LEXICON.say("caution.shares_not_told", lang=lang))
    if np.isfinite(found.learnt.cut_at):
        cut = money.number(found.learnt.cut_at, lang=lang, decimals=0)
        lines.append(LEXICON.say("caution.cut", lang=lang, cut=cut))
    heaviest = float(abs(sent.outcome).max() / abs(sent.outcome).sum())
    if heaviest > _HEAVY:
        share = money.percent(heaviest, lang=lang)
        lines.append(LEXICON.say("caution.heavy", lang=lang, share=share))
    if found.learnt.model.design.left_out:
        columns = ", ".join(found.learnt.model.design.left_out)
        lines.append(LEXICON.say("caution.left_out", lang=lang, columns=columns))
    return [*lines, LEXICON.say("caution.one_send", lang=lang)]


def _amounts(figure: Estimate, *, currency: str, lang: str) -> dict[str, str]:
    """Return an amount per person as one for a thousand people, with its interval."""
    each = {"net": figure.value, "low": figure.low, "high": figure.high}
    return {
        name: money.text(1_000 * value, currency=currency, lang=lang, decimals=0)
        for name, value in each.items()
    }


def _figure(value: float, sent: Experiment, *, lang: str) -> str:
    if sent.binary:
        points = money.number(100 * value, lang=lang, decimals=2)
        return LEXICON.say("ranking.points", lang=lang, points=points)
    return money.number(value, lang=lang, decimals=2 if abs(value) < 100 else 0)
