"""Givens: what does the SQL of the families take for constant?

What only depends on the day asked about, or on the whole store, is worked out once, not in the
SQL: it would be understood and folded again at each mention of the gifts, which takes longer than
to run a family over a few donors.
"""

from datetime import date

import duckdb

from mecene.engine import duck
from mecene.engine.connection import Parameter

DEFAULT_YEAR_START = 1
_CURRENCIES = (
    "(select currency from gifts where status = 'received' "
    "union all select currency from recurring_gifts) as currencies"
)
# What ``learn`` asks of.
TABLES = frozenset({"donors", "gifts", "recurring_gifts", "contacts", "interactions"})
# Month and day.
_LEAP_DAY = (2, 29)


def of_day(as_of: date, *, year_starts_in_month: int = DEFAULT_YEAR_START) -> dict[str, Parameter]:
    """Return the constants by which ``counted_gifts.sql`` numbers years.

    ``days_to_new_year`` moves ``as_of`` to a 1 January: back to that of its year before
    29 February, on to the next one from that day on, so that no leap day lies between. (On
    29 February the twelve months before began on a 28th, which is as far from the next
    1 January.) ``this_year`` is the calendar year, once moved, of the twelve months that end at
    ``as_of``; ``this_book_year`` the accounting year of the day before it, counted from year 0.

    Args:
        as_of: The day.
        year_starts_in_month: First month of the accounting year, 1 to 12.
    """
    early = (as_of.month, as_of.day) < _LEAP_DAY
    anchor = date(as_of.year, 1, 1) if early else date(as_of.year, 12, 31)
    month_of_the_day_before = as_of.year * 12 + as_of.month - (as_of.day == 1)
    return {
        "year_starts_in_month": year_starts_in_month,
        "days_to_new_year": (anchor - as_of).days + (not early),
        "this_year": as_of.year - early,
        "this_book_year": (month_of_the_day_before - year_starts_in_month) // 12,
    }


def a_currency() -> str:
    """Return the SQL of one currency of the whole store, ``some_currency``; empty without gifts."""
    return f"select coalesce((select currency from {_CURRENCIES} limit 1), '') as some_currency"


def of_all() -> str:
    """Return the SQL of what the whole store, not a bucket, knows of: nobody counted is not zero.

    One row; each column is a constant of the SQL of the families, as ``a_currency`` is. Compared
    with a constant, a column of words is mostly answered by what its files say of themselves.
    """
    asked = {
        "has_contacts": "select 1 from contacts limit 1",
        "has_interactions": "select 1 from interactions limit 1",
        "has_instalments": "select 1 from gifts where kind = 'instalment' limit 1",
        "has_contact_details": "select 1 from donors "
        "where email is not null or phone is not null or address is not null limit 1",
        "has_several_currencies": f"select 1 from {_CURRENCIES} "
        "where currency <> some_currency() limit 1",
    }
    exist = ", ".join(f"exists({query}) as {name}" for name, query in asked.items())
    return f"select {exist}"


def learn(connection: duckdb.DuckDBPyConnection) -> tuple[dict[str, Parameter], int]:
    """Have a connection to a whole store know its constants; return them, and the highest donor."""
    (currency,) = connection.execute(a_currency()).fetchall()[0]
    duck.define(connection, {"some_currency": currency})
    asked = f"select *, (select max(donor_id) from donors) as highest from ({of_all()})"
    known = connection.execute(asked).pl().row(0, named=True)
    highest = known.pop("highest") or 0
    duck.define(connection, known)
    return known | {"some_currency": currency}, highest
