"""Commitments: standing gifts, when they began and ended, and what changed on the way.

A commitment that is suspended today is one that began, and paused on the day its status says.
"""

import polars as pl

from mecene import facts
from mecene.sources import amounts, dates, months, people, rows, said_besides, vocabulary
from mecene.sources.recognition import Recognition
from mecene.sources.rows import Built, Verdict


def build(said: pl.DataFrame, known: Recognition) -> Built:
    """Return the standing gifts, their changes and the rejects of a batch of rows."""
    who = people.read(said, known)
    read = _read(said, known).with_columns(who["person_key"])
    rejects, sound = rows.rejected(said, _verdicts(said, read, known), known)
    kept = read.filter(sound)
    on = read["started_on"]
    side = said_besides.build(said.filter(sound), who.filter(sound), known, on=on.filter(sound))
    side["recurring_changes"] = pl.concat([_pauses(kept), _new_amounts(kept)])
    if "card_expires" in said.columns:
        cards = _cards(kept)
        side["attributes"] = pl.concat([side.get("attributes", cards.clear()), cards])
    return Built(
        main={"recurring_gifts": _shaped(kept, facts.RECURRING_GIFTS)},
        rejects=rejects,
        people=who.with_columns(said["source_row"], said_on=on).filter(sound),
        side=side,
        lost=people.lost(said.filter(sound), who.filter(sound), known),
    )


def _read(said: pl.DataFrame, known: Recognition) -> pl.DataFrame:
    def word(role: str, field: str) -> pl.Series:
        own = dict(known.told.words.get(field, {}))
        return vocabulary.meaning(rows.column(said, role), field, own=own)

    def minor(role: str) -> pl.DataFrame:
        how = known.amounts.get(role, known.amounts.get("amount", amounts.Convention()))
        code = said["currency"] if "currency" in said.columns else None
        return amounts.read(rows.column(said, role), how, currency=code)

    reference = rows.source_ref(said, "recurring_ref", known)
    each = word("frequency", "frequency").cast(pl.Int64)
    times = rows.column(said, "every").cast(pl.Int64, strict=False).fill_null(1)
    days = ("started_on", "first_collected_on", "ended_on", "status_on", "new_amount_on")
    money = minor("amount")
    return (
        said.select("source_row")
        .with_columns(
            recurring_gift_id=reference,
            mandate_ref=rows.column(said, "mandate_ref"),
            months_between=each.set(rows.column(said, "frequency").is_null(), 1) * times,
            amount_minor=money["amount_minor"],
            currency=money["currency"],
            **{role: people.day(said, role, known) for role in days},
            end_reason=word("end_reason", "end_reason"),
            payment_method=word("payment_method", "payment_method"),
            campaign_id=rows.column(said, "campaign"),
            state=word("status", "recurring_status"),
            new_minor=minor("new_amount")["amount_minor"],
            card_expires=months.of_card(rows.column(said, "card_expires")),
            source_ref=reference,
            source_file=pl.lit(known.file),
        )
        .with_columns(ended_on=_ended())
    )


def _ended() -> pl.Expr:
    over = pl.col("state") == "ended"
    return pl.when(pl.col("ended_on").is_null() & over).then("status_on").otherwise("ended_on")


def _verdicts(said: pl.DataFrame, read: pl.DataFrame, known: Recognition) -> list[Verdict]:
    started, amount = rows.column(said, "started_on"), rows.column(said, "amount")
    problem = dates.read(started, known.dates.get("started_on", dates.Convention()))["problem"]
    codes = ("date_unreadable", "date_impossible", "date_implausible")
    ended_when = (read["state"] == "ended") & read["ended_on"].is_null()
    status = rows.column(said, "status")
    return [
        Verdict(read["person_key"].is_null(), "nobody_named", "external_id"),
        Verdict(started.is_null(), "date_missing", "started_on"),
        *(Verdict(problem == code, code, "started_on") for code in codes),
        Verdict(
            amount.is_not_null() & read["amount_minor"].is_null(), "amount_unreadable", "amount"
        ),
        Verdict(read["amount_minor"] <= 0, "amount_zero", "amount"),
        Verdict(read["currency"].is_null(), "currency_unknown", "currency"),
        Verdict(read["months_between"].is_null(), "frequency_unknown", "frequency"),
        Verdict(read["months_between"] <= 0, "frequency_unknown", "every"),
        Verdict(rows.unknown_word(status, read["state"]), "status_unknown", "status"),
        Verdict(ended_when, "end_date_missing", "ended_on"),
    ]


def _pauses(kept: pl.DataFrame) -> pl.DataFrame:
    paused = kept.filter(pl.col("state") == "paused").with_columns(
        effective_on=pl.col("status_on"),
        kind=pl.lit("pause"),
        amount_minor=pl.lit(None, pl.Int64),
        source_ref=pl.col("source_ref") + ":pause",
    )
    return _shaped(paused, facts.RECURRING_CHANGES)


def _new_amounts(kept: pl.DataFrame) -> pl.DataFrame:
    changed = (pl.col("new_minor") > 0) & (pl.col("new_minor") != pl.col("amount_minor"))
    new = kept.filter(changed).with_columns(
        effective_on=pl.col("new_amount_on"),
        kind=pl.lit("amount"),
        amount_minor=pl.col("new_minor"),
        source_ref=pl.col("source_ref") + ":amount",
    )
    return _shaped(new, facts.RECURRING_CHANGES)


def _cards(kept: pl.DataFrame) -> pl.DataFrame:
    """Return until when the cards that pay are valid, as attributes of who signed."""
    return _shaped(
        kept.filter(
            pl.col("card_expires").is_not_null() & pl.col("ended_on").is_null()
        ).with_columns(
            name=pl.lit("card_expires"),
            value=pl.col("card_expires"),
            party=pl.lit("zero"),
            collected_on=pl.col("started_on"),
            source_ref=pl.col("source_ref") + ":card",
        ),
        facts.ATTRIBUTES,
    )


def _shaped(frame: pl.DataFrame, table: facts.Table) -> pl.DataFrame:
    return frame.select(
        pl.col(name).cast(kind) for name, kind in said_besides.schema(table).items()
    )
