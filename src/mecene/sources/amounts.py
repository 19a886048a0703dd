"""Amounts: how much money each cell of a column says.

A cell whose marks can only be read one way (``1.234,50``, ``12.5``) speaks for itself. A cell
that can be read two ways (``1.234``, ``1,234``) follows its column, and the column's convention
is decided once, on its sample. No float is involved: digits become whole minor units.
"""

from dataclasses import dataclass

import polars as pl

from mecene import money

# What people write beside the number, longest first so that ``US$`` is not read as ``$``.
_MARKS = {
    "F CFA": "XOF", "FCFA": "XOF", "CFA": "XOF", "US$": "USD", "$US": "USD", "$ US": "USD",
    "CA$": "CAD", "C$": "CAD", "$CA": "CAD", "$ CA": "CAD", "EUROS": "EUR", "EURO": "EUR",
    "€": "EUR", "£": "GBP", "$": "USD", "FR.": "CHF", "SFR": "CHF",
}  # fmt: skip
CURRENCIES = (
    "EUR", "USD", "GBP", "CHF", "CAD", "AUD", "NZD", "JPY", "SEK", "NOK", "DKK", "PLN", "CZK",
    "HUF", "RON", "BGN", "MAD", "TND", "DZD", "XOF", "XAF", "XPF", "MGA", "MUR", "HKD", "SGD",
    "CNY", "INR", "BRL", "MXN", "ZAR", "ILS", "TRY", "CLP", "KRW", "VND", "BHD", "KWD",
)  # fmt: skip
_ODD_EXPONENTS = {code: money.exponent(code) for code in CURRENCIES if money.exponent(code) != 2}
_PLAIN = r"^\d{1,3}([ \u{a0}\u{202f}]?\d{3})*([.,]\d{1,2})?$|^\d+([.,]\d{1,2})?$"
_AMBIGUOUS = r"^[1-9]\d{0,2}[.,]\d{3}$"
# What only one decimal mark explains: two digits after it, no group of three before it, both marks.
_PROOF = {
    mark: rf"^\d*{mark}(\d{{1,2}}|\d{{4,}})$|^0{mark}\d+$|^\d{{4,}}{mark}\d+$"
    rf"|{other}\d{{3}}{mark}\d+$|^\d{{1,3}}({other}\d{{3}}){{2,}}$"
    for mark, other in ((",", r"\."), (r"\.", ","))
}
_FRACTION_DIGITS = 9


@dataclass(frozen=True)
class Convention:
    """How one column writes its amounts, and why we think so.

    Attributes:
        decimal: The decimal mark, ``,`` or ``.``.
        currency: ISO 4217 code used where neither the cell nor the row says one.
        in_minor_units: Whether the column counts cents.
        reason: ``stated``, ``seen``, ``undecided``: where ``decimal`` comes from.
        currency_reason: ``stated``, ``seen`` or ``assumed``.
    """

    decimal: str = ","
    currency: str = "EUR"
    in_minor_units: bool = False
    reason: str = "undecided"
    currency_reason: str = "assumed"


def decide(
    sample: pl.Series,
    *,
    header: str = "",
    decimal: str | None = None,
    currency: str | None = None,
    in_minor_units: bool = False,
) -> Convention:
    """Return the convention a column of amounts follows, from a sample of its cells.

    Args:
        sample: String cells of the column; the header may name the currency too.
        header: The column's name.
        decimal: ``,`` or ``.`` when the reader was told.
        currency: ISO 4217 code when the reader was told.
        in_minor_units: Whether the column counts cents (told, never guessed).
    """
    bare = _bare(sample.drop_nulls().rename("text"))
    mark, reason = (decimal, "stated") if decimal else _decimal_mark(bare["body"])
    if currency:
        return Convention(mark, currency.upper(), in_minor_units, reason, "stated")
    seen = bare["currency"].drop_nulls()
    named = _bare(pl.Series("text", [header.upper()]))["currency"][0]
    found = str(seen.mode().sort()[0]) if seen.len() else named
    return Convention(mark, found or "EUR", in_minor_units, reason, "seen" if found else "assumed")


def read(
    cells: pl.Series, convention: Convention, *, currency: pl.Series | None = None
) -> pl.DataFrame:
    """Return what each cell says.

    Args:
        cells: Shape (n,), String.
        convention: The column's, from ``decide``.
        currency: Shape (n,), the row's own currency column, if the file has one.

    Returns:
        n rows: ``amount_minor`` Int64 (null where the cell is not an amount) and ``currency``
        (the cell's own mark, else the row's, else the convention's; null when the row's
        currency column holds a word that is no currency).
    """
    bare = _bare(cells.rename("text"))
    bare = bare.with_columns(currency=_chosen_currency(bare, currency, convention))
    body, code = pl.col("body"), pl.col("currency")
    digits = 0 if convention.in_minor_units else _exponents(code)
    point = pl.when(body.str.contains(_AMBIGUOUS))
    written = (
        point.then(_ambiguous(body, convention.decimal))
        .when(body.str.contains(r"^\d+([.,]\d*)?$|^[.,]\d+$"))
        .then(body.str.replace(",", ".", literal=True))
        .when(body.str.contains(r"^\d{1,3}(\.\d{3})+,\d+$|^\d{1,3}(\.\d{3}){2,}$"))
        .then(body.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True))
        .when(body.str.contains(r"^\d{1,3}(,\d{3})+\.\d+$|^\d{1,3}(,\d{3}){2,}$"))
        .then(body.str.replace_all(",", "", literal=True))
    )
    return bare.with_columns(number=written).select(
        amount_minor=_minor(pl.col("number"), digits) * pl.col("sign"), currency=code
    )


def _bare(cells: pl.Series) -> pl.DataFrame:
    """Return ``body`` (digits and marks), ``sign`` (1 or -1) and ``currency`` of each cell."""
    if bool(cells.is_null().all()) or bool(cells.str.contains(_PLAIN).all()):
        # Nothing but digits, spaces and a short decimal: most files, ten times faster.
        return cells.to_frame().select(
            body=pl.col("text").str.replace_all(r"[\s\u{a0}\u{202f}]", ""),
            sign=pl.lit(1, pl.Int64),
            currency=pl.lit(None, pl.String),
        )
    squeezed = pl.col("text").str.to_uppercase().str.replace_all(r"[\s\u{a0}\u{202f}'’_\"]", "")
    marks = {mark.replace(" ", ""): code for mark, code in _MARKS.items()}
    known = "|".join((*(_escaped(mark) for mark in marks), *CURRENCIES))
    # A space inside a number separates thousands; « 12 50 » is two numbers, or a slip.
    whole = ~pl.col("text").str.contains(r"\d[\s\u{a0}\u{202f}]+(\d{1,2}|\d{4,})(\D|$)")
    frame = cells.to_frame().with_columns(squeezed=pl.when(whole).then(squeezed))
    frame = frame.with_columns(
        mark=pl.col("squeezed").str.extract(rf"({known})"),
        body=pl.col("squeezed")
        .str.replace(rf"^([-−–+(]?)({known})", "$1")
        .str.replace(rf"({known})([-−–)]?)$", "$2")
        .str.replace(r",[-–—]$", ""),
    )
    negative = pl.col("body").str.contains(r"^\(.*\)$|^[-−–]|[-−–]$")
    return frame.select(
        body=pl.col("body").str.replace(r"^[-−–+(]", "").str.replace(r"[-−–)]$", ""),
        sign=pl.when(negative).then(-1).otherwise(1).cast(pl.Int64),
        currency=pl.col("mark").replace(marks),
    )


def _escaped(mark: str) -> str:
    return mark.replace("$", r"\$").replace(".", r"\.")


def _decimal_mark(bodies: pl.Series) -> tuple[str, str]:
    """Return the decimal mark that the cells which can be read one way only use."""
    counts = {mark[-1]: int(bodies.str.contains(proof).sum()) for mark, proof in _PROOF.items()}
    if counts[","] != counts["."]:
        return (",", "seen") if counts[","] > counts["."] else (".", "seen")
    ambiguous = bodies.filter(bodies.str.contains(_AMBIGUOUS).fill_null(value=False))
    if not ambiguous.len():
        return ",", "seen" if counts[","] == 0 else "undecided"
    # Three digits after the only mark everywhere, and never a plain small number: decimals.
    commas = int(ambiguous.str.contains(",", literal=True).sum())
    mark = "," if 2 * commas > ambiguous.len() else "."
    everywhere = ambiguous.n_unique() >= 5 and ambiguous.len() == bodies.len()
    other = "." if mark == "," else ","
    return (mark if everywhere else other), "undecided"


def _chosen_currency(
    bare: pl.DataFrame, stated: pl.Series | None, convention: Convention
) -> pl.Expr:
    if stated is None:
        return pl.col("currency").fill_null(convention.currency)
    marks = {mark.replace(" ", ""): code for mark, code in _MARKS.items()}
    row = stated.str.to_uppercase().str.replace_all(r"[\s\u{a0}\u{202f}]", "").replace(marks)
    row = row.set(row == "", None).fill_null(convention.currency)
    known = row.is_in([*CURRENCIES, convention.currency])
    return pl.col("currency").fill_null(pl.lit(row.set(~known, None)))


def _ambiguous(body: pl.Expr, decimal: str) -> pl.Expr:
    thousands = "." if decimal == "," else ","
    grouped = body.str.replace(thousands, "", literal=True)
    return grouped.str.replace(",", ".", literal=True)


def _exponents(code: pl.Expr) -> pl.Expr:
    return code.replace_strict(_ODD_EXPONENTS, default=2, return_dtype=pl.Int64)


def _minor(number: pl.Expr, digits: pl.Expr | int) -> pl.Expr:
    """Return ``1234.5`` as 123450, half to even past the currency's own decimals."""
    whole = number.str.extract(r"^(\d{0,13})(?:\.|$)").replace("", "0").cast(pl.Int64, strict=False)
    fraction = number.str.extract(r"\.(\d+)$").fill_null("")
    ninths = fraction.str.pad_end(_FRACTION_DIGITS, "0").str.slice(0, _FRACTION_DIGITS)
    scale = pl.lit(10, pl.Int64).pow(digits)
    left = pl.lit(10, pl.Int64).pow(_FRACTION_DIGITS - digits)
    parts = ninths.cast(pl.Int64)
    floor, rest = parts // left, parts % left
    up = (rest * 2 > left) | ((rest * 2 == left) & (floor % 2 == 1))
    return whole * scale + floor + up.cast(pl.Int64)
