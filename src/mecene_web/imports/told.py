"""Told: what somebody said of a file, over what would be recognised in it.

It is kept with the file as it was said; the core hears it as a mapping (docs/reference/mapping.md).
"""

import tomllib
from collections.abc import Mapping as Table
from dataclasses import dataclass
from typing import Any

from mecene.sources import mapping, roles
from mecene.sources.files import Overrides
from mecene.sources.mapping import Mapping

ENCODINGS = ("utf-8", "cp1252", "iso-8859-15", "utf-16", "mac_roman", "cp850")
DELIMITERS = {"semicolon": ";", "comma": ",", "tab": "\t", "pipe": "|"}
DATES = ("dd/mm/yyyy", "mm/dd/yyyy", "yyyy-mm-dd", "excel", "excel1904")
DECIMALS = (",", ".")
HEADERS = ("yes", "no")
ATTRIBUTE, YEAR = "attribute", "year"
# What, once changed, may give the file other columns, or the columns other roles.
_RESHAPING = ("table", "encoding", "delimiter", "header", "sheet", "toml")
_LONGEST = 20_000


class CannotBeTold(ValueError):
    """Something said of a file cannot be followed; ``problem``: [problems] of words.toml."""

    def __init__(self, problem: str, **values: str) -> None:
        self.problem, self.values = problem, values
        super().__init__(problem)


@dataclass(frozen=True)
class Told:
    """What the core is told of a file."""

    table: str | None
    overrides: Overrides
    mapping: Mapping


def heard(said: Table[str, Any], *, name: str) -> Told:
    """Return what was said of a file, as the core hears it.

    Args:
        said: ``File.told``.
        name: The file's, for messages.

    Raises:
        mapping.InvalidMapping: what was written cannot be followed.
    """
    header = {"yes": True, "no": False}.get(said.get("header", ""))
    below = _written(said.get("toml", ""), name=name)
    chosen = {
        "columns": said.get("columns", {}),
        "read": said.get("read", {}),
        "attributes": said.get("attributes", {}),
        "ignore": said.get("ignore", []),
    }
    return Told(
        table=said.get("table") or below.table,
        overrides=Overrides(
            encoding=said.get("encoding") or None,
            delimiter=DELIMITERS.get(said.get("delimiter", "")),
            header=header,
            sheet=said.get("sheet") or None,
        ),
        mapping=mapping.parse(chosen, where=name).over(below),
    )


def parse(
    form: Table[str, str], *, seen: Table[str, Any], before: Table[str, Any]
) -> dict[str, Any]:
    """Return what a form says of a file, to be kept.

    Args:
        form: ``table``, ``encoding`` … and ``column-0``, ``column-1`` … → role.
        seen: What was recognised in the file (``Import.account``).
        before: What was said of it until now.

    Raises:
        CannotBeTold: a value is none of those offered, or two columns have one role.
        mapping.InvalidMapping: the mapping written by hand cannot be followed.
    """
    said: dict[str, Any] = {
        "table": _one_of(form, "table", mapping.KINDS_OF_FILE),
        "encoding": _one_of(form, "encoding", ENCODINGS),
        "delimiter": _one_of(form, "delimiter", tuple(DELIMITERS)),
        "header": _one_of(form, "header", HEADERS),
        "sheet": form.get("sheet", "").strip()[:200],
        "toml": form.get("toml", "").strip()[:_LONGEST],
    }
    said["read"] = _read(form)
    kept = {name: value for name, value in said.items() if value}
    # What is shown was asked for: a table chosen as it was recognised is no change.
    if any(said[name] != _shown(name, seen, before) for name in _RESHAPING):
        heard(kept, name=seen["name"])
        return kept
    kept |= _columns(form, seen)
    heard(kept, name=seen["name"])
    return kept


def _shown(name: str, seen: Table[str, Any], before: Table[str, Any]) -> str:
    return str(seen.get("table") or "") if name == "table" else str(before.get(name, ""))


def _one_of(form: Table[str, str], name: str, offered: tuple[str, ...]) -> str:
    value = form.get(name, "")
    if value and value not in offered:
        raise CannotBeTold("not_offered", value=value[:60])
    return value


def _read(form: Table[str, str]) -> dict[str, str]:
    read = {
        "date_format": _one_of(form, "date_format", DATES),
        "decimal": _one_of(form, "decimal", DECIMALS),
        "currency": form.get("currency", "").strip().upper()[:3],
        "minor_units": "true" if form.get("minor_units") else "",
    }
    return {name: value for name, value in read.items() if value}


def _columns(form: Table[str, str], seen: Table[str, Any]) -> dict[str, Any]:
    offered = roles.of(seen["table"]) if seen.get("table") else {}
    names = seen.get("attributes", {})
    columns: dict[str, list[str]] = {}
    attributes, ignore = {}, []
    for place, header in enumerate(seen.get("headers", ())):
        role = form.get(f"column-{place}")
        if role is None or role == YEAR:
            continue
        if role == ATTRIBUTE:
            attributes[header] = names.get(header, header)
        elif not role:
            ignore.append(header)
        elif role not in offered and role not in roles.ALL:
            raise CannotBeTold("not_offered", value=role[:60])
        else:
            columns.setdefault(role, []).append(header)
    for role, headers in columns.items():
        if len(headers) > 1 and role != "address":
            raise CannotBeTold("role_twice", one=headers[0], other=headers[1])
    told = {"columns": columns, "attributes": attributes, "ignore": ignore}
    return {name: value for name, value in told.items() if value}


def _written(text: str, *, name: str) -> Mapping:
    try:
        return mapping.parse(tomllib.loads(text), where=name)
    except tomllib.TOMLDecodeError as wrong:
        from mecene.words import place_in_toml

        raise mapping.InvalidMapping(
            "mapping_not_toml", file=name, place=place_in_toml(wrong)
        ) from wrong
