"""Recognition: what table a file is, and what each of its columns is for.

Three voices, the first that speaks wins: the mapping (or the preset its header gives away), the
header's words, the cells. The result is a value that can be shown before anything is read.
"""

from collections.abc import Iterator
from collections.abc import Mapping as Table
from dataclasses import dataclass, field

import polars as pl

from mecene.sources import (
    amounts,
    assignment,
    content,
    dates,
    files,
    folding,
    presets,
    problems,
    receipts,
    roles,
)
from mecene.sources.amounts import Convention as AmountConvention
from mecene.sources.assignment import Column
from mecene.sources.dates import Convention as DateConvention
from mecene.sources.files import Reading
from mecene.sources.mapping import Mapping
from mecene.sources.rejects import Ledger

# What a table cannot do without: each line, at least one of.
NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {
    "gifts": (("given_on",), ("amount",)),
    "recurring_gifts": (("started_on",),),
    "contacts": (("at",), ("channel",)),
    "interactions": (("at",), ("kind",)),
    "consents": (("status",),),
    "campaigns": (("campaign",),),
    "attributes": (("name",), ("value",)),
    "series": (("month",), ("value",)),
    "donors": (("external_id", "email", "last_name", "full_name", "organisation_name", "phone",
                "mobile"),),
}  # fmt: skip


class ColumnsMissing(problems.Unreadable):
    """A file has not the columns its table cannot do without."""


@dataclass(frozen=True)
class Note:
    """Something decided that the user may want otherwise; words in ``problems.toml``."""

    code: str
    parameters: tuple[tuple[str, str], ...] = ()

    def written(self, lang: str) -> str:
        """Return what was decided, and how to have it otherwise."""
        words = problems.words(self.code, lang=lang)
        return problems.fill(f"{words.reason} {words.remedy}", dict(self.parameters))


@dataclass(frozen=True)
class Recognition:
    """What was recognised in a file.

    Attributes:
        table: Name of the fact table its rows are.
        preset: The program it was exported from, if known.
        columns: Each column with a role; several may share ``address``.
        years: (header, year) of a file with a column a year.
        attributes: (header, name) of columns kept as attributes of the donor.
        unused: Headers that are not read.
        dates: Role → how its dates are written.
        amounts: Role → how its amounts are written.
        told: The mapping and the preset, as one.
        notes: Decisions to be shown.
    """

    file: str
    sha256: str
    table: str
    preset: str | None
    columns: tuple[Column, ...]
    years: tuple[tuple[str, int], ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    unused: tuple[str, ...] = ()
    dates: Table[str, DateConvention] = field(default_factory=dict)
    amounts: Table[str, AmountConvention] = field(default_factory=dict)
    told: Mapping = field(default_factory=Mapping)
    notes: tuple[Note, ...] = ()

    def header(self, role: str) -> str | None:
        """Return the first header that plays a role."""
        return next((each.header for each in self.columns if each.role == role), None)

    @property
    def roles(self) -> tuple[str, ...]:
        """Return the roles that are played, once each."""
        return tuple(dict.fromkeys(each.role for each in self.columns))


def recognise(
    reading: Reading, *, table: str | None = None, mapping: Mapping | None = None
) -> Recognition:
    """Return what a file's columns are.

    Args:
        reading: The file, with its sample.
        table: What it must be; None: find out.
        mapping: What the user told; one for another table than ``table`` is not heard.

    Raises:
        ColumnsMissing: A column its table cannot do without was not found.
        presets.UnknownPreset: The mapping names a preset we do not have.
    """
    mapping = mapping or Mapping()
    if table and mapping.table not in {None, table}:
        mapping = Mapping()
    preset = presets.named(mapping.preset) if mapping.preset else presets.of(reading.columns)
    if preset and table and preset.mapping.table != table:
        preset = None
    told = mapping.over(preset.mapping) if preset else mapping
    wanted = table or told.table
    tables = [wanted] if wanted else assignment.likely_tables(reading)
    found = [
        (assignment.assigned(reading, each, told, preset is not None), each) for each in tables
    ]
    fitting = [each for each in found if not _missing(reading, each[1], each[0], told)]
    columns, name = (fitting or found[:1])[0]
    _check(reading, name, columns, told)
    return _settled(reading, name, columns, told, preset.name if preset else None)


def _missing(
    reading: Reading, table: str, columns: tuple[Column, ...], told: Mapping
) -> tuple[str, ...]:
    have = {column.role for column in columns} | set(told.constants) | set(told.defaults)
    aside = assignment.ignored(reading, told)
    if table == "gifts" and "given_on" not in have and assignment.years(reading, aside):
        return ()
    return next((one_of for one_of in NEEDED[table] if not have.intersection(one_of)), ())


def _check(reading: Reading, table: str, columns: tuple[Column, ...], told: Mapping) -> None:
    missing = _missing(reading, table, columns, told)
    if missing:
        raise ColumnsMissing(
            "columns_missing",
            file=reading.name,
            table=table,
            roles={
                lang: ", ".join(f"{roles.written(role, lang=lang)} ({role})" for role in missing)
                for lang in problems.LANGUAGES
            },
            headers=", ".join(reading.columns[:30]),
        )


def _settled(
    reading: Reading, table: str, columns: tuple[Column, ...], told: Mapping, preset: str | None
) -> Recognition:
    aside = assignment.ignored(reading, told)
    taken = {column.header for column in columns} | aside
    dated = any(column.role == "given_on" for column in columns)
    years = assignment.years(reading, taken) if table == "gifts" and not dated else ()
    columns, notes = _without_false_status(reading, table, columns, told)
    left = [h for h in reading.columns if h not in {c.header for c in columns} | aside]
    receipt, said = _receipt(reading, table, columns, left)
    columns, notes = (*columns, *receipt), [*notes, *said]
    left = [h for h in left if h not in {c.header for c in receipt}]
    kept = _attributes(table, left, told)
    unused = [
        h for h in reading.columns
        if h in aside or (h in left and h not in dict(kept) and h not in dict(years))
    ]  # fmt: skip
    days = {c.role: _days(reading, c, told) for c in columns if c.role in roles.DATES}
    sums = {
        c.role: _sums(reading, reading.sample[c.header], c.header, told)
        for c in columns
        if c.role in roles.AMOUNTS
    }
    if years:
        together = pl.concat([reading.sample[header] for header, _ in years])
        sums["amount"] = _sums(reading, together, years[0][0], told)
    notes += _notes(table, years, days, sums, columns)
    return Recognition(
        reading.name, reading.sha256, table, preset, columns, years, kept, tuple(unused), days,
        sums, told, tuple(notes),
    )  # fmt: skip


def _attributes(table: str, left: list[str], told: Mapping) -> tuple[tuple[str, str], ...]:
    names = {word: name for name, words in roles.sections()["declared"].items() for word in words}
    known = {
        header: names[roles.simplified(header)]
        for header in left
        if table == "donors" and roles.simplified(header) in names
    }
    folded = {folding.fold(header): name for header, name in told.attributes.items()}
    said = {h: folded[folding.fold(h)] for h in left if folding.fold(h) in folded}
    return tuple((known | said).items())


def _days(reading: Reading, column: Column, told: Mapping) -> DateConvention:
    def decided(cells: pl.Series) -> DateConvention:
        return dates.decide(
            cells,
            stated=told.read.get("date_format"),
            pivot=dates.BIRTH_PIVOT if column.role == "birth_date" else dates.PIVOT,
            source_zone=told.read.get("source_zone"),
            zone=told.read.get("zone", dates.LOCAL_ZONE),
        )

    found = decided(reading.sample[column.header])
    for cells in _beyond_the_sample(reading, column.header):
        if found.reason != "undecided":
            break
        found = decided(cells)
    return found


def _sums(reading: Reading, cells: pl.Series, header: str, told: Mapping) -> AmountConvention:
    def decided(cells: pl.Series) -> AmountConvention:
        return amounts.decide(
            cells,
            header=header,
            decimal=told.read.get("decimal") or ("." if reading.typed else reading.decimal),
            currency=told.read.get("currency"),
            in_minor_units=told.read.get("minor_units") == "true",
        )

    found = decided(cells)
    for further in _beyond_the_sample(reading, header):
        if found.reason != "undecided":
            break
        found = decided(further)
    return found


def _beyond_the_sample(reading: Reading, header: str) -> Iterator[pl.Series]:
    """Yield the column again, batch by batch, from a file longer than its sample."""
    if reading.sample.height >= files.SAMPLE_ROWS:
        # What cannot be read is told when the rows are read for good.
        for batch in files.batches(reading, ledger=Ledger()):
            yield batch[header]


def _without_false_status(
    reading: Reading, table: str, columns: tuple[Column, ...], told: Mapping
) -> tuple[tuple[Column, ...], list[Note]]:
    status = next((c for c in columns if c.role == "status" and c.why == "header"), None)
    own = dict(told.words.get("status", {}))
    if table != "gifts" or not status or content.says_status(reading.sample[status.header], own):
        return columns, []
    kept = tuple(column for column in columns if column is not status)
    return kept, [Note("status_ignored", (("column", status.header),))]


def _receipt(
    reading: Reading, table: str, columns: tuple[Column, ...], left: list[str]
) -> tuple[tuple[Column, ...], list[Note]]:
    """Return the number of a receipt as the gift's reference, or the note that it is none."""
    header = receipts.column(left, sample=reading.sample)
    if table != "gifts" or header is None or any(c.role == "gift_ref" for c in columns):
        return (), []
    # The file is read again only where its sample has not answered.
    ways = ([reading.sample[header]], _beyond_the_sample(reading, header))
    if all(receipts.answer(parts) == "own" for parts in ways):
        return (Column("gift_ref", header, "content"),), []
    return (), [Note("receipt_shared", (("column", header),))]


def _notes(
    table: str,
    years: tuple[tuple[str, int], ...],
    days: dict[str, dates.Convention],
    sums: dict[str, amounts.Convention],
    columns: tuple[Column, ...],
) -> list[Note]:
    header = {column.role: column.header for column in columns}
    notes = [Note("year_columns")] if years else []
    notes += [
        Note(f"date_order_{how.reason}", (("column", header[role]),))
        for role, how in days.items()
        if how.reason in {"undecided", "mixed"}
    ]
    for role, how in sums.items():
        name = header.get(role, role)
        if how.reason == "undecided":
            notes.append(Note("decimal_undecided", (("column", name), ("value", how.decimal))))
    assumed = [how for how in sums.values() if how.currency_reason == "assumed"]
    if assumed and table in {"gifts", "recurring_gifts"} and "currency" not in header:
        notes.append(Note("currency_assumed", (("value", assumed[0].currency),)))
    return notes
