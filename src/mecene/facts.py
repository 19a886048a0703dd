"""Facts: what happened, as tables, and what each column must be.

A fact is added, corrected by another fact, or erased at the person's request; never edited
in silence. The contracts below are checked once, at the door (``check``); everything
downstream trusts the result.

``donor_id`` is ours. A gift without one is anonymous: it counts for income, never for a donor.
"""

from dataclasses import dataclass

import polars as pl

BUCKETS = 16

DATE = pl.Date()
MOMENT = pl.Datetime("us")
INTEGER = pl.Int64()
TEXT = pl.String()

GIFT_KINDS = ("one_off", "instalment", "membership_fee", "in_kind", "corporate", "legacy")
GIFT_STATUSES = ("received", "refunded", "failed")
DONOR_KINDS = ("person", "household", "organisation")
END_REASONS = ("voluntary", "involuntary", "deceased", "technical")
CONSENT_STATUSES = ("granted", "refused", "withdrawn", "objected", "unknown")
# Interactions that are nothing a person did: what machines did on the way, and saying no.
NOT_ENGAGEMENT = (
    "bounce", "soft_bounce", "hard_bounce", "blocked", "rejected", "failed", "dropped", "deferred",
    "queued", "sent", "delivered", "complaint", "unsubscribe", "open", "proxy_open",
)  # fmt: skip
PURPOSES = (
    "appeal", "newsletter", "impact_report", "commercial", "partner_charity_sharing",
    "open_tracking", "web_tracking", "profiling", "survey", "legacy", "transactional",
)  # fmt: skip


class InvalidFacts(ValueError):
    """A table of facts breaks its contract; the message says which column, row and value."""


@dataclass(frozen=True)
class Column:
    """One column of a fact table: its type, whether it may be empty, its range or its words."""

    name: str
    type: pl.DataType
    means: str
    required: bool = False
    low: int | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One kind of fact: what a row is, and its columns in order."""

    name: str
    row: str
    columns: tuple[Column, ...]

    @property
    def schema(self) -> pl.Schema:
        """Return column name → Polars type, in order."""
        return pl.Schema({column.name: column.type for column in self.columns})

    @property
    def required(self) -> tuple[str, ...]:
        """Return the names of the columns that are never empty."""
        return tuple(column.name for column in self.columns if column.required)


def _donor(required: bool = True) -> Column:
    return Column("donor_id", INTEGER, "the donor, ours", required=required, low=1)


DONORS = Table(
    "donors",
    "a person, a household or an organisation",
    (
        _donor(),
        Column("external_ids", pl.List(TEXT), "references in the files read, sorted"),
        Column("kind", TEXT, "what the donor is", required=True, words=DONOR_KINDS),
        Column("civility", TEXT, "M., Mme, M. et Mme …, as given"),
        Column("first_name", TEXT, "given name"),
        Column("last_name", TEXT, "family name"),
        Column("organisation_name", TEXT, "company or body"),
        Column("email", TEXT, "lower case"),
        Column("phone", TEXT, "E.164"),
        Column("address", TEXT, "street lines, one a line"),
        Column("postcode", TEXT, "as written, without spaces"),
        Column("city", TEXT, "town"),
        Column("country", TEXT, "ISO 3166-1 alpha-2"),
        Column("birth_date", DATE, "day of birth"),
        Column("gender", TEXT, "declared or read from the civility", words=("f", "m", "x")),
        Column("language", TEXT, "ISO 639-1"),
        Column("acquired_on", DATE, "day the organisation first met them, if the file says"),
        Column("acquisition_channel", TEXT, "how they came"),
        Column("household_id", INTEGER, "donors who live together share one", low=1),
        Column("deceased_on", DATE, "day of death, or the day it was learnt"),
        Column("undeliverable_on", DATE, "day post came back (NPAI)"),
    ),
)

GIFTS = Table(
    "gifts",
    "a gift",
    (
        Column("gift_id", INTEGER, "the gift, ours", required=True, low=1),
        _donor(required=False),
        Column("given_on", DATE, "day of the gift", required=True),
        Column("given_at", MOMENT, "moment of the gift, where the file has it"),
        Column("received_on", DATE, "day it reached the organisation"),
        Column("credited_on", DATE, "day the account was credited"),
        Column("amount_minor", INTEGER, "amount, in minor units", required=True, low=1),
        Column("non_deductible_minor", INTEGER, "value of what was given in return", low=0),
        Column("currency", TEXT, "ISO 4217", required=True),
        Column("kind", TEXT, "nature of the gift", required=True, words=GIFT_KINDS),
        Column("payment_method", TEXT, "card, cheque, direct_debit, transfer, cash, other"),
        Column("campaign_id", TEXT, "appeal or source code"),
        Column("designation", TEXT, "fund"),
        Column("recurring_gift_id", TEXT, "the commitment an instalment belongs to"),
        Column("status", TEXT, "what became of it", required=True, words=GIFT_STATUSES),
        Column("status_on", DATE, "day of the refund or failure"),
        Column("return_code", TEXT, "bank reason code of a failure"),
        Column("in_memory_of", TEXT, "tribute"),
        Column("payer_id", INTEGER, "who paid, when not the donor", low=1),
        Column("source_ref", TEXT, "reference in the file, or file hash:row", required=True),
    ),
)

RECURRING_GIFTS = Table(
    "recurring_gifts",
    "a standing commitment",
    (
        Column("recurring_gift_id", TEXT, "the commitment", required=True),
        Column("mandate_ref", TEXT, "SEPA mandate (RUM)"),
        _donor(),
        Column("months_between", INTEGER, "months between two debits", required=True, low=1),
        Column("amount_minor", INTEGER, "amount at the start, in minor units", low=1),
        Column("currency", TEXT, "ISO 4217", required=True),
        Column("started_on", DATE, "day it was signed", required=True),
        Column("first_collected_on", DATE, "day of the first debit that succeeded"),
        Column("ended_on", DATE, "day it stopped"),
        Column("end_reason", TEXT, "why it stopped", words=END_REASONS),
        Column("payment_method", TEXT, "direct_debit, card, transfer"),
        Column("campaign_id", TEXT, "appeal it came from"),
        Column("source_ref", TEXT, "reference in the file, or file hash:row", required=True),
    ),
)

RECURRING_CHANGES = Table(
    "recurring_changes",
    "a new amount, a pause or a resumption of a standing commitment",
    (
        Column("recurring_gift_id", TEXT, "the commitment", required=True),
        _donor(),
        Column("effective_on", DATE, "first day it holds", required=True),
        Column("kind", TEXT, "what changed", required=True, words=("amount", "pause", "resume")),
        Column("amount_minor", INTEGER, "the new amount, in minor units", low=1),
        Column("source_ref", TEXT, "reference in the file, or file hash:row", required=True),
    ),
)

CONTACTS = Table(
    "contacts",
    "something we sent or said",
    (
        _donor(),
        Column("at", MOMENT, "when", required=True),
        Column("channel", TEXT, "how", required=True),
        Column("purpose", TEXT, "why", words=PURPOSES),
        Column("campaign_id", TEXT, "appeal or programme"),
        Column("variant", TEXT, "which version"),
        Column("cost_minor", INTEGER, "cost, in minor units", low=0),
        Column("source_ref", TEXT, "reference in the file, or file hash:row", required=True),
    ),
)

INTERACTIONS = Table(
    "interactions",
    "something they did",
    (
        _donor(required=False),
        Column("visitor_id", TEXT, "a visitor not yet known"),
        Column("at", MOMENT, "when", required=True),
        Column("kind", TEXT, "click, reply, bounce, page_view, petition_signed …", required=True),
        Column("channel", TEXT, "where"),
        Column("device", TEXT, "phone, tablet, computer"),
        Column("campaign_id", TEXT, "appeal or programme"),
        Column("text", TEXT, "their words"),
        Column("properties", TEXT, "anything else, as JSON"),
        Column("source_ref", TEXT, "reference in the file, or file hash:row", required=True),
    ),
)

CONSENTS = Table(
    "consents",
    "a grant, a refusal, a withdrawal or an objection",
    (
        _donor(),
        Column("purpose", TEXT, "for what; empty: every purpose", words=PURPOSES),
        Column("channel", TEXT, "how; empty: every channel"),
        Column("status", TEXT, "what they said", required=True, words=CONSENT_STATUSES),
        Column("legal_basis", TEXT, "legitimate_interest_optout, consent, contract …"),
        Column("occurred_at", MOMENT, "when", required=True),
        Column("source", TEXT, "where it was said"),
        Column("text_version", TEXT, "the wording shown"),
        Column("proof", TEXT, "what shows it"),
        Column("source_ref", TEXT, "reference in the file, or file hash:row", required=True),
    ),
)

CAMPAIGNS = Table(
    "campaigns",
    "an appeal or a programme, over [started_on, ended_on)",
    (
        Column("campaign_id", TEXT, "the campaign", required=True),
        Column("name", TEXT, "its name"),
        Column("channel", TEXT, "how it is sent"),
        Column("started_on", DATE, "first day"),
        Column("ended_on", DATE, "day after the last"),
        Column("cost_minor", INTEGER, "cost, in minor units", low=0),
        Column("purpose", TEXT, "why", words=PURPOSES),
        Column("source_ref", TEXT, "reference in the file, or file hash:row", required=True),
    ),
)

ATTRIBUTES = Table(
    "attributes",
    "something a donor declared or was seen to prefer",
    (
        _donor(),
        Column("name", TEXT, "cause, budget, wished_frequency …", required=True),
        Column("value", TEXT, "as given", required=True),
        Column("party", TEXT, "zero: declared; first: observed", words=("zero", "first")),
        Column("collected_on", DATE, "day it was learnt"),
        Column("source_ref", TEXT, "reference in the file, or file hash:row", required=True),
    ),
)

SERIES = Table(
    "series",
    "a month of an external series (a national index)",
    (
        Column("name", TEXT, "which series", required=True),
        Column("month", DATE, "first day of the month", required=True),
        Column("value", pl.Float64(), "in the series' own unit", required=True),
        Column("source_ref", TEXT, "reference in the file, or file hash:row", required=True),
    ),
)

_ALL = (
    DONORS, GIFTS, RECURRING_GIFTS, RECURRING_CHANGES, CONTACTS, INTERACTIONS, CONSENTS,
    CAMPAIGNS, ATTRIBUTES, SERIES,
)  # fmt: skip
TABLES = {table.name: table for table in _ALL}


def empty(table: Table) -> pl.DataFrame:
    """Return the table with its columns and no row."""
    return pl.DataFrame(schema=table.schema)


def complete(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Return the frame with every column of the table, in order, absent ones empty.

    Raises:
        InvalidFacts: a column the table does not know, or a type that cannot be its own.
    """
    for name in set(frame.columns).difference(table.schema):
        raise InvalidFacts(f"{table.name}: unknown column {name}; known: {', '.join(table.schema)}")
    present = [
        pl.col(name) if name in frame.columns else pl.lit(None).alias(name) for name in table.schema
    ]
    if not frame.width:
        return empty(table)
    try:
        return frame.select(present).cast(table.schema)
    except pl.exceptions.InvalidOperationError as wrong:
        raise InvalidFacts(f"{table.name}: a column has the wrong type: {wrong}") from wrong


def check(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Return the frame as the table's contract has it: every column, typed, ordered.

    Raises:
        InvalidFacts: the first broken promise, with its column, row (from 1) and value.
    """
    frame = complete(frame, table)
    for column in table.columns:
        values = frame.get_column(column.name)
        if column.required:
            _refuse(values.is_null(), values, table, "is empty; it is required")
        if column.low is not None:
            _refuse((values < column.low), values, table, f"is below {column.low}")
        if column.words:
            allowed = values.is_in(list(column.words))
            _refuse(~allowed, values, table, f"is not one of {', '.join(column.words)}")
    return frame


def _refuse(wrong: pl.Series, values: pl.Series, table: Table, reason: str) -> None:
    for row in wrong.fill_null(value=False).arg_true().head(1):
        found = f"{values.name} = {values[row]!r} in row {row + 1}"
        raise InvalidFacts(f"{table.name}: {found} {reason}")
