"""Score: what each donor will do, how sure that is, and what they give together in a year."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from mecene import period
from mecene.cli import fact_source, options, telling
from mecene.cli.lexicon import say

OUT = Path("mecene-report")
MODELS = "models"


def score(
    sources: options.Sources,
    as_of: options.AsOf = None,
    model: options.ModelFile = None,
    out: options.MaybeOut = None,
    lang: options.Lang = "fr",
    as_json: options.Json = False,
) -> None:
    """Learn from the past, or read a model, and write every donor's scores."""
    with telling.refusals(lang=lang):
        into = out or fact_source.home(sources) or OUT
        with (
            telling.progress(lang=lang, quiet=as_json) as tell,
            fact_source.opened(sources, out=into, lang=lang, on_progress=tell) as source,
        ):
            day, said = fact_source.day(as_of, source, lang=lang)
            found = _run(source.store, day, model, into, lang=lang, on_progress=tell)
    if as_json:
        telling.out(json.dumps(found.to_dict(), ensure_ascii=False, allow_nan=False))
        return
    telling.out(said)
    for line in found.lines(lang=lang):
        telling.out(line)


def _run(
    store: Any,
    day: date,
    file: Path | None,
    into: Path,
    *,
    lang: str,
    on_progress: telling.Progress,
) -> Any:
    """Learn or read, score, write; return the ``score_telling.Scored``."""
    from mecene.cli import model_folder, score_files, score_telling
    from mecene.scores import model, saved
    from mecene.segments import rules

    outcome = None
    if file:
        path, fitted = file, model_folder.read(file, lang=lang)
        if fitted.as_of > day:
            learnt_on, asked = (period.written(each, lang=lang) for each in (fitted.as_of, day))
            words = {"path": file, "learnt": learnt_on, "day": asked}
            telling.stop(say("errors.model_of_the_future", lang=lang, **words), lang=lang)
    else:
        path = model_folder.path_of(into / MODELS, day)
        learnt = model.fit(store, as_of=day, on_progress=on_progress)
        saved.write(learnt, path)
        challenger = model_folder.Kept(path, learnt)
        outcome = model_folder.compete(store, challenger, as_of=day, on_progress=on_progress)
        path, fitted = outcome.speaks.path, outcome.speaks.fitted or learnt
    into.mkdir(parents=True, exist_ok=True)
    tags = rules.load(None).tags
    try:
        written = score_files.write(
            fitted,
            store,
            into,
            as_of=day,
            lang=lang,
            mid_minor=tags.mid_value_minor,
            major_minor=tags.major_minor,
            on_progress=on_progress,
        )
    except score_files.NobodyToScore:
        words = {"day": period.written(day, lang=lang)}
        telling.stop(say("errors.nobody_to_score", lang=lang, **words), lang=lang)
    return score_telling.Scored(day, fitted, path, written, outcome, into)
