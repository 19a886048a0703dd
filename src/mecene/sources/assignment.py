"""Assignment: which column of a file gets which role, and who says so.

What was told comes first, then the words of the header, then what the cells hold.
"""

import re
from dataclasses import dataclass

from mecene.sources import content, folding, roles
from mecene.sources.files import Reading
from mecene.sources.mapping import Mapping

_YEAR = re.compile(
    r"^(?:dons?|montants?|total|annee|cumul|gifts?|amount|year|donations?)? ?((?:19|20)\d\d)$"
)
_BARE_IDS = {"id", "identifiant", "n", "no", "numero", "num", "code", "identifier"}
_PERSON = (
    "external_id", "email", "last_name", "full_name", "organisation_name", "phone", "mobile",
)  # fmt: skip


@dataclass(frozen=True)
class Column:
    """A column of the file that has a role, and the voice that gave it."""

    role: str
    header: str
    why: str


def likely_tables(reading: Reading) -> list[str]:
    """Return the tables a file may be, the most telling first."""
    heads = {roles.simplified(column) for column in reading.columns}
    hints = {
        "series": {"mois", "month", "indice", "index", "serie", "series"},
        "consents": {
            "finalite",
            "purpose",
            "base legale",
            "legal basis",
            "consentement",
            "consent",
        },
        "recurring_gifts": {"frequence", "periodicite", "frequency", "date premier prelevement"},
        "campaigns": {"cout", "cost", "libelle", "cout total"},
        "attributes": {"attribut", "attribute"},
        "interactions": {"device", "appareil", "visitor id", "interaction", "kind", "event type"},
        "contacts": {"canal", "channel", "date envoi", "sent at"},
    }
    people = {word for role in _PERSON for word in roles.sections()["person"][role]} - {
        "nom",
        "name",
    }
    told = [name for name, words in hints.items() if heads & words]
    if heads & people:
        told = [name for name in told if name in roles.PERSON_TABLES]
    return list(dict.fromkeys([*told, "gifts", "donors"]))


def assigned(reading: Reading, table: str, told: Mapping, by_preset: bool) -> tuple[Column, ...]:
    """Return the columns that have a role in a table, in the order they were given it."""
    voice = "preset" if by_preset else "mapping"
    columns = [Column(*each, voice) for each in _told_columns(reading, told)]
    columns = [column for column in columns if column.header not in ignored(reading, told)]
    taken = {column.header for column in columns} | set(told.attributes) | ignored(reading, told)
    # The other headers a preset names for a role say the same thing: they are no name of a person.
    taken |= _aliases(reading, told) if by_preset else set()
    played = {column.role for column in columns} | set(told.constants)
    for role, headers in _by_header(reading, table, taken, played):
        columns += [Column(role, header, "header") for header in headers]
    columns = _codes_are_no_names(reading, columns)
    columns = _motives_are_no_purposes(reading, columns)
    taken |= {column.header for column in columns}
    played |= {column.role for column in columns}
    columns += _bare_id(reading, table, taken, played)
    if table == "gifts" and not years(reading, taken):
        taken |= {column.header for column in columns}
        left = [header for header in reading.columns if header not in taken]
        guessed = content.guess(reading.sample, left) if left else {}
        anyone = played & set(_PERSON)
        columns += [
            Column(role, header, "content")
            for role, header in guessed.items()
            if role not in played
            and (role in {"given_on", "amount"} or (not reading.header and not anyone))
        ]
        columns += _unreadable(reading, columns, taken)
    return tuple(columns)


def ignored(reading: Reading, told: Mapping) -> set[str]:
    """Return the headers of the file that are not to be read."""
    named = {folding.fold(header) for header in told.ignore}
    return {header for header in reading.columns if folding.fold(header) in named}


def _codes_are_no_names(reading: Reading, columns: list[Column]) -> list[Column]:
    """Return the columns, « donateur » being a reference where it holds 00042 and not a name."""
    if "external_id" in {column.role for column in columns}:
        return columns
    return [
        Column("external_id", column.header, "content")
        if column.role == "full_name"
        and column.why == "header"
        and content.is_code(reading.sample[column.header])
        else column
        for column in columns
    ]


def _motives_are_no_purposes(reading: Reading, columns: list[Column]) -> list[Column]:
    """Return the columns, « motif » being what a content speaks to where its words say so."""
    if "motive" in {column.role for column in columns}:
        return columns

    def speaks(column: Column) -> bool:
        cells = reading.sample[column.header]
        filled = content.filled(cells).len() > 0
        return filled and content.fits(cells, "motive")

    return [
        Column("motive", column.header, "content")
        if column.role == "purpose" and column.why == "header" and speaks(column)
        else column
        for column in columns
    ]


def _unreadable(reading: Reading, columns: list[Column], aside: set[str]) -> list[Column]:
    """Return the day and the amount of gifts that the header names, were their cells unreadable.

    Better a file of gifts whose rows are all rejected, with the reason, than one of donors.
    """
    taken = {column.header for column in columns} | aside
    played = {column.role for column in columns}
    found = []
    for role in ("given_on", "amount"):
        words = roles.of("gifts")[role]
        said = [header for header in reading.columns if roles.simplified(header) in words]
        if role not in played and reading.header and said and said[0] not in taken:
            found.append(Column(role, said[0], "header"))
    return found if len(found) + len(played & {"given_on", "amount"}) == 2 else []


def _aliases(reading: Reading, told: Mapping) -> set[str]:
    named = {folding.fold(header) for headers in told.columns.values() for header in headers}
    return {header for header in reading.columns if folding.fold(header) in named}


def _told_columns(reading: Reading, told: Mapping) -> list[tuple[str, str]]:
    exact = {folding.fold(header): header for header in reversed(reading.columns)}
    found = []
    for role, headers in told.columns.items():
        here = [exact[folding.fold(each)] for each in headers if folding.fold(each) in exact]
        found += [(role, header) for header in (here if role == "address" else here[:1])]
    return found


def _by_header(
    reading: Reading, table: str, taken: set[str], played: set[str]
) -> list[tuple[str, list[str]]]:
    simple = {
        header: roles.simplified(header)
        for header in reading.columns
        if header not in taken and reading.header
    }
    found, gone = [], set[str]()
    for role, words in roles.of(table).items():
        if role in played:
            continue
        fitting = sorted(
            (words.index(word), place, header)
            for place, (header, word) in enumerate(simple.items())
            if word in words and header not in gone and content.fits(reading.sample[header], role)
        )
        headers = [header for _, _, header in fitting]
        if role == "address":
            headers = [header for header in simple if header in headers]
        headers = headers if role == "address" else headers[:1]
        gone |= set(headers)
        if headers:
            found.append((role, headers))
    return found


def _bare_id(reading: Reading, table: str, taken: set[str], played: set[str]) -> list[Column]:
    """Return what a column called « id » is: the row's reference if it never repeats."""
    for header in reading.columns:
        if header in taken or roles.simplified(header) not in _BARE_IDS:
            continue
        own = table == "gifts" and content.is_unique(reading.sample[header])
        role = "gift_ref" if own and played & set(_PERSON) else "external_id"
        if role not in played and table in roles.PERSON_TABLES:
            return [Column(role, header, "content")]
    return []


def years(reading: Reading, taken: set[str]) -> tuple[tuple[str, int], ...]:
    """Return (header, year) of the columns of a file with a column a year; at least two."""
    found = []
    for header in reading.columns:
        year = _YEAR.match(folding.fold(header))
        if year and header not in taken and content.fits(reading.sample[header], "amount"):
            found.append((header, int(year.group(1))))
    return tuple(found) if len(found) > 1 else ()
