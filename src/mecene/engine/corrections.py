"""Corrections: which gift a refund undoes.

By the reference it names; else the latest earlier gift of the same donor, amount and currency that
no other refund has undone. A refund of a part of a gift undoes nothing: a gift is whole or not.
"""

from collections import defaultdict
from datetime import date
from typing import Any

import polars as pl

NO_SUCH_GIFT = "no_such_gift"
PARTIAL = "partial_refund"

MATCHED = pl.Schema({"source_file": pl.String(), "source_row": pl.Int64(), "status_on": pl.Date()})
UNMATCHED = pl.Schema(
    {
        "source_file": pl.String(),
        "source_row": pl.Int64(),
        "source_ref": pl.String(),
        "amount_minor": pl.Int64(),
        "currency": pl.String(),
        "corrected_on": pl.Date(),
        "reason": pl.String(),
    }
)


def match(corrections: pl.DataFrame, gifts: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the gifts undone and the refunds that undo none.

    Args:
        corrections: ``donor_id``, ``refunded_ref``, ``amount_minor``, ``currency``,
            ``corrected_on``, ``source_ref``, ``source_file``, ``source_row``.
        gifts: The received gifts they may undo: ``donor_id``, ``given_on``, ``amount_minor``,
            ``currency``, ``source_ref``, ``source_file``, ``source_row``.

    Returns:
        ``MATCHED``: file and row of each gift undone, and the day; ``UNMATCHED``: the others,
        with a reason, ``no_such_gift`` or ``partial_refund``.
    """
    by_reference, by_likeness = _indexed(gifts)
    undone: dict[tuple[str, int], date] = {}
    unmatched = []
    order = ["corrected_on", "source_file", "source_row"]
    # Those that name their gift choose first, so that a likeness never takes what was named.
    named_first = pl.col("refunded_ref").is_null()
    for refund in corrections.sort(named_first, *order).iter_rows(named=True):
        likeness = (refund["donor_id"], refund["amount_minor"], refund["currency"])
        reason = NO_SUCH_GIFT
        candidates = by_reference.get(refund["refunded_ref"], [])
        if refund["refunded_ref"] is None and refund["donor_id"] is not None:
            candidates = by_likeness.get(likeness, [])
        for gift in reversed(candidates):
            key = (str(gift["source_file"]), int(gift["source_row"]))
            if key in undone or gift["given_on"] > refund["corrected_on"]:
                continue
            if refund["amount_minor"] not in (None, gift["amount_minor"]):
                reason = PARTIAL
                continue
            undone[key] = refund["corrected_on"]
            break
        else:
            unmatched.append({**refund, "reason": reason})
    matched = [(*key, day) for key, day in undone.items()]
    return (
        pl.DataFrame(matched, schema=MATCHED, orient="row"),
        pl.DataFrame([{n: r[n] for n in UNMATCHED} for r in unmatched], schema=UNMATCHED),
    )


_Gifts = list[dict[str, Any]]


def _indexed(gifts: pl.DataFrame) -> tuple[dict[str, _Gifts], dict[tuple[Any, ...], _Gifts]]:
    by_reference: dict[str, _Gifts] = defaultdict(list)
    by_likeness: dict[tuple[Any, ...], _Gifts] = defaultdict(list)
    for gift in gifts.sort("given_on", "source_file", "source_row").iter_rows(named=True):
        by_reference[gift["source_ref"]].append(gift)
        by_likeness[gift["donor_id"], gift["amount_minor"], gift["currency"]].append(gift)
    return by_reference, by_likeness
