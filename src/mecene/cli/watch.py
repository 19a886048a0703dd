"""Watch: who drifts away from their own habits, what has changed, and how to reach each."""

import json
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from mecene import money, period
from mecene.cli import fact_source, options, publishing, telling
from mecene.cli.lexicon import counted, say

OUT = Path("mecene-report")
_DONORS = "donors.parquet"


def watch(
    sources: options.Sources,
    as_of: options.AsOf = None,
    false_alarms: options.FalseAlarms = "5%",
    out: options.MaybeOut = None,
    lang: options.Lang = "fr",
    as_json: options.Json = False,
) -> None:
    """Raise alarms with their evidence, learn how to reach everybody, write the page."""
    with telling.refusals(lang=lang):
        into = out or fact_source.home(sources) or OUT
        with (
            telling.progress(lang=lang, quiet=as_json) as tell,
            fact_source.opened(sources, out=into, lang=lang, on_progress=tell) as source,
        ):
            day, said = fact_source.day(as_of, source, lang=lang)
            worth = _worth(fact_source.home(sources), day=day, of_report=source.as_of)
            found, figures = _run(
                source.store, day, into, rate=false_alarms, worth=worth, lang=lang, tell=tell
            )
    if as_json:
        telling.out(json.dumps(figures, ensure_ascii=False, allow_nan=False))
        return
    telling.out(said)
    for line in _lines(found, figures, into, lang=lang):
        telling.out(line)


def _run(
    store: Any,
    day: date,
    into: Path,
    *,
    rate: float,
    worth: Any,
    lang: str,
    tell: telling.Progress,
) -> tuple[Any, dict[str, Any]]:
    """Look, and write; return what was found and its figures."""
    from mecene.report import easel
    from mecene.report.watch import folder, looking

    easel.prepare()
    with publishing.bench(into) as work:
        made = work / "report"
        made.mkdir()
        asked = looking.Asked(store, day, lang, Path(tempfile.mkdtemp(dir=work)), rate, worth)
        try:
            found = looking.look(asked, on_progress=tell)
        except looking.NobodyToWatch:
            words = {"day": period.written(day, lang=lang)}
            telling.stop(say("errors.nobody_to_watch", lang=lang, **words), lang=lang)
        tell("writing", 0, 1)
        for path in folder.write(found, made):
            publishing.publish_one(made, into, path.name)
        tell("writing", 1, 1)
        return found, folder.figures(found)


def _worth(folder: Path | None, *, day: date, of_report: date | None) -> Any:
    """Return what the report of the same day expects of each donor; None where there is none."""
    file = folder / _DONORS if folder else None
    if file is None or of_report != day or not file.is_file():
        return None
    import polars as pl

    return pl.read_parquet(file, columns=["donor_id", "expected_value_12m_minor"])


def _lines(found: Any, figures: dict[str, Any], into: Path, *, lang: str) -> list[str]:
    """Return what a person is told."""
    from mecene.report.watch import folder

    stake = money.text(
        figures["at_stake_minor"], currency=figures["currency"], lang=lang, decimals=0
    )
    lines = [
        counted("watch.watched", figures["watched"], lang=lang),
        counted("watch.lapsed", figures["lapsed"], lang=lang),
        _alarms(figures, lang=lang),
        counted("watch.listed", figures["listed"], lang=lang, stake=stake),
    ]
    past = found.past
    if past is None:
        lines.append(say("watch.no_past", lang=lang))
    else:
        marks = past.marks["all"]
        lines.append(
            say(
                "watch.past",
                lang=lang,
                day=period.written(past.day, lang=lang),
                recall=_share(marks.recall, lang),
                precision=_share(marks.precision, lang),
                eventual=_share(marks.eventual_precision, lang),
                rate=money.percent(marks.false_alarm_rate, lang=lang, decimals=1),
            )
        )
        lines.append(say("watch.bar", lang=lang))
        if past.lead_days is not None:
            days = money.number(past.lead_days, lang=lang)
            lines.append(say("watch.lead", lang=lang, days=days))
    if found.unknown:
        names = ", ".join(say(f"unknown.{name}", lang=lang) for name in found.unknown)
        lines.append(say("watch.unknown", lang=lang, list=names))
    page = (into / folder.PAGE).resolve()
    return [*(f"  {line}" for line in lines), "",
            say("watch.files", lang=lang, page=page, out=into.resolve())]  # fmt: skip


def _alarms(figures: dict[str, Any], *, lang: str) -> str:
    rate = figures["false_alarm_rate"]
    decimals = 0 if abs(100 * rate - round(100 * rate)) < 1e-9 else 1
    return counted(
        "watch.alarms",
        figures["alarms"],
        lang=lang,
        strong=money.number(figures["strong"], lang=lang),
        chance=money.number(round(figures["by_chance"]), lang=lang),
        rate=money.percent(rate, lang=lang, decimals=decimals),
    )


def _share(share: float, lang: str) -> str:
    return "–" if share != share else money.percent(share, lang=lang)
