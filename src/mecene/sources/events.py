"""Events: contacts, interactions, consents, campaigns, attributes and series, row by row.

Each table is declared: which role fills which column, and how it is read. A required column that
is empty or unreadable rejects the row; another one is left empty and counted.
"""

from dataclasses import dataclass

import polars as pl

from mecene import facts
from mecene.sources import (
    amounts,
    dates,
    folding,
    months,
    motive_tags,
    people,
    rows,
    said_besides,
    vocabulary,
)
from mecene.sources.recognition import Recognition
from mecene.sources.rows import Built, Verdict


@dataclass(frozen=True)
class Filling:
    """How a column of facts is filled: from which role, read as text, a word, a moment, a day."""

    column: str
    role: str
    kind: str = "text"
    field: str = ""


@dataclass(frozen=True)
class Declared:
    """A table of events: its fillings, its own reference, and whether it must name somebody."""

    table: facts.Table
    fillings: tuple[Filling, ...]
    reference: str = ""
    somebody: bool = True


_CAMPAIGN = Filling("campaign_id", "campaign")
_PURPOSE = Filling("purpose", "purpose", "word", "purpose")
_CHANNEL = Filling("channel", "channel", "any_word", "channel")
TABLES = {
    each.table.name: each
    for each in (
        Declared(
            facts.CONTACTS,
            (
                Filling("at", "at", "moment"), _CHANNEL, _PURPOSE, _CAMPAIGN,
                Filling("variant", "variant", "tagged"), Filling("cost_minor", "cost", "minor"),
            ),
            "contact_ref",
        ),
        Declared(
            facts.INTERACTIONS,
            (
                Filling("visitor_id", "visitor_id"), Filling("at", "at", "moment"),
                Filling("kind", "kind", "any_word", "interaction_kind"), _CHANNEL,
                Filling("device", "device", "any_word", "device"), _CAMPAIGN,
                Filling("text", "text"), Filling("properties", "properties", "properties"),
            ),
            "interaction_ref",
            somebody=False,
        ),
        Declared(
            facts.CONSENTS,
            (
                _PURPOSE, Filling("channel", "channel", "word", "channel"),
                Filling("status", "status", "word", "consent_status"),
                Filling("legal_basis", "legal_basis"), Filling("occurred_at", "at", "moment"),
                Filling("source", "source"), Filling("text_version", "text_version"),
                Filling("proof", "proof"),
            ),
            "consent_ref",
        ),
        Declared(
            facts.CAMPAIGNS,
            (
                _CAMPAIGN, Filling("name", "name", "tagged"), _CHANNEL, _PURPOSE,
                Filling("started_on", "started_on", "day"),
                Filling("ended_on", "ended_on", "day_after"),
                Filling("cost_minor", "cost", "minor"),
            ),
            somebody=False,
        ),
        Declared(
            facts.ATTRIBUTES,
            (
                Filling("name", "name"), Filling("value", "value"),
                Filling("party", "party", "party"),
                Filling("collected_on", "collected_on", "day"),
            ),
        ),
        Declared(
            facts.SERIES,
            (
                Filling("name", "name", "series"), Filling("month", "month", "month"),
                Filling("value", "value", "number"),
            ),
            somebody=False,
        ),
    )
}  # fmt: skip


def build(said: pl.DataFrame, known: Recognition) -> Built:
    """Return the facts and rejects of a batch of rows of one of ``TABLES``."""
    declared = TABLES[known.table]
    read = {filling.column: _read(said, filling, known) for filling in declared.fillings}
    named = "donor_id" in declared.table.schema
    who = people.read(said, known) if named else None
    verdicts = []
    if declared.somebody and who is not None:
        verdicts.append(Verdict(who["person_key"].is_null(), "nobody_named", "external_id"))
    for filling in declared.fillings:
        if filling.column in declared.table.required:
            verdicts += _verdicts(said, filling, read[filling.column], known)
    rejects, sound = rows.rejected(said, verdicts, known)
    keys = {"person_key": who["person_key"]} if who is not None else {}
    made = pl.DataFrame(
        keys
        | read
        | {
            "source_ref": rows.source_ref(said, declared.reference, known),
            "source_row": said["source_row"],
        }
    ).with_columns(source_file=pl.lit(known.file))
    shape = said_besides.schema(declared.table)
    main = made.filter(sound).select(
        (pl.col(name) if name in made.columns else pl.lit(None)).cast(kind).alias(name)
        for name, kind in shape.items()
    )
    lost = {
        known.header(f.role) or f.role: int(
            (rows.column(said, f.role).is_not_null() & read[f.column].is_null()).filter(sound).sum()
        )
        for f in declared.fillings
    }
    on = _day(read, said)
    return Built(
        main={known.table: main},
        rejects=rejects,
        people=None
        if who is None
        else who.with_columns(said["source_row"], said_on=on).filter(sound),
        lost={header: count for header, count in lost.items() if count},
    )


def _day(read: dict[str, pl.Series], said: pl.DataFrame) -> pl.Series:
    for name in ("at", "occurred_at", "collected_on"):
        if name in read:
            return read[name].cast(pl.Date)
    return pl.Series([None], dtype=pl.Date).new_from_index(0, said.height)


def _read(said: pl.DataFrame, filling: Filling, known: Recognition) -> pl.Series:
    cells = rows.column(said, filling.role)
    own = dict(known.told.words.get(filling.field, {}))
    days = known.dates.get(filling.role, dates.Convention())
    match filling.kind:
        case "word":
            return vocabulary.meaning(cells, filling.field, own=own)
        case "any_word":
            word = cells.to_frame("text").select(folding.folded(pl.col("text")))["text"]
            known_word = vocabulary.meaning(cells, filling.field, own=own)
            return known_word.fill_null(word.str.replace_all(" ", "_", literal=True))
        case "moment":
            read = dates.read(cells, days)
            return read.select(pl.coalesce("at", pl.col("day").cast(pl.Datetime("us"))))["at"]
        case "day":
            return dates.read(cells, days)["day"]
        case "day_after":
            # A file says the last day; facts say the day after it.
            return dates.read(cells, days)["day"].dt.offset_by("1d")
        case "month":
            return months.read(cells, days)["day"]
        case "minor":
            how = known.amounts.get(filling.role, amounts.Convention())
            minor = amounts.read(cells, how)["amount_minor"]
            return minor.set(minor < 0, None)
        case "number":
            return _numbers(cells)
        case "party":
            return cells.str.to_lowercase().replace_strict(
                {"zero": "zero", "first": "first", "0": "zero", "1": "first"}, default="zero"
            )
        case "series":
            return cells.fill_null(known.file.rsplit("/", 1)[-1].split(".")[0])
        case "tagged":
            return motive_tags.beside(cells, motive_tags.said(said, known))
        case "properties":
            return motive_tags.within(cells, motive_tags.said(said, known))
    return cells


def _numbers(cells: pl.Series) -> pl.Series:
    text = pl.col("text").str.replace_all(r"[\s\u{a0}\u{202f}]", "")
    both = text.str.contains(r"^-?\d{1,3}(,\d{3})+\.\d+$")
    plain = pl.when(both).then(text.str.replace_all(",", "")).otherwise(text.str.replace(",", "."))
    number = plain.cast(pl.Float64, strict=False)
    return cells.to_frame("text").select(value=pl.when(number.is_finite()).then(number))["value"]


def _verdicts(
    said: pl.DataFrame, filling: Filling, read: pl.Series, known: Recognition
) -> list[Verdict]:
    cells = rows.column(said, filling.role)
    missing = Verdict(cells.is_null() & read.is_null(), "value_missing", filling.role)
    if filling.kind in {"moment", "day", "month"}:
        how = known.dates.get(filling.role, dates.Convention())
        spelt = months.spelt(cells) if filling.kind == "month" else cells
        problem = dates.read(spelt, how)["problem"]
        codes = ("date_unreadable", "date_impossible", "date_implausible")
        wrong = [Verdict(problem == code, code, filling.role) for code in codes]
        return [Verdict(cells.is_null(), "date_missing", filling.role), *wrong]
    unread = "status_unknown" if filling.kind == "word" else "value_unreadable"
    return [missing, Verdict(read.is_null(), unread, filling.role)]
