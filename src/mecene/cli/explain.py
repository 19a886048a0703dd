"""Explain: all that is known of one donor, and why they stand where they stand."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from mecene.cli import options, telling
from mecene.cli.lexicon import say


def explain(
    donor: options.Donor,
    folder: options.ReportFolder = Path("mecene-report"),
    lang: options.Lang = "fr",
    as_json: options.Json = False,
) -> None:
    """Show a donor by our number, by their reference, e-mail or name."""
    from mecene.report import portrait

    try:
        found = portrait.find(folder, donor)
    except (portrait.NoReport, portrait.NobodyFound, portrait.SeveralFound) as refused:
        telling.stop(_refusal(refused, folder, donor, lang), lang=lang)
    if as_json:
        telling.out(json.dumps(found.to_dict(), ensure_ascii=False, default=_iso))
        return
    for line in portrait.lines(found, lang=lang):
        telling.out(line)


def _refusal(refused: Exception, folder: Path, donor: str, lang: str) -> str:
    from mecene.report import portrait

    if isinstance(refused, portrait.NoReport):
        return say("errors.no_report", lang=lang, folder=folder)
    if isinstance(refused, portrait.SeveralFound):
        return say("errors.several_donors", lang=lang, asked=donor, found=refused)
    return say("errors.nobody", lang=lang, asked=donor)


def _iso(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
