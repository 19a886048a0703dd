"""Mapping: what the user says about a file, over what would be recognised.

A mapping is a TOML file (docs/reference/mapping.md). A preset is a mapping that came with the
program. Mappings stack: what a later one says replaces what an earlier one said, key by key.
"""

import tomllib
from collections.abc import Mapping as Table
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from mecene import facts
from mecene.sources import amounts, dates, folding, problems, roles, vocabulary
from mecene.words import place_in_toml

SECTIONS = ("columns", "read", "defaults", "constants", "words", "attributes")
READ_KEYS = (
    "date_format", "decimal", "currency", "minor_units", "zone", "source_zone", "country",
    "deceased_on",
)  # fmt: skip
KINDS_OF_FILE = ("donors", *(name for name in facts.TABLES if name not in {"donors"}))


class InvalidMapping(problems.Refusal):
    """A mapping says something we cannot follow; the message points at the key."""


@dataclass(frozen=True)
class Mapping:
    """What is told about a file; empty: nothing.

    Attributes:
        table: ``gifts``, ``donors`` …
        preset: The name of a preset, to be used whatever the header.
        columns: Role → headers; the first that the file has, and for ``address`` all of them.
        read: ``date_format``, ``decimal``, ``currency`` … (``READ_KEYS``).
        defaults: Role → the value of an empty cell or an absent column.
        constants: Role → the value of every row, whatever the file says.
        words: Field → folded word → meaning.
        attributes: Header → name of the attribute it is kept under.
        ignore: Headers that are not to be read, whatever they seem to say.
    """

    table: str | None = None
    preset: str | None = None
    columns: Table[str, tuple[str, ...]] = field(default_factory=dict)
    read: Table[str, str] = field(default_factory=dict)
    defaults: Table[str, str] = field(default_factory=dict)
    constants: Table[str, str] = field(default_factory=dict)
    words: Table[str, Table[str, str]] = field(default_factory=dict)
    attributes: Table[str, str] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()

    def over(self, below: "Mapping") -> "Mapping":
        """Return the two as one; where both speak, this one is heard."""
        words = {
            name: {**below.words.get(name, {}), **self.words.get(name, {})}
            for name in (*below.words, *self.words)
        }
        merged = {
            each.name: {**getattr(below, each.name), **getattr(self, each.name)}
            for each in fields(self)
            if each.name not in {"table", "preset", "words", "ignore"}
        }
        return replace(
            self,
            table=self.table or below.table,
            preset=self.preset or below.preset,
            words=words,
            ignore=(*self.ignore, *below.ignore),
            **merged,
        )


def load(path: Path) -> Mapping:
    """Return the mapping of a TOML file.

    Raises:
        InvalidMapping: It is not TOML, or a key or a value is unknown; says which.
    """
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise InvalidMapping(
            "mapping_not_toml", file=path.name, place=place_in_toml(wrong)
        ) from wrong
    return parse(written, where=path.name)


def parse(written: Table[str, Any], *, where: str) -> Mapping:
    """Return the mapping of a TOML document; ``where`` begins the messages.

    Raises:
        InvalidMapping: A key or a value is unknown; says which.
    """
    known = ("table", "preset", "ignore", *SECTIONS)
    _known(written, known, where=where)
    for section in SECTIONS:
        if not isinstance(written.get(section, {}), dict):
            raise InvalidMapping("mapping_not_a_section", file=where, key=section)
    table = written.get("table")
    if table is not None and table not in KINDS_OF_FILE:
        known_kinds = ", ".join(KINDS_OF_FILE)
        raise InvalidMapping("mapping_unknown_table", file=where, value=table, known=known_kinds)
    return Mapping(
        table=table,
        preset=written.get("preset"),
        columns=_columns(written.get("columns", {}), where=where),
        read=_read(written.get("read", {}), where=where),
        defaults=_values(written.get("defaults", {}), "defaults", where=where),
        constants=_values(written.get("constants", {}), "constants", where=where),
        words=_words(written.get("words", {}), where=where),
        attributes=_texts(written.get("attributes", {}), "attributes", where=where),
        ignore=_headers(written.get("ignore", []), where=where, place="ignore"),
    )


def _columns(written: Table[str, Any], *, where: str) -> dict[str, tuple[str, ...]]:
    _known(written, roles.ALL, where=where, section="columns")
    return {
        role: _headers(headers, where=where, place=f"columns.{role}")
        for role, headers in written.items()
    }


def _headers(written: Any, *, where: str, place: str) -> tuple[str, ...]:
    listed = written if isinstance(written, list) else [written]
    if not all(isinstance(header, str) for header in listed):
        raise InvalidMapping("mapping_no_header", file=where, place=place)
    return tuple(listed)


def _read(written: Table[str, Any], *, where: str) -> dict[str, str]:
    _known(written, READ_KEYS, where=where, section="read")
    if "date_format" in written:
        try:
            dates.order_of(str(written["date_format"]))
        except dates.UnknownDateFormat as wrong:
            value = written["date_format"]
            raise InvalidMapping("mapping_date_format", file=where, value=value) from wrong
    if written.get("decimal", ",") not in {",", "."}:
        raise InvalidMapping("mapping_decimal", file=where, value=written["decimal"])
    if str(written.get("currency", "EUR")).upper() not in amounts.CURRENCIES:
        raise InvalidMapping("mapping_currency", file=where, value=written["currency"])
    return _texts(written, "read", where=where)


def _values(written: Table[str, Any], section: str, *, where: str) -> dict[str, str]:
    _known(written, roles.ALL, where=where, section=section)
    return _texts(written, section, where=where)


def _words(written: Table[str, Any], *, where: str) -> dict[str, dict[str, str]]:
    _known(written, roles.WORDED, where=where, section="words")
    found = {}
    for name, said in written.items():
        place = f"words.{name}"
        if not isinstance(said, dict):
            raise InvalidMapping("mapping_not_a_section", file=where, key=place)
        meanings = sorted({*vocabulary.words(name).values(), *roles.MEANINGS.get(name, ())})
        for word, meaning in said.items():
            if meaning not in meanings:
                known = ", ".join(meanings)
                raise InvalidMapping(
                    "mapping_unknown_meaning", file=where, place=place, word=word, meaning=meaning,
                    known=known,
                )  # fmt: skip
        found[name] = {
            word if word == vocabulary.EVERY_OTHER else folding.fold(word): meaning
            for word, meaning in said.items()
        }
    return found


def _texts(written: Table[str, Any], section: str, *, where: str) -> dict[str, str]:
    for key, value in written.items():
        if isinstance(value, dict | list):
            raise InvalidMapping("mapping_one_value", file=where, place=f"{section}.{key}")
    return {
        key: str(value).lower() if isinstance(value, bool) else str(value)
        for key, value in written.items()
    }


def _known(
    written: Table[str, Any], known: tuple[str, ...], *, where: str, section: str = ""
) -> None:
    for key in written:
        if key not in known:
            place = {"fr": f"[{section}]\u00a0: ", "en": f"[{section}]: "} if section else ""
            raise InvalidMapping(
                "mapping_unknown_key", file=where, place=place, key=key, known=", ".join(known)
            )
