"""One currency: which amounts of donors may be added together."""

import polars as pl


def addable(valued: pl.DataFrame, currency: str) -> pl.DataFrame:
    """Return a table of donors without the amounts of those who give in another currency.

    Args:
        valued: One row a donor; amounts end in ``_minor`` and are in the row's ``currency``.
        currency: The currency of the sums; a donor without one gave nothing yet.
    """
    amounts = [name for name in valued.columns if name.endswith("_minor")]
    return valued.with_columns(
        pl.when(_ours(currency)).then(pl.col(name)).alias(name) for name in amounts
    )


def holders(donors: pl.DataFrame, currency: str) -> int:
    """Return how many donors share those sums: who gives in the currency, or gave nothing yet."""
    return int(donors.select(_ours(currency).sum()).item())


def _ours(currency: str) -> pl.Expr:
    return (pl.col("currency") == currency).fill_null(value=True)
