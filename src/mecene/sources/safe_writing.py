"""Safe writing: how tables leave for a spreadsheet without carrying a formula in."""

import polars as pl

# What a spreadsheet may take for a formula: the four signs, also after blanks and in their
# full-width forms, and any leading control character.
# https://owasp.org/www-community/attacks/CSV_Injection
DANGEROUS = r"^(?:[\t\r\n\x00]|\s*[=+\-@＝＋－＠])"


def defused(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a table whose text cells can be opened in a spreadsheet: ``=1+1`` → ``'=1+1``.

    Numbers and dates are left alone; a phone ``+33…`` held as text gets the apostrophe too.
    """
    text = pl.col(pl.String)
    safe = pl.when(text.str.contains(DANGEROUS)).then("'" + text).otherwise(text)
    return frame.with_columns(safe.name.keep())
