"""Why: what weighs most on a donor's chance, beside them in the lists.

Of the first donors of each list only: a reason costs as much as a score, and who works a list
begins at its top. Who objects to profiling has no score, so no reason.
"""

from dataclasses import replace

import polars as pl

from mecene.report.foresight import Foresight
from mecene.scores import reasons
from mecene.segments.lists import Built

FIRST = 500
COLUMN = "score_reason"


def beside(built: Built, summary: pl.DataFrame, foresight: Foresight, *, lang: str) -> Built:
    """Return lists with the column ``score_reason``, a sentence or nothing.

    Args:
        built: The lists of one batch of donors, each in its order.
        summary: The same donors, one row each.
        foresight: Their model, and what donors are usually like.
        lang: ``fr`` or ``en``.
    """
    first = [table["donor_id"].head(FIRST) for table in built.lists.values()]
    asked = summary.filter(pl.col("donor_id").is_in(pl.concat(first).unique().to_list()))
    told = _told(asked, foresight, lang=lang)
    return replace(
        built,
        lists={
            name: table.join(told, on="donor_id", how="left", maintain_order="left")
            for name, table in built.lists.items()
        },
    )


def _told(asked: pl.DataFrame, foresight: Foresight, *, lang: str) -> pl.DataFrame:
    if foresight.typical is None or not asked.height:
        return pl.DataFrame(schema={"donor_id": pl.Int64, COLUMN: pl.String})
    found = reasons.of(foresight.model, foresight.typical, asked, lang=lang, most=1)
    return found.select("donor_id", pl.col("reason_1").cast(pl.String).alias(COLUMN))
