"""Gifts: every gift of a period, the month's payments by account, and the entries of the books."""

import calendar
import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import Any

import polars as pl

from mecene import money
from mecene_web.donors.models import Donor
from mecene_web.giving.models import Commitment, Gift
from mecene_web.organisation import tables

_TOLD = (
    "id", "donor_id", "given_on", "received_on", "credited_on", "amount_minor", "currency", "kind",
    "payment_method", "campaign_code", "designation", "commitment_ref", "status", "status_on",
    "in_memory_of", "payer_id", "source_ref",
)  # fmt: skip
_PROMISED = (
    "ref", "mandate_ref", "donor_id", "months_between", "amount_minor", "currency", "started_on",
    "first_collected_on", "ended_on", "end_reason", "payment_method", "campaign_code",
)  # fmt: skip
_NAMES = ("id", "civility", "first_name", "last_name", "organisation_name", "email")
_CREDITED = "coalesce(credited_on, received_on, given_on)"
# The columns of the « fichier des écritures comptables », in their order (LPF art. A47 A-1).
ENTRY = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib",
    "CompAuxNum", "CompAuxLib", "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit",
    "EcritureLet", "DateLet", "ValidDate", "Montantdevise", "Idevise",
)  # fmt: skip


def gifts(since: date, until: date) -> Iterator[pl.DataFrame]:
    """Yield the gifts of [since, until), a month at a time, with who gave."""
    for start, end in _months(since, until):
        rows = _given(start, end)
        who = tables.read(Donor, _NAMES, among=rows["donor_id"].drop_nulls().to_list())
        yield (
            rows.join(who, left_on="donor_id", right_on="id", how="left", maintain_order="left")
            .sort("given_on", "id")
            .rename({"id": "gift_id", "campaign_code": "campaign"})
        )


def recurring() -> pl.DataFrame:
    """Return every regular gift, running or over, with who gives it."""
    rows = tables.read(Commitment, _PROMISED)
    who = tables.read(Donor, _NAMES, among=rows["donor_id"].to_list())
    return (
        rows.join(who, left_on="donor_id", right_on="id", how="left", maintain_order="left")
        .sort("started_on", "ref")
        .rename({"campaign_code": "campaign"})
    )


def bank(since: date, until: date) -> pl.DataFrame:
    """Return what each day should show on the account: by day, means of payment and currency.

    A gift counts on the day it was credited; where that is unknown, received; else given.
    Returned payments are subtracted on the day they came back.
    """
    months = _months(since, until)
    parts = [_given(start, end, on=_CREDITED) for start, end in months]
    held = pl.concat(parts) if parts else _given(since, since)
    day = pl.coalesce("credited_on", "received_on", "given_on")
    method = pl.col("payment_method").fill_null("other")
    came = held.select(day=day, method=method, currency="currency", amount_minor="amount_minor")
    back = _returned(since, until).select(
        day="status_on", method=method, currency="currency", amount_minor=-pl.col("amount_minor")
    )
    return (
        pl.concat([came, back])
        .group_by("day", "method", "currency")
        .agg(
            payments=(pl.col("amount_minor") > 0).sum(),
            returned=(pl.col("amount_minor") < 0).sum(),
            amount_minor=pl.col("amount_minor").sum(),
        )
        .sort("day", "method", "currency")
    )


def entries(since: date, until: date) -> pl.DataFrame:
    """Return the entries of the books: a day, a kind and a means of payment is one, in balance.

    No donor is named: the books need none. Columns are ``ENTRY``.
    """
    rows = [_given(start, end) for start, end in _months(since, until)]
    held = pl.concat(rows) if rows else _given(since, since)
    summed = (
        held.with_columns(pl.col("payment_method").fill_null("other"))
        .group_by("given_on", "kind", "payment_method", "currency")
        .agg(pl.col("amount_minor").sum(), pl.len().alias("gifts"))
        .sort("given_on", "kind", "payment_method", "currency")
    )
    lines = [
        line
        for number, row in enumerate(summed.to_dicts(), start=1)
        for line in _entry(number, row)
    ]
    return pl.DataFrame(lines, schema=dict.fromkeys(ENTRY, pl.String), orient="row")


def _entry(number: int, row: dict[str, Any]) -> list[tuple[str, ...]]:
    known = _accounts()
    journal, accounts = known["journal"], known["accounts"]
    into = accounts["money"].get(row["payment_method"], accounts["money"]["other"])
    of = accounts["income"][row["kind"]]
    day = f"{row['given_on']:%Y%m%d}"
    exponent = money.exponent(row["currency"])
    amount = f"{row['amount_minor'] / 10**exponent:.{exponent}f}".replace(".", ",")
    nothing = f"{0:.{exponent}f}".replace(".", ",")
    said = f"{of['name']} ({row['gifts']}) du {row['given_on']:%d/%m/%Y}"

    def line(account: dict[str, str], debit: str, credit: str) -> tuple[str, ...]:
        return (
            journal["code"], journal["name"], str(number), day, account["account"],
            account["name"], "", "", f"{journal['code']}-{day}-{number}", day, said, debit, credit,
            "", "", day, "" if row["currency"] == "EUR" else amount,
            "" if row["currency"] == "EUR" else row["currency"],
        )  # fmt: skip

    return [line(into, amount, nothing), line(of, nothing, amount)]


def _given(start: date, end: date, *, on: str = "given_on") -> pl.DataFrame:
    """Return the gifts of some days that were made: those that failed never were."""
    return tables.read(
        Gift, _TOLD, where=f"{on} >= '{start}' and {on} < '{end}' and status <> 'failed'"
    )


def _returned(since: date, until: date) -> pl.DataFrame:
    return tables.read(
        Gift, _TOLD,
        where=f"status = 'refunded' and status_on >= '{since}' and status_on < '{until}'",
    )  # fmt: skip


def _months(since: date, until: date) -> Iterator[tuple[date, date]]:
    start = since
    while start < until:
        last = calendar.monthrange(start.year, start.month)[1]
        end = min(date(start.year, start.month, last) + timedelta(days=1), until)
        yield start, end
        start = end


@cache
def _accounts() -> dict[str, Any]:
    text = resources.files("mecene.law").joinpath("accounting.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
