"""Check: what would be read of a file and what rejected, without writing anything that stays."""

import csv
import json
import tempfile
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

from mecene.cli import options, telling
from mecene.cli.lexicon import say

_SHOWN = 5


def check(
    file: options.File,
    table: options.TableName = None,
    mapping: options.MappingFile = None,
    lang: options.Lang = "fr",
    currency: options.Currency = None,
    encoding: options.Encoding = None,
    delimiter: options.Delimiter = None,
    sheet: options.Sheet = None,
    as_json: options.Json = False,
) -> None:
    """Show what was recognised, count facts and rejects, and keep nothing."""
    with telling.refusals(lang=lang):
        from mecene.cli import collect
        from mecene.sources.files import Overrides

        asked = collect.Asked(
            tables={table or "gifts": (file,)},
            certain=table is not None,
            mapping=mapping,
            currency=currency,
            overrides=Overrides(encoding=encoding, delimiter=delimiter, sheet=sheet),
        )
        found = _dry_run(asked, lang=lang, quiet=as_json)
    if as_json:
        telling.out(json.dumps(found, ensure_ascii=False))
        return
    for line in _lines(found, lang):
        telling.out(line)


def _dry_run(asked: Any, *, lang: str, quiet: bool) -> dict[str, Any]:
    from mecene.cli import collect
    from mecene.sources import rejects, staging

    [(reading, known)] = collect.recognise(asked)
    with (
        tempfile.TemporaryDirectory(prefix="mecene-check-") as work,
        telling.progress(lang=lang, quiet=quiet) as tell,
    ):
        with rejects.opened(Path(work) / "rejects.csv", lang=lang) as ledger:
            staged = staging.stage(
                [(reading, known)],
                into=Path(work) / "staging",
                ledger=ledger,
                on_progress=lambda name, rows: tell("reading", rows, 0),
            )
        first = _first_rejects(Path(work) / "rejects.csv")
    account = staged.files[0]
    reasons: Counter[str] = Counter()
    for (_, code), count in ledger.by_problem.items():
        reasons[collect.problem(code, lang=lang)] += count
    return {
        "file": reading.name,
        "format": reading.format,
        "encoding": reading.encoding,
        "delimiter": reading.delimiter,
        "header": reading.header,
        "sheet": reading.sheet,
        "table": known.table,
        "preset": known.preset,
        "columns": {column.header: column.role for column in known.columns},
        "year_columns": [header for header, _ in known.years],
        "attributes": dict(known.attributes),
        "unused": list(known.unused),
        "rows_read": account.rows,
        "facts": account.facts.total(),
        "facts_by_table": dict(account.facts),
        "rejects": account.rejects.total(),
        "rejects_by_problem": dict(reasons),
        "identical_rows": account.identical,
        "notes": [note.written(lang) for note in account.notes],
        "first_rejects": first,
    }


def _first_rejects(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(islice(csv.DictReader(file), _SHOWN))


def _lines(found: dict[str, Any], lang: str) -> list[str]:
    from mecene.cli import summing_up
    from mecene.sources import presets, roles

    delimiter = {"\t": "TAB", None: "–"}.get(found["delimiter"], found["delimiter"])
    lines = [
        say(
            "check.file",
            lang=lang,
            name=found["file"],
            format=found["format"],
            encoding=found["encoding"] or "–",
            delimiter=delimiter,
            table=say(f"tables.{found['table']}", lang=lang),
        )
    ]
    if found["preset"]:
        title = presets.named(found["preset"]).title
        lines.append(say("check.preset", lang=lang, preset=title))
    if not found["header"]:
        lines.append(say("check.no_header", lang=lang))
    lines += [
        f"    {header} → {roles.written(role, lang=lang)} ({role})"
        for header, role in found["columns"].items()
    ]
    if found["year_columns"]:
        lines.append(say("check.years", lang=lang, years=", ".join(found["year_columns"])))
    if found["attributes"]:
        lines.append(say("check.attributes", lang=lang, names=", ".join(found["attributes"])))
    if found["unused"]:
        lines.append(say("check.unused", lang=lang, names=", ".join(found["unused"])))
    lines += [f"    · {note}" for note in found["notes"]]
    counts = (found["rows_read"], found["facts"], found["rejects"])
    lines.append(summing_up.account(found["file"], *counts, lang=lang))
    lines += [f"    ✗ {count} × {reason}" for reason, count in found["rejects_by_problem"].items()]
    if found["first_rejects"]:
        lines.append(say("check.first", lang=lang))
        lines += [
            say("check.reject", lang=lang, **{name: line[name] or "–" for name in line})
            for line in found["first_rejects"]
        ]
    lines.append(say("check.nothing_written", lang=lang))
    return lines
