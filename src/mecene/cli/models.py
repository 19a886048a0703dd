"""Models: which models were kept of an association, what each was worth, and which one speaks."""

import json
from pathlib import Path
from typing import Any

from mecene import period
from mecene.cli import options, telling
from mecene.cli.lexicon import counted, say
from mecene.cli.score import MODELS


def models(
    models: options.Models,
    card: options.CardFile = None,
    lang: options.Lang = "fr",
    as_json: options.Json = False,
) -> None:
    """List the saved models of a folder, or of a report; write the card of one as a page."""
    with telling.refusals(lang=lang):
        found, speaks = _kept(models)
        if not found:
            telling.stop(say("errors.no_model", lang=lang, folder=models), lang=lang)
        if card:
            _write_card(found, speaks, card, lang=lang)
    if as_json:
        told = [_to_dict(each, speaks) for each in found]
        telling.out(json.dumps(told, ensure_ascii=False, allow_nan=False))
        return
    for each in found:
        for line in _lines(each, speaks, lang=lang):
            telling.out(line)
    for line in _compared(found, lang=lang):
        telling.out(line)
    if card:
        name = _shown(found, speaks).path.name
        telling.out(say("models.card_written", lang=lang, name=name, file=card.resolve()))


def _kept(asked: Path) -> tuple[list[Any], str | None]:
    """Return the models of a folder or a file, and the name of the one that speaks."""
    from mecene.cli import model_folder

    if asked.is_file():
        return [model_folder.one(asked)], model_folder.named(asked.parent)
    inside = asked / MODELS if (asked / MODELS).is_dir() else asked
    return list(model_folder.kept(inside)), model_folder.named(inside)


def _shown(found: list[Any], speaks: str | None) -> Any:
    """Return the model whose card is asked for: the champion, else the latest that reads."""
    readable = [each for each in found if each.fitted is not None]
    champions = [each for each in readable if each.path.name == speaks]
    return (champions or readable or found)[-1]


def _write_card(found: list[Any], speaks: str | None, file: Path, *, lang: str) -> None:
    from mecene.cli import model_folder
    from mecene.report import card_page, easel

    kept = _shown(found, speaks)
    if kept.fitted is None:
        kept = model_folder.read(kept.path, lang=lang)  # it stops, and says why
    easel.prepare()
    text = card_page.html(kept.fitted, kept.card, name=kept.path.name, lang=lang)
    part = file.with_suffix(f"{file.suffix}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(file)


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
    lines += [f"    {line}" for line in _tested(kept, lang)]
    key = "fresh" if kept.usable else "other_features"
    return [*lines, "    " + say(f"models.{key}", lang=lang)]


def _tested(kept: Any, lang: str) -> list[str]:
    from mecene.cli import card_telling

    if kept.card is None:
        return [say("models.untested", lang=lang)]
    return card_telling.lines(kept.card, lang=lang)


def _compared(found: list[Any], *, lang: str) -> list[str]:
    """Return the models that were tested side by side, where there are two."""
    from mecene.cli import card_telling

    tested = {each.path.name: each.card for each in found if each.card is not None}
    if len(tested) < 2:
        return []
    return ["", say("models.compared", lang=lang), *card_telling.table(tested, lang=lang)]


def _to_dict(kept: Any, speaks: str | None) -> dict[str, Any]:
    from mecene.cli import score_telling

    return {
        "file": kept.path.name,
        "champion": kept.path.name == speaks,
        "readable": kept.fitted is not None,
        "usable": kept.usable,
        "model": score_telling.described(kept.fitted, kept.card) if kept.fitted else None,
    }
