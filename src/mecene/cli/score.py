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
    contact_cost: options.ContactCost = None,
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
            found = _run(
                source.store,
                day,
                model,
                into,
                contact_cost=contact_cost,
                lang=lang,
                on_progress=tell,
            )
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
    contact_cost: float | None,
    lang: str,
    on_progress: telling.Progress,
) -> Any:
    """Learn or read, score, write; return the ``score_telling.Scored``."""
    from mecene.cli import model_folder, score_files, score_telling
    from mecene.segments import rules

    outcome = None
    if file:
        kept = _read(file, day, lang=lang)
    else:
        path = model_folder.path_of(into / MODELS, day)
        challenger = _learnt(store, day, path, contact_cost, lang=lang, on_progress=on_progress)
        outcome = model_folder.compete(store, challenger, as_of=day, on_progress=on_progress)
        kept = outcome.speaks if outcome.speaks.fitted else challenger
    into.mkdir(parents=True, exist_ok=True)
    tags = rules.load(None).tags
    try:
        written = score_files.write(
            kept.fitted,
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
    return score_telling.Scored(day, kept, written, outcome, into)


def _read(file: Path, day: date, *, lang: str) -> Any:
    """Return the ``model_folder.Kept`` of a file; stop where it cannot speak of that day."""
    from mecene.cli import model_folder

    kept = model_folder.read(file, lang=lang)
    learnt_on = kept.fitted.as_of if kept.fitted else day
    if learnt_on > day:
        learnt, asked = (period.written(each, lang=lang) for each in (learnt_on, day))
        words = {"path": file, "learnt": learnt, "day": asked}
        telling.stop(say("errors.model_of_the_future", lang=lang, **words), lang=lang)
    return kept


def _learnt(
    store: Any,
    day: date,
    path: Path,
    contact_cost: float | None,
    *,
    lang: str,
    on_progress: telling.Progress,
) -> Any:
    """Return the ``model_folder.Kept`` of a model learnt anew, put to the test, and written."""
    from mecene.cli import model_folder
    from mecene.report import foresight
    from mecene.scores import history, leaks, saved
    from mecene.segments import rules

    known = history.read(store, as_of=day, on_progress=on_progress)
    try:
        learnt, card = foresight.taught(
            known, rules=rules.load(None), contact_cost=contact_cost, on_progress=on_progress
        )
    except leaks.LeakingColumn as leak:
        column = leaks.column(leak.column, lang=lang)
        telling.stop(say("errors.leaking_column", lang=lang, column=column), lang=lang)
    saved.write(learnt, path, card=card)
    return model_folder.Kept(path, learnt, card)
