"""Models: which models were kept of an association, how good each was, and which one speaks."""

import json
from typing import Any

from mecene import period
from mecene.cli import options, telling
from mecene.cli.lexicon import counted, say
from mecene.cli.score import MODELS


def models(
    folder: options.Folder,
    lang: options.Lang = "fr",
    as_json: options.Json = False,
) -> None:
    """List the saved models of a folder, or of a report."""
    with telling.refusals(lang=lang):
        from mecene.cli import model_folder

        inside = folder / MODELS if (folder / MODELS).is_dir() else folder
        found = list(model_folder.kept(inside))
        speaks = model_folder.named(inside)
    if not found:
        telling.stop(say("errors.no_model", lang=lang, folder=folder), lang=lang)
    if as_json:
        told = [_to_dict(each, speaks) for each in found]
        telling.out(json.dumps(told, ensure_ascii=False, allow_nan=False))
        return
    for each in found:
        for line in _lines(each, speaks, lang=lang):
            telling.out(line)


def _lines(kept: Any, speaks: str | None, *, lang: str) -> list[str]:
    from mecene.cli import score_telling

    name = kept.path.name
    head = say("models.champion", lang=lang, name=name) if name == speaks else name
    fitted = kept.fitted
    if fitted is None:
        return [head, "    " + say("models.unreadable", lang=lang)]
    learnt = say(
        "models.learnt" if fitted.origins else "models.learnt_nothing",
        lang=lang,
        day=period.written(fitted.as_of, lang=lang),
        first=fitted.origins[0].isoformat() if fitted.origins else "",
        last=fitted.origins[-1].isoformat() if fitted.origins else "",
        months=fitted.period_months,
        rows=counted("scores.rows", fitted.donors, lang=lang),
    )
    lines = [head, f"    {learnt}", f"    {score_telling.sure(fitted, lang=lang)}"]
    lines += [f"    {line}" for line in _tested(fitted, lang)]
    key = "fresh" if kept.usable else "other_features"
    return [*lines, "    " + say(f"models.{key}", lang=lang)]


def _tested(fitted: Any, lang: str) -> list[str]:
    from mecene.cli.score_telling import figure

    if not fitted.giving.tests:
        return [say("models.untested", lang=lang)]
    test = fitted.giving.tests[-1]
    used = test.goodness.get(fitted.giving.method, test.goodness["mixture"])
    return [
        say(
            "models.tested",
            lang=lang,
            day=period.written(test.origin, lang=lang),
            log_loss=figure(used.log_loss, lang=lang, decimals=4),
            auc=figure(used.auc, lang=lang, decimals=3),
        )
    ]


def _to_dict(kept: Any, speaks: str | None) -> dict[str, Any]:
    from mecene.cli import score_telling

    return {
        "file": kept.path.name,
        "champion": kept.path.name == speaks,
        "readable": kept.fitted is not None,
        "usable": kept.usable,
        "model": score_telling.described(kept.fitted) if kept.fitted else None,
    }
