"""Examples: a few donors in alarm whose last years can be drawn, each for a sign of their own."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from mecene import period
from mecene.engine import duck
from mecene.report.watch.looking import Watch

MOST = 6
MONTHS = 36
_ACTS = """
select donor_id, given_on as done_on, 'gift' as act, amount_minor
from gifts
where status = 'received' and given_on >= since() and donor_id in (select donor_id from chosen)
union all
select donor_id, given_on, 'failed', null
from gifts
where status = 'failed' and given_on >= since() and donor_id in (select donor_id from chosen)
union all
select donor_id, cast("at" as date), 'act', null
from interactions
where kind not in ('bounce', 'open') and "at" >= cast(since() as timestamp)
      and donor_id in (select donor_id from chosen)
"""


@dataclass(frozen=True)
class Examples:
    """Donors in alarm, and what they did over ``MONTHS``.

    ``donors``: ``donor_id``, ``sentence``, ``last_on`` (of their gifts; null: none so recent) and
    ``usual_days`` (between two gifts; null where silence is not the sign). ``acts``: ``donor_id``,
    ``done_on``, ``act`` (``gift``, ``failed``, ``act``), ``amount_minor``.
    """

    since: date
    until: date
    donors: pl.DataFrame
    acts: pl.DataFrame


def of(watch: Watch) -> Examples | None:
    """Return the examples; None where nobody in alarm did anything in those months."""
    until = watch.asked.as_of
    since = period.add_months(until, -MONTHS)
    acts = duck.run(
        _ACTS,
        store=watch.asked.store,
        as_of=until,
        relations={"chosen": _candidates(watch).select("donor_id")},
        parameters={"since": since},
    )
    drawn = acts.group_by("donor_id").agg(
        gifts=(pl.col("act") == "gift").sum(),
        last_on=pl.col("done_on").filter(pl.col("act") == "gift").max(),
    )
    # One gift draws no rhythm.
    told = _candidates(watch).join(drawn.filter(pl.col("gifts") >= 3), on="donor_id", how="inner")
    if told.is_empty():
        return None
    by_sign = told.with_columns(
        turn=pl.col("donor_id").cum_count().over("sign"), place=pl.int_range(pl.len())
    )
    chosen = by_sign.sort("turn", "place").head(MOST).sort("place")
    donors = chosen.select("donor_id", "sentence", "last_on", "usual_days")
    return Examples(since, until, donors, acts.join(donors, on="donor_id", how="semi"))


def _candidates(watch: Watch) -> pl.DataFrame:
    """Return the donors in alarm with most at stake, by sign, in the order of the list."""
    first = pl.col("evidence").list.first()
    silence = (
        pl.col("evidence")
        .list.eval(
            pl.element().struct.field("usual").filter(
                pl.element().struct.field("signal") == "silence"
            )
        )
        .list.first()
    )  # fmt: skip
    return watch.alarmed.filter(pl.col("signals").list.len() > 0).select(
        "donor_id",
        sign=first.struct.field("signal"),
        sentence="evidence_sentence",
        usual_days=silence,
    ).filter(pl.col("donor_id").cum_count().over("sign") <= 40)  # fmt: skip
