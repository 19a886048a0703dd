"""How well do scores foretell who gives, beside the peers, on donors and periods unseen?

    python -m benchmarks.scores [--only essec] [--peers PYTHON]

Rolling origins: everything is learnt as of a day of the past and asked about the period after it.
Prints a Markdown table: log loss and AUC of the score, of the habit alone (BG/BB or BG/NBD), of
the logistic RFM, and of peers with their defaults on the same rows and columns: LightGBM and
PhilanthroPy 0.9. Peers get an environment of their own (``--peers``).
"""

import argparse
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
from benchmarks import coverage, measuring

from mecene.engine.store import FactStore
from mecene.features import dictionary, summary
from mecene.scores import (
    backtest,
    chance,
    design,
    goodness,
    habit,
    model,
    origins,
    outcomes,
    training,
)
from mecene.scores.learners import Sample

DATA = measuring.ROOT.parent / "shared" / "data"
WORK = measuring.WORK / "scores"
PEER = Path(__file__).resolve().with_name("scores_peer.py")
MOST_ROWS = 20_000


@dataclass(frozen=True)
class Case:
    """A file, and the days it is looked at from, with the months that follow."""

    name: str
    days: tuple[date, ...]
    months: int
    as_of: date


CASES = (
    Case("essec", (date(2013, 1, 1), date(2014, 1, 1), date(2015, 1, 1)), 12, date(2016, 1, 1)),
    Case("gdq", (date(2015, 1, 2), date(2016, 1, 2)), 12, date(2017, 1, 2)),
    Case("cdnow", (date(1998, 1, 1),), 6, date(1998, 7, 1)),
    Case("simulated", (date(2024, 1, 1), date(2025, 1, 1)), 12, date(2026, 1, 1)),
)


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--only", action="append", help="this file only, or `coverage` (of intervals)"
    )
    parser.add_argument("--peers", help="Python of an environment with philanthropy 0.9, lightgbm")
    parser.add_argument("--kdd98-folds", type=int, default=5)
    arguments = parser.parse_args()
    if arguments.only == ["coverage"]:
        coverage.run()
        return
    print("| file | from | donors | gave | what | log loss | AUC | calibration error / noise |")
    print("|---|---|---:|---:|---|---:|---:|---:|")
    for case in CASES:
        if arguments.only and case.name not in arguments.only:
            continue
        store = facts_of(case.name)
        for day in case.days:
            rolled(store, case, day, arguments.peers)
    if not arguments.only or "kdd98" in arguments.only:
        folded(arguments.peers, arguments.kdd98_folds)


def facts_of(name):
    """Return the facts of a file, made once."""
    into = WORK / name
    if not into.exists():
        into.parent.mkdir(parents=True, exist_ok=True)
        MAKERS[name](into)
    return FactStore(into / "facts")


def rolled(store, case, day, peers):
    """Print the rows of one origin."""
    start = time.process_time()
    fitted = model.fit(store, as_of=day, most_rows=MOST_ROWS)
    known = training.seen(summary.of(store, as_of=day)).filter(pl.col("gifts") > 0)
    gave = outcomes.of(
        store, origin=day, as_of=case.as_of, period_months=case.months, currency=fitted.currency
    )
    donors = known.join(gave, on="donor_id", how="left", maintain_order="left").with_columns(
        pl.col("period_gifts", "period_amounts", "period_minor").fill_null(0)
    )
    found = backtest.of(
        fitted, donors, origin=day, months=case.months, rng=np.random.default_rng(0)
    )
    cpu = time.process_time() - start
    told = {"score": found.goodness["score"]}
    names = {"habit": "habit (BG/BB, BG/NBD)", "regression": "logistic RFM", "rfm": "RFM cells",
             "repeat": "gave last period"}  # fmt: skip
    told |= {names[n]: found.goodness[n] for n in names if n in found.goodness}
    outcome = (donors["period_gifts"] > 0).to_numpy().astype(float)
    if peers:
        looked = origins.of(first_gift_on=known["first_gift_on"].min(), as_of=day, most=4)
        rows = list(training.rows(store, looked, in_currency=fitted.currency, most=MOST_ROWS))
        frame = pl.concat([part.frame.filter(pl.col("gifts") > 0) for part in rows])
        columns = design.of(frame)
        told |= asked(
            peers, f"{case.name}-{day}", columns.matrix(frame), columns.matrix(donors),
            (frame["period_gifts"] > 0).to_numpy(), outcome,
        )  # fmt: skip
    printed(case.name, day, told)
    covered = (
        f"{100 * found.covered:.0f} % of {found.groups} drawn at random, "
        f"{100 * found.covered_alike:.0f} % of as many of donors alike"
    )
    parts = ", ".join(f"{10 * count / max(sum(found.pit), 1):.2f}" for count in found.pit)
    print(
        f"| {case.name} | {day} | | | *euros foretold / given "
        f"{found.expected_minor / max(found.seen_minor, 1):.3f}; 80 % intervals of groups held "
        f"{covered}; PIT by tenth {parts}; first fifth of donors {found.by_depth[1]:.3f} of euros, "
        f"RFM {found.by_depth_rfm[1]:.3f}; {cpu:.0f} CPU s* | | | |", flush=True
    )  # fmt: skip


def folded(peers, folds):
    """Print the rows of KDD 1998: one mailing, cross-validated."""
    donors, further, outcome = kdd98()
    fold = np.random.default_rng(98).permutation(len(outcome)) % folds
    said = {}
    for number in range(folds):
        told, later = fold != number, fold == number
        learnt = chance.fit(
            [Sample(date(1997, 6, 1), donors.filter(told), outcome[told])],
            chance.Lesson(habit.fit(donors.filter(told), period_months=1), 30.0, further=further),
            rng=np.random.default_rng(number),
        )
        said.setdefault("score", np.zeros(len(outcome)))[later] = learnt.chances(
            donors.filter(later)
        )
        odds = learnt.learners.answers(donors.filter(later))
        said.setdefault("logistic RFM", np.zeros(len(outcome)))[later] = 1 / (
            1 + np.exp(-odds["regression"])
        )
        if peers:
            matrix = design.of(donors, further=further).matrix(donors)
            found = answers(peers, f"kdd98-{number}", matrix[told], matrix[later], outcome[told])
            for name, chances in found.items():
                said.setdefault(name, np.zeros(len(outcome)))[later] = chances
    printed("kdd98", "folds", {n: goodness.of(said[n], outcome) for n in said})


def asked(peers, name, train, test, outcome, happened):
    """Return how good peers are."""
    found = answers(peers, name, train, test, outcome)
    return {peer: goodness.of(chances, happened) for peer, chances in found.items()}


def answers(peers, name, train, test, outcome):
    """Return what peers foretell, by name."""
    WORK.mkdir(parents=True, exist_ok=True)
    data, into = WORK / f"{name}.npz", WORK / f"{name}-said.npz"
    np.savez(data, train=train, test=test, outcome=outcome)
    subprocess.run([peers, str(PEER), str(data), str(into)], check=True)
    said = np.load(into)
    return {peer: said[peer] for peer in said.files if not peer.startswith("cpu ")}


def printed(name, day, told):
    """Print one row a method, the score first."""
    for what, found in told.items():
        print(
            f"| {name} | {day} | {found.donors} | {found.outcomes} | {what} "
            f"| {found.log_loss:.4f} | {found.auc:.4f} "
            f"| {found.calibration_error:.4f} / {found.calibration_noise:.4f} |",
            flush=True,
        )


def kdd98():
    """Return donors of KDD 1998 in the terms of the summary, further columns, and who gave."""
    read = pl.read_csv(
        DATA / "kdd98-donor-regclass" / "DONOR.csv.gz", null_values=["", "?"], ignore_errors=True
    )
    days = {"MONTHS_SINCE_LAST_GIFT": "last_gift_age_days",
            "MONTHS_SINCE_FIRST_GIFT": "first_gift_age_days"}  # fmt: skip
    minor = {"LAST_GIFT_AMT": "last_gift_minor", "LIFETIME_MAX_GIFT_AMT": "largest_gift_minor",
             "LIFETIME_GIFT_AMOUNT": "amount_minor"}  # fmt: skip
    frame = (
        pl.DataFrame(
            {"donor_id": read["ID"].cast(pl.Int64)}
            | {new: (read[old] * 30.4375).cast(pl.Int64) for old, new in days.items()}
            | {new: (read[old] * 100).cast(pl.Int64) for old, new in minor.items()}
            | {
                "gifts": read["LIFETIME_GIFT_COUNT"].cast(pl.Int64),
                "gift_days": read["LIFETIME_GIFT_COUNT"].cast(pl.Int64),
                "mean_gift_minor": read["LIFETIME_AVG_GIFT_AMT"] * 100,
                "contacts": read["LIFETIME_PROM"].cast(pl.Int64),
                "contacts_12m": read["NUMBER_PROM_12"].cast(pl.Int64),
            }
        )
        .with_columns(
            first_to_last_gift_days=pl.col("first_gift_age_days") - pl.col("last_gift_age_days"),
        )
        .with_columns(
            # Several gifts of one month are one day: months are all the file tells.
            repeat_gift_days=pl.when(pl.col("first_to_last_gift_days") > 0)
            .then(pl.max_horizontal(pl.col("gift_days") - 1, 1))
            .otherwise(0),
            yearly_opportunities=pl.col("first_gift_age_days") // 365,
            last_repeat_year=pl.col("first_to_last_gift_days") // 365,
        )
        .with_columns(
            repeat_years=pl.min_horizontal("last_repeat_year", "repeat_gift_days"),
        )
    )
    lacking = [
        pl.lit(None, dtype=column.type).alias(column.name)
        for column in dictionary.columns()
        if column.name not in frame.columns
    ]
    numbers = [
        name for name, kind in read.schema.items()
        if kind.is_numeric() and name not in ("ID", "Donation.Amount", "DONOR_AGE")
    ]  # fmt: skip
    frame = frame.with_columns(lacking).hstack(read.select(numbers))
    return frame, tuple(numbers), (read["Donate"] == "Yes").to_numpy().astype(float)


def analysed(*files):
    """Return a maker of facts by the program itself."""

    def make(into):
        program = "from mecene.cli.main import run; run()"
        command = [sys.executable, "-c", program, "analyse", *files, "--out", into]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    return make


def cdnow(into):
    """Write CDNOW as a CSV, a cent standing for a purchase of nothing, and read it."""
    import gzip

    text = gzip.decompress((DATA / "cdnow" / "CDNOW_master.txt.gz").read_bytes()).decode()
    lines = ["donateur;date;montant"]
    for line in text.splitlines():
        customer, day, _, amount = line.split()
        if not customer.isdigit():
            continue
        lines.append(f"{customer};{day[:4]}-{day[4:6]}-{day[6:]};{max(float(amount), 0.01)}")
    path = WORK / "cdnow.csv"
    path.write_text("\n".join(lines))
    analysed(path)(into)


def simulated(into):
    """Write an invented association as facts."""
    from mecene.simulator import facts
    from mecene.simulator.recipe import Association

    facts.write(Association(donors=20_000, seed=77), into / "facts")


MAKERS = {
    "essec": analysed(DATA / "essec-purchases" / "purchases.txt"),
    "gdq": analysed(DATA / "gdq-charity-donations" / "donations.csv.gz"),
    "cdnow": cdnow,
    "simulated": simulated,
}


if __name__ == "__main__":
    main()
