"""Analyse: from the files an association has to the report, in one command."""

import json
from contextlib import suppress
from datetime import date
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any, NoReturn

from mecene import period
from mecene.cli import fact_source, options, publishing, telling
from mecene.cli.lexicon import say

OUT = Path("mecene-report")
# Files that make it worth asking how each donor is best reached.
_OF_CONTACTS = ("contacts", "interactions")


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
    contact_cost: options.ContactCost = None,
    currency: options.Currency = None,
    encoding: options.Encoding = None,
    delimiter: options.Delimiter = None,
    sheet: options.Sheet = None,
    as_json: options.Json = False,
) -> None:
    """Read the files, work everything out, write the report."""
    tables = {
        "gifts": gifts, "donors": donors, "recurring_gifts": recurring, "contacts": contacts,
        "interactions": interactions, "consents": consents, "campaigns": campaigns,
        "series": series,
    }  # fmt: skip
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
            contact_cost=contact_cost,
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
    contact_cost: float | None = None,
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
        contact_cost: What writing to one donor costs; None: a letter's usual cost.
        quiet: Whether to print nothing.
    """
    from mecene.cli import collect
    from mecene.report import easel
    from mecene.segments import rules as segment_rules

    thresholds = segment_rules.load(rules)
    easel.prepare()
    _read_meanwhile()
    recognised = _recognised(asked, lang=lang, quiet=quiet)
    with publishing.bench(out) as work, telling.progress(lang=lang, quiet=quiet) as tell:
        made = work / "report"
        made.mkdir()
        try:
            collected = collect.collect(
                recognised, asked, into=made, work=work, lang=lang, on_progress=tell
            )
            from mecene.cli import summing_up

            if not quiet:
                summing_up.intake(collected.intake, lang=lang)
            told_of_contacts = any(collected.store.files(name) for name in _OF_CONTACTS)
            day, said = _day(as_of, collected, recognised, lang=lang)
            asking = {"rules": thresholds, "as_of": day, "into": work, "lang": lang}
            asking |= {"discount_rate": discount_rate, "contact_cost": contact_cost}
            asking["fiscal_year_start"] = fiscal_year_start
            found, figures = _written(collected, made, on_progress=tell, **asking)
            publishing.publish(made, out)
        finally:
            # Without a report, the rejects say why.
            publishing.publish_one(made, out, "rejects.csv")
    if not quiet:
        summing_up.analysis(found, out, lang=lang, day=said)
        if told_of_contacts:
            telling.out(say("watch.pointer", lang=lang, out=out))
    return figures


def _read_meanwhile() -> None:
    """Have what an analysis imports imported while files are read, which leaves it a core."""
    Thread(target=_imported, name="imports", daemon=True).start()


def _imported() -> None:
    # What is missing, who needs it will say.
    with suppress(ImportError):
        for name in ("mecene.report.analysis", "mecene.report.folder", "mecene.cli.summing_up"):
            import_module(name)
        trees: Any = import_module("mecene.scores.trees")
        trees.available()


def _written(
    collected: Any, made: Path, *, on_progress: telling.Progress, **asking: Any
) -> tuple[Any, dict[str, Any]]:
    """Work everything out and write it into a folder; return the analysis and its metrics."""
    from mecene.report import analysis, document, folder
    from mecene.report.question import Question

    begun: list[document.Begun] = []
    found = analysis.analyse(
        Question(collected.store, on_progress=on_progress, **asking),
        # Pictures of what is known are drawn while the rest is worked out.
        on_measured=lambda known: begun.append(document.begun(known, lang=asking["lang"])),
    )
    first = begun[0] if begun else None
    return found, folder.write(found, collected.intake, made, on_progress=on_progress, first=first)


def _day(told: date | None, collected: Any, recognised: Any, *, lang: str) -> tuple[date, str]:
    """Return the day of the analysis, and the sentence that says it; stop where there is none."""
    if told:
        return told, say("done.as_of_told", lang=lang, day=period.written(told, lang=lang))
    found = fact_source.after_the_latest(collected.store, lang=lang)
    if not found:
        _stop_without_gift(collected, recognised, lang=lang)
    return found


def _stop_without_gift(collected: Any, recognised: Any, *, lang: str) -> NoReturn:
    if any(file.by_table.get("gifts") or file.rejects for file in collected.intake.files):
        telling.stop(say("errors.no_gift", lang=lang), lang=lang)
    tables = ", ".join(
        say(
            "intake.table", lang=lang, table=reading.name, n=say(f"tables.{known.table}", lang=lang)
        )
        for reading, known in recognised
    )
    telling.stop(say("errors.no_gift_file", lang=lang, tables=tables), lang=lang)


def _recognised(asked: Any, *, lang: str, quiet: bool) -> Any:
    from mecene.cli import collect

    with telling.progress(lang=lang, quiet=quiet) as tell:
        tell("recognition", 0, 0)
        return collect.recognise(asked)
