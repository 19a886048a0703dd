"""Uplift: from a send drawn by lot, whom to contact next time and what aiming is worth."""

import json
from pathlib import Path
from typing import Any

from mecene.cli import options, telling
from mecene.cli.lexicon import say

OUT = Path("mecene-uplift")
_SEED = 1


def uplift(
    file: options.File,
    arm: options.ArmColumn,
    control: options.ControlArm,
    outcome: options.OutcomeColumn,
    cost: options.ArmCosts,
    share: options.ArmShares = None,
    worth: options.Worth = None,
    budget: options.Budget = None,
    household: options.HouseholdColumn = None,
    ignore: options.IgnoredColumns = None,
    list_file: options.NextList = None,
    currency: options.Currency = None,
    out: options.Out = OUT,
    lang: options.Lang = "fr",
    as_json: options.Json = False,
) -> None:
    """Learn what a contact changed in each, value aiming, and aim the next list."""
    from mecene.uplift import experiment, refusal, study

    money_of = currency or "EUR"
    with telling.refusals(lang=lang), telling.progress(lang=lang, quiet=as_json) as tell:
        from mecene.cli import uplift_files

        table = uplift_files.read(file, texts=(arm, household))
        tell("uplift", 0, 1)
        try:
            sent = experiment.of(
                table.drop(*(name for name in ignore or () if name in table.columns)),
                arm=arm, control=control, outcome=outcome, household=household,
                shares=_shares(share, control, lang=lang),
            )  # fmt: skip
            people = uplift_files.read(list_file).height if list_file else table.height
            terms = _terms(sent, cost, worth, budget, people=people, currency=money_of, lang=lang)
            found = study.of(sent, terms, seed=_SEED)
            written = uplift_files.write(found, terms, out, listed=list_file, lang=lang)
        except refusal.Refusal as refused:
            telling.stop(refused.written(lang), lang=lang)
        tell("uplift", 1, 1)
    if as_json:
        telling.out(json.dumps(uplift_files.figures(found), ensure_ascii=False, allow_nan=False))
        return
    for line in _lines(found, sent, terms, currency=money_of, lang=lang):
        telling.out(line)
    telling.out()
    telling.out(say("uplift.files", lang=lang, files=", ".join(str(each) for each in written)))


def _shares(
    told: list[tuple[str, float]] | None, control: str, *, lang: str
) -> dict[object, float | str] | None:
    """Return the share of each arm; that of the control is what the others leave."""
    if not told:
        return None
    found: dict[object, float | str] = {}
    for arm, share in told:
        if not arm:
            telling.stop(say("errors.share_of_whom", lang=lang), lang=lang)
        found[arm] = share
    if control not in found:
        found[control] = 1 - sum(share for _, share in told)
    return found


def _terms(
    sent: Any,
    costs: list[tuple[str, float]],
    worth: float | None,
    budget: float | None,
    *,
    people: int,
    currency: str,
    lang: str,
) -> Any:
    """Return the terms in minor units; stop where a cost or a worth is missing."""
    from mecene import money
    from mecene.uplift.policy import Terms

    minor = 10 ** money.exponent(currency)
    named = {arm: cost for arm, cost in costs if arm}
    common = [cost for arm, cost in costs if not arm]
    missing = [arm for arm in sent.arms[1:] if arm not in named and not common]
    unknown = [arm for arm in named if arm not in sent.arms[1:]]
    if missing or unknown:
        words = {"arm": (missing or unknown)[0], "known": ", ".join(sent.arms[1:])}
        telling.stop(say("errors.cost_of_whom", lang=lang, **words), lang=lang)
    if worth is None and sent.binary:
        telling.stop(say("errors.worth_of_a_yes", lang=lang), lang=lang)
    each = tuple(minor * named.get(arm, common[-1] if common else 0.0) for arm in sent.arms[1:])
    purse = None if budget is None else minor * budget / max(people, 1)
    return Terms(each, minor * (1.0 if worth is None else worth), purse)


def _lines(found: Any, sent: Any, terms: Any, *, currency: str, lang: str) -> list[str]:
    """Return what a person is told: what to do, how sure that is, who stands where, cautions."""
    from mecene import money
    from mecene.uplift import sentences

    people = {name: int((sent.arm == place).sum()) for place, name in enumerate(sent.arms)}
    drawn = ", ".join(f"{name} {money.number(count, lang=lang)}" for name, count in people.items())
    first, *others = sentences.verdict(found.comparison, terms, currency=currency, lang=lang)
    lines = [
        say("uplift.drawn", lang=lang, people=drawn),
        "",
        first,
        *(f"  {each}" for each in others),
    ]
    for ranking in found.rankings:
        lines += ["", *sentences.ranking(ranking, sent, lang=lang)]
    lines += ["", say("uplift.groups", lang=lang)]
    for group in found.groups:
        net = money.text(1_000 * group.net_minor.value, currency=currency, lang=lang, decimals=0)
        share = money.percent(group.share, lang=lang)
        title = group.title(lang=lang)
        words = {"title": title, "share": share, "net": net, "words": group.words(lang=lang)}
        lines.append("  " + say("uplift.group", lang=lang, **words))
    return [*lines, "", *sentences.cautions(found, sent, lang=lang)]
