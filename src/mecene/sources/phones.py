"""Phones: which number, in E.164, each cell of a column says.

A French number in any of its usual writings is read by whole columns; every other one is given to
``phonenumbers``, once a distinct writing. What is no valid number is nothing.
"""

import phonenumbers
import polars as pl

HOME = "FR"


def read(cells: pl.Series, *, country: pl.Series) -> pl.Series:
    """Return E.164 numbers, null where the cell is no number.

    Args:
        cells: Shape (n,), String.
        country: Shape (n,), ISO 3166-1 alpha-2, null: ``FR``.
    """
    frame = pl.DataFrame({"text": cells, "country": country.fill_null(HOME)})
    digits = pl.col("text").str.replace(r"\.0$", "").str.replace(r"\(0\)", "")
    digits = digits.str.replace_all(r"[\s.\-/()\u{a0}\u{202f}]", "")
    frame = frame.with_columns(digits=digits)
    home = pl.col("digits").str.extract(r"^(?:\+33|0033|33|0)0?([1-9]\d{8})$|^([1-9]\d{8})$", 1)
    lost_zero = pl.col("digits").str.extract(r"^([1-9]\d{8})$")
    french = pl.col("country") == HOME
    frame = frame.with_columns(
        number=pl.when(french).then(pl.lit("+33") + pl.coalesce(home, lost_zero))
    )
    odd = frame.filter(pl.col("number").is_null() & pl.col("digits").str.contains(r"\d{4}"))
    if odd.is_empty():
        return frame["number"].rename("phone")
    distinct = odd.select("digits", "country").unique()
    parsed = [_parsed(text, region) for text, region in distinct.iter_rows()]
    found = distinct.with_columns(other=pl.Series(parsed, dtype=pl.String))
    joined = frame.join(found, on=["digits", "country"], how="left", maintain_order="left")
    return joined.select(phone=pl.coalesce("number", "other")).to_series()


def _parsed(text: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(text[:40], region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
