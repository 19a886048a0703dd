"""The giving columns of the summary in pandas, as an analyst at ease with pandas writes them.

All of them, with the same values: the same order of the gifts of a day, the same main currency.
Run by ``benchmarks.features`` in an environment that has pandas; imports nothing of Mécène.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

AS_OF = pd.Timestamp("2026-01-01")
COLUMNS = [
    "donor_id", "given_on", "given_at", "amount_minor", "currency", "kind", "payment_method",
    "campaign_id", "status",
]  # fmt: skip
IN_TIME = [
    "donor_id", "given_on", "given_at", "amount_minor", "kind", "payment_method", "campaign_id",
]  # fmt: skip
COUNTS = (
    "gifts", "amount_", "one_off", "instalment", "campaign_gifts", "gift_days", "active_years",
    "membership_fees", "other_currency_gifts",
)  # fmt: skip
EMPTY = ("amount_slope_minor_per_year",)


def main() -> None:
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    gifts = pd.concat(
        pd.read_parquet(file, columns=COLUMNS) for file in sorted(folder.glob("gifts/*/*.parquet"))
    )
    people = pd.concat(
        pd.read_parquet(file, columns=["donor_id"])
        for file in sorted(folder.glob("donors/*/*.parquet"))
    )
    summary = people.set_index("donor_id").join(giving(gifts)).reset_index()
    counts = [name for name in summary if name.startswith(COUNTS) and name not in EMPTY]
    summary[counts] = summary[counts].fillna(0)
    for name, sizes in apart(gifts).items():
        summary[name] = summary["donor_id"].map(sizes).fillna(0)
    out.mkdir()
    summary.to_parquet(out / "summary.parquet")


def giving(gifts: pd.DataFrame) -> pd.DataFrame:
    gifts["given_on"] = pd.to_datetime(gifts["given_on"])
    for name in ("currency", "kind", "payment_method", "campaign_id", "status"):
        gifts[name] = gifts[name].astype("category")
    gifts = gifts[gifts["given_on"] < AS_OF]
    counted = gifts[(gifts["status"] == "received") & ~gifts["kind"].isin(["in_kind", "legacy"])]
    counted = in_one_currency(counted)
    counted = counted.sort_values(IN_TIME, kind="stable", na_position="first")
    counted["age"] = (AS_OF - counted["given_on"]).dt.days
    # as_of is 1 January here, so that rolling years are calendar years.
    counted["year_back"] = AS_OF.year - 1 - counted["given_on"].dt.year
    counted["one_off"] = counted["kind"].isin(["one_off", "corporate"])
    one = counted.groupby("donor_id", sort=True)
    out = one.agg(
        first_gift_on=("given_on", "min"),
        last_gift_on=("given_on", "max"),
        gifts=("amount_minor", "size"),
        amount_minor=("amount_minor", "sum"),
        largest_gift_minor=("amount_minor", "max"),
        mean_gift_minor=("amount_minor", "mean"),
        active_years=("year_back", "nunique"),
        yearly_opportunities=("year_back", "max"),
        last_year_back=("year_back", "min"),
        own_gifts=("amount_minor", "count"),
    )
    ends(counted, out)
    windows(counted, out)
    one_offs(counted, out)
    rhythm(counted, out)
    slope(counted, out)
    out["first_gift_age_days"] = (AS_OF - out["first_gift_on"]).dt.days
    out["last_gift_age_days"] = (AS_OF - out["last_gift_on"]).dt.days
    out["last_repeat_year"] = out["yearly_opportunities"] - out["last_year_back"]
    out["repeat_years"] = out["active_years"] - 1
    out["other_currency_gifts"] = out["gifts"] - out["own_gifts"]
    return out.drop(columns=["last_year_back", "own_gifts"])


def in_one_currency(counted: pd.DataFrame) -> pd.DataFrame:
    """Leave empty the amounts in another currency than the donor's main one."""
    if counted["currency"].nunique() == 1:
        return counted
    seen = counted.groupby(["donor_id", "currency"], observed=True)["given_on"]
    ranked = seen.agg(["size", "max"]).reset_index()
    ranked = ranked.sort_values(["size", "max", "currency"], ascending=[False, False, True])
    main = ranked.drop_duplicates("donor_id").set_index("donor_id")["currency"]
    same = counted["currency"].astype(str) == counted["donor_id"].map(main).astype(str)
    return counted.assign(amount_minor=counted["amount_minor"].where(same))


def ends(counted: pd.DataFrame, out: pd.DataFrame) -> None:
    # Not groupby.first and last: they would skip the empty cells of the gift they are asked for.
    first = counted.drop_duplicates("donor_id", keep="first").set_index("donor_id")
    last = counted.drop_duplicates("donor_id", keep="last").set_index("donor_id")
    own = counted[counted["amount_minor"].notna()].drop_duplicates("donor_id")
    out["currency"] = own.set_index("donor_id")["currency"].reindex(out.index)
    out["first_gift_minor"], out["last_gift_minor"] = first["amount_minor"], last["amount_minor"]
    out["first_gift_kind"], out["last_gift_kind"] = first["kind"], last["kind"]
    out["first_campaign_id"], out["last_campaign_id"] = first["campaign_id"], last["campaign_id"]
    out["last_payment_method"] = last["payment_method"]


def windows(counted: pd.DataFrame, out: pd.DataFrame) -> None:
    for name, kept in {
        "12m": counted["year_back"] == 0,
        "24m": counted["year_back"] < 2,
        "36m": counted["year_back"] < 3,
        "previous_12m": counted["year_back"] == 1,
    }.items():
        sums = counted[kept].groupby("donor_id")["amount_minor"].agg(["size", "sum"])
        out[f"gifts_{name}"] = sums["size"].reindex(out.index, fill_value=0)
        out[f"amount_{name}_minor"] = sums["sum"].reindex(out.index, fill_value=0)
    instalments = counted[counted["kind"] == "instalment"]
    out["instalments"] = instalments.groupby("donor_id").size().reindex(out.index, fill_value=0)
    recent = instalments[instalments["year_back"] == 0].groupby("donor_id")["amount_minor"]
    sums = recent.agg(["size", "sum"]).reindex(out.index, fill_value=0)
    out["instalments_12m"], out["instalment_amount_12m_minor"] = sums["size"], sums["sum"]


def one_offs(counted: pd.DataFrame, out: pd.DataFrame) -> None:
    chosen = counted[counted["one_off"]]
    every = chosen.groupby("donor_id").agg(
        one_off_gifts=("amount_minor", "size"),
        one_off_amount_minor=("amount_minor", "sum"),
        largest_one_off_minor=("amount_minor", "max"),
        mean_one_off_minor=("amount_minor", "mean"),
        last_one_off_minor=("amount_minor", "last"),
        last_one_off_age_days=("age", "min"),
    )
    recent = chosen[chosen["year_back"] == 0].groupby("donor_id")
    for name in every:
        empty = {"fill_value": 0} if name in ("one_off_gifts", "one_off_amount_minor") else {}
        out[name] = every[name].reindex(out.index, **empty)
    sums = recent["amount_minor"].agg(["size", "sum"]).reindex(out.index, fill_value=0)
    out["one_off_gifts_12m"], out["one_off_amount_12m_minor"] = sums["size"], sums["sum"]
    out["campaign_gifts_12m"] = recent["campaign_id"].count().reindex(out.index, fill_value=0)
    two = chosen[chosen["year_back"] < 2].groupby("donor_id").size()
    out["one_off_gifts_24m"] = two.reindex(out.index, fill_value=0)
    fees = counted[counted["kind"] == "membership_fee"].groupby("donor_id")["given_on"]
    out["membership_fees"] = fees.size().reindex(out.index, fill_value=0)
    out["last_membership_on"] = fees.max().reindex(out.index)
    out["last_membership_age_days"] = (AS_OF - out["last_membership_on"]).dt.days


def rhythm(counted: pd.DataFrame, out: pd.DataFrame) -> None:
    days = counted[["donor_id", "given_on"]].drop_duplicates()
    owner = days["donor_id"].to_numpy()
    gaps = days["given_on"].diff().dt.days.to_numpy()
    gaps[np.r_[True, owner[1:] != owner[:-1]]] = np.nan
    days["gap"] = gaps
    one = days.groupby("donor_id")["gap"]
    out["gift_days"] = one.size()
    out["repeat_gift_days"] = out["gift_days"] - 1
    out["mean_gap_days"] = one.mean()
    out["median_gap_days"] = one.median()
    out["longest_gap_days"] = one.max()
    out["gap_before_last_days"] = one.last()
    out["days_first_to_second_gift"] = one.first()
    age = (AS_OF - out["first_gift_on"]).dt.days
    out["second_gift_age_days"] = age - out["days_first_to_second_gift"]
    out["first_to_last_gift_days"] = (out["last_gift_on"] - out["first_gift_on"]).dt.days


def slope(counted: pd.DataFrame, out: pd.DataFrame) -> None:
    if out["own_gifts"].ne(out["gifts"]).any():
        counted = counted[counted["amount_minor"].notna()]
    x, y = counted["age"].astype(float), counted["amount_minor"].astype(float)
    sums = pd.DataFrame({"x": x, "y": y, "xy": x * y, "xx": x * x}).groupby(counted["donor_id"])
    s, n = sums.sum(), out["own_gifts"]
    spread = n * s["xx"] - s["x"] ** 2
    steep = -365.25 * (n * s["xy"] - s["x"] * s["y"]) / spread
    out["amount_slope_minor_per_year"] = steep.where((n >= 3) & (spread > 0))


def apart(gifts: pd.DataFrame) -> dict[str, pd.Series]:
    kept = {
        "in_kind_gifts": (gifts["kind"] == "in_kind") & (gifts["status"] == "received"),
        "legacies": (gifts["kind"] == "legacy") & (gifts["status"] == "received"),
        "refunded_gifts": gifts["status"] == "refunded",
    }
    return {name: gifts[rows].groupby("donor_id").size() for name, rows in kept.items()}


if __name__ == "__main__":
    main()
