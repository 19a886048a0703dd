"""The published data sets of the oracles, as histories; skipped, with the reason, where absent."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from mecene.lifetime_value import histories

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"


def path(*parts):
    found = DATA.joinpath(*parts)
    if not found.exists():
        pytest.skip(f"shared data not here: {'/'.join(parts)}")
    return found


def radio_donors():
    """Fader, Hardie & Shang 2010: 11,104 donors of 1995, 1996-2001; repeat years in 2002-06."""
    table = pl.read_csv(path("bgbb-public-radio-donations", "rf_matrix_calibration.csv"))
    table = table.sort("x", "t.x")
    x, last, n, donors, later = (column.to_numpy() for column in table.get_columns())
    return histories.yearly(x, last, n, donors=donors), later


def cdnow_sample():
    """Fader & Hardie: 2,357 customers of CDNOW, 39 weeks, in days."""
    table = pl.read_csv(path("cdnow", "cdnow_customers_summary.csv"))
    columns = table.columns
    x = table[columns[1]].to_numpy()
    last, end = (np.rint(7 * table[name].to_numpy()).astype(int) for name in columns[2:4])
    return histories.daily(x, last, end)


def cdnow_repeat_amounts():
    """The 946 customers who bought again: how many days, and the mean of a day."""
    lines = path("cdnow", "CDNOW_sample.txt").read_text().split("\n")
    rows = [line.split() for line in lines if line.strip()]
    days = (
        pl.DataFrame({"id": [r[1] for r in rows], "on": [r[2] for r in rows],
                      "amount": [float(r[4]) for r in rows]})
        .filter(pl.col("on") <= "19970930")
        .group_by("id", "on").agg(pl.col("amount").sum())
    )  # fmt: skip
    repeats = days.filter(pl.col("on") > pl.col("on").min().over("id")).group_by("id").agg(
        gifts=pl.len(), mean=pl.col("amount").mean()
    ).filter(pl.col("mean") > 0)  # fmt: skip
    return repeats["gifts"].to_numpy(), repeats["mean"].to_numpy()


def essec_gifts():
    """Gifts of 18,417 people, 2005-2015: donor, amount, day."""
    return pl.read_csv(
        path("essec-purchases", "purchases.txt"), separator="\t", has_header=False,
        new_columns=["donor", "amount", "on"], infer_schema_length=None,
    ).with_columns(on=pl.col("on").str.to_date())  # fmt: skip


def essec_years(last_year):
    """Donors up to a calendar year, grouped, and how many of each group gave the year after."""
    gifts = essec_gifts().with_columns(year=pl.col("on").dt.year())
    after = gifts.filter(pl.col("year") == last_year + 1)["donor"].unique().implode()
    donors = gifts.filter(pl.col("year") <= last_year).group_by("donor").agg(
        x=pl.col("year").n_unique() - 1, last=pl.col("year").max() - pl.col("year").min(),
        n=last_year - pl.col("year").min(),
    )  # fmt: skip
    cells = (
        donors.group_by("x", "last", "n")
        .agg(donors=pl.len(), gave=pl.col("donor").is_in(after).sum())
        .sort("x", "last", "n")
    )
    x, last, n, count, gave = (column.cast(pl.Int64).to_numpy() for column in cells.get_columns())
    return histories.yearly(x, last, n, donors=count), gave


def summary_of(gifts, *, as_of):
    """One row a donor as `mecene.features` makes it: rolling years counted back from ``as_of``."""
    seen = gifts.filter(pl.col("on") < as_of).with_columns(
        minor=(pl.col("amount") * 100).round().cast(pl.Int64),
        back=((pl.lit(as_of) - pl.col("on")).dt.total_days() - 1) // 365,
    )
    last_year = pl.col("back") == 0
    donors = seen.group_by("donor").agg(
        gifts=pl.len().cast(pl.Int64),
        amount_minor=pl.col("minor").sum(),
        active_years=pl.col("back").n_unique().cast(pl.Int64),
        yearly_opportunities=pl.col("back").max(),
        last_repeat_year=pl.col("back").max() - pl.col("back").min(),
        one_off_gifts_12m=last_year.sum().cast(pl.Int64),
        one_off_amount_12m_minor=pl.col("minor").filter(last_year).sum(),
    )
    return donors.sort("donor").select(
        pl.int_range(1, pl.len() + 1).alias("donor_id"),
        pl.all(),
        repeat_years=pl.col("active_years") - 1,
        one_off_gifts=pl.col("gifts"),
        mean_one_off_minor=pl.col("amount_minor") / pl.col("gifts"),
        recurring_active=pl.lit(None, pl.Boolean),
        recurring_monthly_minor=pl.lit(None, pl.Int64),
        recurring_age_months=pl.lit(None, pl.Int64),
    )


def gifts_after(gifts, *, as_of, years):
    """What each donor gave over the years from a day: donor, amount_minor, gifts."""
    until = as_of + timedelta(days=365 * years)
    later = gifts.filter((pl.col("on") >= as_of) & (pl.col("on") < until))
    return later.group_by("donor").agg(
        later_minor=(pl.col("amount").sum() * 100), later_gifts=pl.len()
    )


NEW_YEAR_2013, NEW_YEAR_2015 = date(2013, 1, 1), date(2015, 1, 1)
