"""Showing: an import as its pages show it, in the reader's language."""

import json
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator

from mecene.sources import problems, roles
from mecene_web.design import words
from mecene_web.donors.models import Donor
from mecene_web.imports import check, progress, receive, resting, told
from mecene_web.imports.models import File, Import
from mecene_web.tasks.models import Work

_A_PAGE = 50
_COLUMNS = 150
_NAMED = 10
# Rows that were facts when checked, and are there already (``load``).
_KNOWN = ("skipped", "known_campaigns", "known_recurring_gifts")
# Words that hold for all the rows that have a problem.
_ANY = {"value": "…", "column": "…"}
_TABLES = ("gifts", "donors", "recurring_gifts", "contacts", "interactions", "consents",
           "campaigns", "attributes")  # fmt: skip


def summaries(number: str) -> Page[Import]:
    """Return a page of imports, the latest first."""
    made = Import.objects.select_related("by").prefetch_related("files").order_by("-pk")
    return Paginator(made, _A_PAGE).get_page(number)


def one(made: Import, work: Work | None) -> dict[str, Any]:
    """Return what the page of an import shows."""
    files = [_file(made, file) for file in made.files.order_by("pk")]
    overlap = made.account.get("overlap", {}).get("rows", 0)
    return {
        "title": words.say("imports", "page.one", number=made.pk),
        "made": made,
        "work": work,
        "stopped": work is None and made.state in ("uploaded", "loading", "undoing"),
        "last": progress.of(made.pk),
        "problem": made.problem and f"imports:problems.{made.problem}",
        "files": files,
        "totals": _totals(files, made.account.get("loaded", {})),
        "overlap": overlap,
        "examples": [
            row | {"given_on": date.fromisoformat(row["given_on"])}
            for row in (_kept_beside(made, check.EXAMPLES) if overlap else [])
        ],
        "has_rejects": (receive.folder_of(made.pk) / check.REJECTS).exists(),
        "to_load": made.state == "checked" and any(file["new"] for file in files),
        "loaded": _counted(made.account.get("loaded", {})),
        "may_describe": made.state in ("checked", "failed") and work is None,
    }


def going(made: Import) -> dict[str, Any]:
    """Return what taking an import back would remove, and what would stay."""
    found = resting.going(made.pk)
    facts = resting.facts(made.pk)
    context: dict[str, Any] = {
        "title": words.say("imports", "page.undo", number=made.pk),
        "made": made,
        "facts": _counted(facts),
        "refunds": facts.get("refunds", 0),
        "donors": found.donors.len(),
        "records": found.records.len(),
        "staying": found.staying.len(),
        "named": Donor.objects.filter(pk__in=found.staying.head(_NAMED).to_list()),
        "needed": None,
    }
    try:
        resting.check(made.pk)
    except resting.StillNeeded as refused:
        context["needed"] = refused
    return context


def account_of(made: Import, file: File) -> dict[str, Any]:
    """Return what was recognised in a file when it was last checked."""
    found = [each for each in made.account.get("files", ()) if each["id"] == file.pk]
    return found[0] if found else {"name": file.name}


def _file(made: Import, file: File) -> dict[str, Any]:
    seen = account_of(made, file)
    lang = words.language()
    samples = _kept_beside(made, check.SAMPLES)
    known = made.account.get("overlap", {}).get("by_file", {}).get(seen["name"], 0)
    facts = seen.get("facts", {})
    return {
        "file": file,
        "seen": seen,
        "facts": _counted(facts),
        "new": sum(facts.values()) > 0,
        "known": known,
        "reasons": [
            (count, problems.fill(problems.words(code, lang=lang).reason, _ANY),
             problems.fill(problems.words(code, lang=lang).remedy, _ANY))
            for code, count in seen.get("by_problem", {}).items()
        ],
        "notes": [note[lang] for note in seen.get("notes", ())],
        "refused": seen.get("refused", {}).get(lang),
        "columns": _columns(seen, lang),
        "more_columns": max(0, len(seen.get("headers", ())) - _COLUMNS),
        "sample": samples.get(str(file.pk), []) if isinstance(samples, dict) else [],
        "choices": _choices(file, seen),
        "dates": sorted({how["order"] for how in seen.get("dates", {}).values()}),
        "decimals": sorted({how["decimal"] for how in seen.get("amounts", {}).values()}),
        "currencies": sorted({how["currency"] for how in seen.get("amounts", {}).values()}),
    }  # fmt: skip


def _columns(seen: dict[str, Any], lang: str) -> list[dict[str, Any]]:
    """Return the columns of a file, each with what it may be and what it is taken for."""
    table = seen.get("table")
    offered = roles.of(table) if table else {}
    named = {role: roles.written(role, lang=lang) for role in offered}
    known = dict(seen.get("roles", ()))
    found = []
    for place, header in enumerate(seen.get("headers", ())[:_COLUMNS]):
        role = known.get(header, "")
        if header in seen.get("attributes", {}):
            role = told.ATTRIBUTE
        elif header in seen.get("years", ()):
            role = told.YEAR
        labels = dict(sorted(named.items(), key=lambda each: each[1].casefold()))
        if role and role not in (told.ATTRIBUTE, told.YEAR):
            labels.setdefault(role, roles.written(role, lang=lang))
        found.append({
            "place": place, "header": header, "role": role,
            "why": seen.get("voices", {}).get(header, ""), "labels": labels.items(),
            "is_year": role == told.YEAR,
        })  # fmt: skip
    return found


def _choices(file: File, seen: dict[str, Any]) -> dict[str, Any]:
    """Return the select boxes of a file: (value, chosen) of each."""
    said = file.told
    read = said.get("read", {})
    offered: dict[str, tuple[tuple[str, ...], str]] = {
        "table": (_TABLES, str(seen.get("table") or "")),
        "encoding": (told.ENCODINGS, said.get("encoding", "")),
        "delimiter": (tuple(told.DELIMITERS), said.get("delimiter", "")),
        "header": (told.HEADERS, said.get("header", "")),
        "date_format": (told.DATES, read.get("date_format", "")),
        "decimal": (told.DECIMALS, read.get("decimal", "")),
    }
    return {
        "boxes": [
            (name, [(value, _label(name, value), value == chosen) for value in values])
            for name, (values, chosen) in offered.items()
        ],
        "sheet": said.get("sheet", ""),
        "currency": read.get("currency", ""),
        "minor_units": read.get("minor_units", ""),
        "toml": said.get("toml", ""),
    }


def _label(name: str, value: str) -> str:
    if name == "table":
        return words.say("imports", f"tables.{value}")
    if name in ("delimiter", "header"):
        return words.say("imports", f"{name}s.{value}")
    if name == "decimal":
        return words.say("imports", "decimals." + {",": "comma", ".": "point"}[value])
    return value


def _totals(files: list[dict[str, Any]], loaded: dict[str, int]) -> dict[str, int]:
    """Return what became of all rows; what loading found to be known, or of nothing, is no fact."""
    left_out = sum(loaded.get(name, 0) for name in _KNOWN)
    lost = loaded.get("refunds_of_nothing", 0)
    seen = [file["seen"] for file in files]
    return {
        "rows": sum(each.get("rows", 0) for each in seen),
        "facts": sum(sum(each.get("facts", {}).values()) for each in seen) - left_out - lost,
        "rejects": sum(each.get("rejects", 0) for each in seen) + lost,
        "skipped": sum(each.get("skipped", 0) for each in seen) + left_out,
    }


def _counted(counts: dict[str, int]) -> list[tuple[str, int]]:
    return [(words.say("imports", f"tables.{table}"), count) for table, count in counts.items()
            if count]  # fmt: skip


def _kept_beside(made: Import, name: str) -> Any:
    file = receive.folder_of(made.pk) / name
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
