"""Gifts: which rows are gifts, which correct an earlier one, and which are neither.

Pledges, tests, payments still pending and tips to a platform are rejected with their reason. A
payment that failed or was given back is a gift row with its status, and never counts as giving. A
negative amount corrects an earlier gift. Part of a payment given back leaves the rest as the gift.
"""

import polars as pl

from mecene.sources import amounts, dates, distinct, people, rows, said_besides, vocabulary
from mecene.sources.recognition import Recognition
from mecene.sources.rows import Built, Verdict

NOT_GIFTS = ("pledge", "pending_payment", "test_payment", "platform_tip", "not_a_gift")
CORRECTIONS = ("person_key", "refunded_ref", "amount_minor", "currency", "corrected_on",
               "source_ref", "source_file", "source_row")  # fmt: skip
_COLUMNS = (
    "person_key", "payer_key", "given_on", "given_at", "received_on", "credited_on",
    "amount_minor", "non_deductible_minor", "currency", "kind", "payment_method", "campaign_id",
    "designation", "recurring_gift_id", "status", "status_on", "return_code", "in_memory_of",
    "source_ref", "source_file", "source_row",
)  # fmt: skip
_CONTENT = ("person_key", "given_on", "given_at", "amount_minor", "currency")


def build(said: pl.DataFrame, known: Recognition) -> Built:
    """Return the gifts, corrections and rejects of a batch of rows.

    Args:
        said: Rows as ``rows.spoken`` gives them.
        known: What was recognised in their file.
    """
    read = _read(said, known)
    rejects, sound = rows.rejected(said, _verdicts(said, read), known)
    who = people.read(said, known)
    payer = _payer_keys(said, known, who)
    read = read.with_columns(who["person_key"], payer, rows.source_ref(said, "gift_ref", known))
    kept = read.filter(sound)
    correcting = (kept["amount_minor"] < 0) | (kept["kind"] == "correction").fill_null(value=False)
    gifts = kept.filter(~correcting)
    on = read["given_on"]
    return Built(
        main={
            "gifts": gifts.select(_COLUMNS),
            "corrections": _corrections(kept.filter(correcting)),
        },
        rejects=rejects,
        people=who.with_columns(said["source_row"], said_on=on).filter(sound),
        side=said_besides.build(said.filter(sound), who.filter(sound), known, on=on.filter(sound)),
        marks=_marks(gifts),
        lost=_lost(said.filter(sound), who.filter(sound), kept, known),
    )


def content_hash() -> pl.Expr:
    """Return what makes two gift rows the same gift, hashed; the same within one run only."""
    return pl.struct(_CONTENT).hash(seed=2)


def _read(said: pl.DataFrame, known: Recognition) -> pl.DataFrame:
    money = _money(said, known)
    given = _given(said, known)
    meanings = {
        field: vocabulary.meaning(
            rows.column(said, field), field, own=dict(known.told.words.get(field, {}))
        )
        for field in ("status", "kind", "payment_method")
    }
    read = said.select("source_row").with_columns(
        **money.to_dict(),
        given_on=given["day"],
        given_at=given["at"],
        date_problem=given["problem"],
        received_on=people.day(said, "received_on", known),
        credited_on=people.day(said, "credited_on", known),
        stated_on=people.day(said, "status_on", known),
        status=meanings["status"].fill_null("received"),
        status_unknown=rows.unknown_word(rows.column(said, "status"), meanings["status"]),
        kind=meanings["kind"],
        kind_unknown=rows.unknown_word(rows.column(said, "kind"), meanings["kind"]),
        method=meanings["payment_method"],
        campaign_id=rows.column(said, "campaign"),
        designation=rows.column(said, "designation"),
        recurring_gift_id=rows.column(said, "recurring_ref"),
        return_code=rows.column(said, "return_code"),
        in_memory_of=rows.column(said, "in_memory_of"),
        refunded_ref=rows.column(said, "refers_to"),
        own_ref=rows.column(said, "gift_ref"),
        own_method=rows.column(said, "payment_method"),
        source_file=pl.lit(known.file),
    )
    return read.with_columns(_kind(), _method(), *_outcome())


def _money(said: pl.DataFrame, known: Recognition) -> pl.DataFrame:
    """Return the gift's amount (what was given back, or left to a platform, taken off)."""
    code = said["currency"] if "currency" in said.columns else None

    def minor(role: str) -> pl.Series:
        cells = rows.column(said, role)
        if role not in said.columns or cells.is_null().all():
            return pl.Series(role, [0], dtype=pl.Int64).new_from_index(0, said.height)
        how = known.amounts.get(role, known.amounts.get("amount", amounts.Convention()))
        return _amounts(cells, how, code)["amount_minor"].fill_null(0).abs().rename(role)

    how = known.amounts.get("amount", amounts.Convention())
    read = _amounts(rows.column(said, "amount"), how, code)
    taken = pl.DataFrame([minor("amount_refunded"), minor("tip"), minor("non_deductible")])
    gross = read["amount_minor"] - taken["tip"]
    back = taken["amount_refunded"]
    partly = (back > 0) & (back < gross)
    return pl.DataFrame(
        {
            "amount_minor": gross - back * partly.cast(pl.Int64),
            "currency": read["currency"],
            "partly": partly,
            "wholly": (back > 0) & (back >= gross),
            "non_deductible_minor": taken["non_deductible"].set(taken["non_deductible"] == 0, None),
        }
    )


def _amounts(cells: pl.Series, how: amounts.Convention, code: pl.Series | None) -> pl.DataFrame:
    said = cells.to_frame("cell")
    if code is None:
        return distinct.read(said, lambda few: amounts.read(few["cell"], how))
    return distinct.read(
        said.with_columns(code=code),
        lambda few: amounts.read(few["cell"], how, currency=few["code"]),
    )


def _given(said: pl.DataFrame, known: Recognition) -> pl.DataFrame:
    how = known.dates.get("given_on", dates.Convention())
    cells = rows.column(said, "given_on")
    if "given_time" in said.columns:
        joined = pl.concat_str("given_on", "given_time", separator=" ", ignore_nulls=True)
        cells = said.select(given_on=pl.when(pl.col("given_on").is_not_null()).then(joined))[
            "given_on"
        ]
        how = dates.Convention(how.order, how.reason, True, how.epoch, how.pivot, how.source_zone,
                               how.zone)  # fmt: skip
    return distinct.read(cells.to_frame(), lambda few: dates.read(few.to_series(), how))


def _kind() -> pl.Expr:
    regular = (pl.col("method") == "direct_debit") | pl.col("recurring_gift_id").is_not_null()
    guessed = pl.when(regular).then(pl.lit("instalment")).otherwise(pl.lit("one_off"))
    return pl.coalesce("kind", guessed).alias("kind")


def _method() -> pl.Expr:
    stated = pl.when(pl.col("own_method").is_not_null()).then(pl.lit("other"))
    return pl.coalesce("method", stated).alias("payment_method")


def _outcome() -> list[pl.Expr]:
    """Return status and its day: wholly given back is refunded, in part is still received."""
    status = pl.col("status")
    returned = (
        pl.when(pl.col("wholly") & (status != "failed"))
        .then(pl.lit("refunded"))
        .when(pl.col("partly") & (status == "refunded"))
        .then(pl.lit("received"))
        .otherwise(status)
    )
    dated = pl.when(returned.is_in(["refunded", "failed"])).then(
        pl.coalesce("stated_on", "given_on")
    )
    return [returned.alias("status"), dated.alias("status_on")]


def _verdicts(said: pl.DataFrame, read: pl.DataFrame) -> list[Verdict]:
    amount, cells = read["amount_minor"], rows.column(said, "amount")
    day = rows.column(said, "given_on")
    found = [Verdict(vocabulary.yes(rows.column(said, "test")), "test_payment", "test")]
    found += [Verdict(read["kind"] == word, word, "kind") for word in NOT_GIFTS]
    found += [Verdict(read["status"] == word, word, "status") for word in NOT_GIFTS]
    found += [
        Verdict(read["status_unknown"], "status_unknown", "status"),
        Verdict(cells.is_null(), "amount_missing", "amount"),
        Verdict(amount.is_null() & read["currency"].is_not_null(), "amount_unreadable", "amount"),
        Verdict(read["currency"].is_null(), "currency_unknown", "currency"),
        Verdict(amount == 0, "amount_zero", "amount"),
        Verdict(day.is_null(), "date_missing", "given_on"),
    ]
    problems = ("date_unreadable", "date_impossible", "date_implausible")
    found += [Verdict(read["date_problem"] == each, each, "given_on") for each in problems]
    return found


def _payer_keys(said: pl.DataFrame, known: Recognition, who: pl.DataFrame) -> pl.Series:
    if not any(name.startswith("payer_") for name in said.columns):
        return who["person_key"].set(who["person_key"].is_not_null(), None).rename("payer_key")
    return people.payers(said, known)["person_key"].rename("payer_key")


def _corrections(kept: pl.DataFrame) -> pl.DataFrame:
    return kept.select(
        "person_key",
        "refunded_ref",
        pl.col("amount_minor").abs(),
        "currency",
        pl.coalesce("stated_on", "given_on").alias("corrected_on"),
        "source_ref",
        "source_file",
        "source_row",
    )


def _lost(
    said: pl.DataFrame, who: pl.DataFrame, kept: pl.DataFrame, known: Recognition
) -> dict[str, int]:
    unknown = int(kept["kind_unknown"].sum())
    kinds = {known.header("kind") or "kind": unknown} if unknown else {}
    return people.lost(said, who, known) | kinds


def _marks(gifts: pl.DataFrame) -> pl.DataFrame:
    own = pl.when(pl.col("own_ref").is_not_null()).then(pl.col("own_ref").hash(seed=1))
    return gifts.select("source_row", "status", reference=own, fact=content_hash())
