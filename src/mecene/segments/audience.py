"""Audience: who may not be put in a list, and why.

Five causes, the first that holds is the one counted: ``deceased`` (declared, or learnt from a
bank's return code), ``opposed`` (objects to appeals), ``opposed_to_profiling`` (for lists that
rest on a reading of their history), ``unreachable``, and ``technical`` (for failed debits: the
error is in our own file). "Not known" bars nobody.
"""

import polars as pl

from mecene.segments import return_codes

CAUSES = ("deceased", "opposed", "opposed_to_profiling", "unreachable", "technical")


def barred(*, by_profile: bool, by_debit: bool) -> pl.Expr:
    """Return, for each donor, the cause that keeps them out of a list; null when none does.

    Args:
        by_profile: The list rests on profiling: those who object to it stay out.
        by_debit: The list rests on a failed debit: technical failures stay out.
    """
    code = return_codes.classified(pl.col("last_return_code"))
    causes = {
        "deceased": pl.col("deceased").fill_null(value=False) | (code == "deceased"),
        "opposed": pl.col("objects_appeal"),
        "opposed_to_profiling": pl.col("objects_profiling") & pl.lit(by_profile),
        "unreachable": ~pl.col("reachable"),
        "technical": (code == "technical") & pl.lit(by_debit),
    }
    cause: pl.Expr = pl.lit(None, dtype=pl.String)
    for name in reversed(CAUSES):
        holds = causes[name].fill_null(value=False)
        cause = pl.when(holds).then(pl.lit(name)).otherwise(cause)
    return cause
