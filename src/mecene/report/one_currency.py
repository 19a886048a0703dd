"""One currency: which amounts of donors may be added together."""

import polars as pl


def addable(valued: pl.DataFrame, currency: str) -> pl.DataFrame:
    """Return a table of donors without the amounts of those who give in another currency.

    Args:
        valued: One row a donor; amounts end in ``_minor`` and are in the row's ``currency``.
        currency: The currency of the sums; a donor without one gave nothing yet.
    """
    amounts = [name for name in valued.columns if name.endswith("_minor")]
    ours = (pl.col("currency") == currency).fill_null(value=True)
    return valued.with_columns(pl.when(ours).then(pl.col(name)).alias(name) for name in amounts)
