"""Attribution: by which paths people came to act, and what each channel may be credited with."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mecene.cli import fact_source, options, publishing, telling
from mecene.cli.lexicon import say

OUT = Path("mecene-report")
SEED = 1901


def attribution(
    sources: options.Sources,
    act: options.Act = "gift",
    as_of: options.AsOf = None,
    window: options.WindowDays = 90,
    order: options.Order = 1,
    caused: options.CausedFile = None,
    seed: options.Seed = SEED,
    out: options.MaybeOut = None,
    lang: options.Lang = "fr",
    as_json: options.Json = False,
) -> None:
    """Look for paths, credit each channel by two rules, write the page and the tables."""
    with telling.refusals(lang=lang):
        into = out or fact_source.home(sources) or OUT
        with (
            telling.progress(lang=lang, quiet=as_json) as tell,
            fact_source.opened(sources, out=into, lang=lang, on_progress=tell) as source,
            publishing.bench(into) as work,
        ):
            from mecene.attribution import credit, looking
            from mecene.report import easel
            from mecene.report.paths import folder
            from mecene.scores import training

            easel.prepare()
            day, said = fact_source.day(as_of, source, lang=lang)
            currency = training.currency(source.store, as_of=day)
            asked = looking.Asked(
                act, day, currency, window, order, seed, _caused(caused, lang=lang)
            )
            try:
                found = looking.of(source.store, asked, on_progress=tell)
            except credit.UnknownChannel as unknown:
                telling.stop(
                    say("errors.no_such_path", lang=lang, channel=unknown.channel), lang=lang
                )
            made = work / "report"
            made.mkdir()
            for path in folder.write(found, made, lang=lang):
                publishing.publish_one(made, into, path.name)
    if as_json:
        telling.out(json.dumps(folder.figures(found), ensure_ascii=False, allow_nan=False))
        return
    page = (into / folder.PAGE).resolve()
    for line in (said, *folder.lines(found, lang=lang), ""):
        telling.out(line)
    telling.out(say("attribution.files", lang=lang, page=page, out=into.resolve()))


def _caused(file: Path | None, *, lang: str) -> Mapping[str, Any]:
    """Return what hold-outs say, read of a file; nothing where there is none."""
    from mecene.attribution import causes

    if file is None:
        return {}
    try:
        return causes.read(file)
    except causes.UnreadableCauses as wrong:
        words = {"file": file, "row": wrong.row, "column": wrong.column}
        telling.stop(say("errors.unreadable_causes", lang=lang, **words), lang=lang)
