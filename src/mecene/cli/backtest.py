"""Backtest: what the scores would have said on days of the past, against what then happened."""

import json
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from mecene import money, period
from mecene.cli import fact_source, options, telling
from mecene.cli.lexicon import counted, say


def backtest(
    sources: options.Sources,
    months: options.Months = 12,
    origins: options.OriginCount = 3,
    as_of: options.AsOf = None,
    lang: options.Lang = "fr",
    as_json: options.Json = False,
) -> None:
    """Learn as of days of the past and compare with what followed; write nothing."""
    with (
        telling.refusals(lang=lang),
        tempfile.TemporaryDirectory(prefix="mecene-backtest-") as work,
        telling.progress(lang=lang, quiet=as_json) as tell,
        fact_source.opened(sources, out=Path(work), lang=lang, on_progress=tell) as source,
    ):
        day, said = fact_source.day(as_of, source, lang=lang)
        found, currency = _run(source.store, day, months, origins, on_progress=tell)
    if not found:
        words = {"months": months, "day": period.written(day, lang=lang)}
        telling.stop(say("errors.nothing_to_test", lang=lang, **words), lang=lang)
    if as_json:
        told = [_to_dict(each) for each in found]
        told_all = {"as_of": day.isoformat(), "currency": currency, "origins": told}
        telling.out(json.dumps(told_all, ensure_ascii=False, allow_nan=False))
        return
    telling.out(said)
    for each in found:
        for line in _lines(each, currency, lang=lang):
            telling.out(line)
    if len(found) < origins:
        telling.out()
        telling.out(counted("backtest.fewer", len(found), lang=lang))


def _run(
    store: Any, day: date, months: int, count: int, *, on_progress: telling.Progress
) -> tuple[list[Any], str]:
    """Return the tests of the last origins, oldest first, and the currency of their sums."""
    from mecene.scores import backtest as scores_backtest
    from mecene.scores import training

    found = []
    for back in range(1, count + 1):
        origin = period.add_months(day, -months * back)
        try:
            found.append(
                scores_backtest.run(
                    store, origin=origin, months=months, as_of=day, on_progress=on_progress
                )
            )
        except scores_backtest.NothingToTest:
            break  # nobody was known: neither was anybody earlier
    return found[::-1], training.currency(store, as_of=day)


def _lines(test: Any, currency: str, *, lang: str) -> list[str]:
    from mecene.cli import score_telling

    score = test.goodness["score"]
    gave = say(
        "backtest.origin",
        lang=lang,
        day=period.written(test.origin, lang=lang),
        months=test.months,
        donors=counted("intake.donors", score.donors, lang=lang),
        gave=money.number(score.outcomes, lang=lang),
        used=say(f"methods.{test.used}", lang=lang),
    )
    names = dict.fromkeys(("score", "mixture", *test.goodness))
    table = score_telling.table(test.goodness, tuple(names), lang=lang)
    euros = {
        name: money.text(value, currency=currency, lang=lang, decimals=0)
        for name, value in (("expected", test.expected_minor), ("seen", test.seen_minor))
    }
    if "mixture" not in test.goodness:
        table.append("  " + say("backtest.alone", lang=lang))
    lines = ["", gave, *table, "  " + say("backtest.income", lang=lang, **euros)]
    if test.groups:
        covered = money.percent(test.covered, lang=lang)
        lines.append("  " + say("backtest.covered", lang=lang, share=covered, n=test.groups))
    if test.by_depth and test.by_depth_rfm:
        depths = {
            name: money.percent(share, lang=lang)
            for name, share in (
                ("tenth", test.by_depth[0]),
                ("fifth", test.by_depth[1]),
                ("rfm_tenth", test.by_depth_rfm[0]),
                ("rfm_fifth", test.by_depth_rfm[1]),
            )
        }
        lines.append("  " + say("backtest.depth", lang=lang, **depths))
    return lines


def _to_dict(test: Any) -> dict[str, Any]:
    from mecene.cli import score_telling

    return {
        "origin": test.origin.isoformat(),
        "months": test.months,
        "used": test.used,
        "methods": {name: score_telling.numbers(each) for name, each in test.goodness.items()},
        "pit": list(test.pit),
        "expected_minor": test.expected_minor,
        "seen_minor": test.seen_minor,
        "covered": score_telling.number(test.covered),
        "groups": test.groups,
        "by_depth": list(test.by_depth),
        "by_depth_rfm": list(test.by_depth_rfm),
    }
