"""Analyse: from the files an association has to the report, in one command."""

import json
import shutil
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from mecene.cli import options, telling
from mecene.cli.lexicon import say

OUT = Path("mecene-report")


def analyse(
    gifts: options.Files,
    donors: options.Table = [],  # noqa: B006 -- typer reads the default, nobody mutates it
    recurring: options.Table = [],  # noqa: B006
    contacts: options.Table = [],  # noqa: B006
    interactions: options.Table = [],  # noqa: B006
    consents: options.Table = [],  # noqa: B006
    campaigns: options.Table = [],  # noqa: B006
    series: options.Table = [],  # noqa: B006
    as_of: options.AsOf = None,
    out: options.Out = OUT,
    lang: options.Lang = "fr",
    mapping: options.MappingFile = None,
    rules: options.RulesFile = None,
    undo: options.UndoFile = None,
    overlap: options.Overlap = "keep",
    fiscal_year_start: options.YearStart = 1,
    discount_rate: options.DiscountRate = 0.03,
    currency: options.Currency = None,
    encoding: options.Encoding = None,
    delimiter: options.Delimiter = None,
    sheet: options.Sheet = None,
    as_json: options.Json = False,
) -> None:
    """Read the files, work everything out, write the report."""
    tables = {
        "gifts": gifts,
        "donors": donors,
        "recurring_gifts": recurring,
        "contacts": contacts,
        "interactions": interactions,
        "consents": consents,
        "campaigns": campaigns,
        "series": series,
    }
    with telling.refusals(lang=lang):
        from mecene.cli import collect
        from mecene.sources.files import Overrides

        asked = collect.Asked(
            tables={name: tuple(paths) for name, paths in tables.items()},
            mapping=mapping,
            overrides=Overrides(encoding=encoding, delimiter=delimiter, sheet=sheet),
            overlap=overlap,
            currency=currency,
            undo=undo,
        )
        figures = run(
            asked,
            as_of=as_of,
            out=out,
            lang=lang,
            rules=rules,
            fiscal_year_start=fiscal_year_start,
            discount_rate=discount_rate,
            quiet=as_json,
        )
    if as_json:
        telling.out(json.dumps(figures, ensure_ascii=False, allow_nan=False))


def run(
    asked: Any,
    *,
    as_of: date | None,
    out: Path,
    lang: str,
    rules: Path | None = None,
    fiscal_year_start: int = 1,
    discount_rate: float = 0.03,
    quiet: bool = False,
) -> dict[str, Any]:
    """Read, analyse and write; return the metrics.

    Args:
        asked: A ``collect.Asked``.
        as_of: The day; None: the day after the latest gift.
        out: The report's folder.
        lang: ``fr`` or ``en``.
        rules: A file of thresholds of one's own.
        fiscal_year_start: First month of the association's year, 1..12.
        discount_rate: A year's; 0.03 makes a euro in a year worth 0.97 now.
        quiet: Whether to print nothing.
    """
    from mecene.cli import collect, summing_up
    from mecene.report import analysis, folder
    from mecene.report.question import Question
    from mecene.segments import rules as segment_rules

    thresholds = segment_rules.load(rules)
    recognised = _recognised(asked, lang=lang, quiet=quiet)
    out.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(out / "facts", ignore_errors=True)
    # Beside the report, not in a temporary folder of the system: it holds people's names, and a
    # small machine's /tmp may be in memory.
    with (
        tempfile.TemporaryDirectory(prefix=".work-", dir=out) as work,
        telling.progress(lang=lang, quiet=quiet) as tell,
    ):
        collected = collect.collect(
            recognised, asked, into=out, work=Path(work), lang=lang, on_progress=tell
        )
        if not quiet:
            summing_up.intake(collected.intake, lang=lang)
        day = as_of or collect.day_after_latest_gift(collected.store)
        if day is None:
            telling.stop(say("errors.no_gift", lang=lang), lang=lang)
        assert day is not None
        found = analysis.analyse(
            Question(
                collected.store,
                as_of=day,
                into=Path(work),
                lang=lang,
                rules=thresholds,
                fiscal_year_start=fiscal_year_start,
                discount_rate=discount_rate,
                on_progress=tell,
            )
        )
        figures = folder.write(found, collected.intake, out, on_progress=tell)
    if not quiet:
        summing_up.analysis(found, out, lang=lang, told=as_of is not None)
    return figures


def _recognised(asked: Any, *, lang: str, quiet: bool) -> Any:
    from mecene.cli import collect

    with telling.progress(lang=lang, quiet=quiet) as tell:
        tell("recognition", 0, 0)
        return collect.recognise(asked)
