"""The worked example says what is computed: every figure of its page."""

import gzip
from pathlib import Path

import polars as pl
import pytest

from mecene.experiments import (
    amounts,
    arms,
    beliefs,
    cuped,
    means,
    mismatch,
    moments,
    planner,
    proportions,
)
from mecene.experiments.proportions import Answers

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data" / "hillstrom-email-2008" / "hillstrom.csv.gz"
PAGE = (ROOT / "docs" / "methods" / "experiments_hillstrom.md").read_text(encoding="utf-8")
NAMES = {"No E-Mail": "no e-mail", "Mens E-Mail": "men’s", "Womens E-Mail": "women’s"}
TREATED = ("men’s", "women’s")

pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(not DATA.exists(), reason="Hillstrom's file is not beside the project"),
]


@pytest.fixture(scope="module")
def people():
    with gzip.open(DATA) as file:
        rows = pl.read_csv(file.read(), schema_overrides={"spend": pl.Float64})
    parts = rows.partition_by("segment", as_dict=True)
    return {NAMES[str(name)]: part for (name,), part in parts.items()}


def answers(people, column):
    return {name: Answers(int(part[column].sum()), part.height) for name, part in people.items()}


def compared(people, column, by):
    groups = answers(people, column)
    return arms.against(groups.pop("no e-mail"), groups, by=by)


def points(told):
    return f"{100 * told.estimate:+.2f} [{100 * told.low:.2f} ; {100 * told.high:.2f}]"


def percent(told):
    return f"{100 * told.estimate:+.0f} % [{100 * told.low:.0f} ; {100 * told.high:.0f}]"


def money(told, digits=2):
    return f"{told.estimate:+,.{digits}f} [{told.low:,.{digits}f} ; {told.high:,.{digits}f}]"


def test_the_shares_are_those_that_were_published(people):
    """Of visits, in the file as found: 10.617, 18.276 and 15.140 %."""
    shares = {name: round(100 * each.share, 3) for name, each in answers(people, "visit").items()}

    assert shares == {"no e-mail": 10.617, "men’s": 18.276, "women’s": 15.140}


def test_the_draw(people):
    draw = mismatch.insist({name: each.height for name, each in people.items()},
                           shares=dict.fromkeys(people, 1))  # fmt: skip

    assert f"p = {draw.p:.2f}" in PAGE


@pytest.mark.parametrize("column", ["visit", "conversion"])
def test_shares(people, column):
    told = compared(people, column, proportions.difference)
    lifts = compared(people, column, proportions.lift)

    for name in TREATED:
        each = told[name]
        row = (
            f"| {column} | {name} | {100 * each.control:.2f} % | {100 * each.treated:.2f} % "
            f"| {points(each)} | {percent(lifts[name])} | {each.p:.0e} |"
        )
        assert row in PAGE


@pytest.fixture(scope="module")
def spending(people):
    cap = amounts.cap(*(part["spend"] for part in people.values()))
    return cap, {name: amounts.of(part["spend"], cap=cap) for name, part in people.items()}


def test_spending(spending):
    cap, groups = spending

    assert f"{cap:.0f} $" in PAGE
    for name in TREATED:
        told = amounts.giving(groups["no e-mail"], groups[name], cap=cap)
        caused = told.mean.times(told.mean.n_treated)
        row = (
            f"| {name} | {money(told.mean)} | {money(told.through_response)} "
            f"| {money(told.through_gift)} | {money(caused, 0)} |"
        )
        assert row in PAGE


def test_beliefs(people, spending):
    visits = beliefs.of_shares(answers(people, "visit"))
    spent = beliefs.of_means(spending[1], quantity=amounts.CAPPED)

    lost = 100 * visits["women’s"].expected_loss
    assert f"| visit | {visits['men’s'].best:.3f} | {lost:.1f} points |" in PAGE
    lost = spent["women’s"].expected_loss
    assert f"| spend | {spent['men’s'].best:.3f} | {lost:.2f} $ |" in PAGE


def test_past_spending_explains_little_here(people):
    groups = [
        moments.of(each["visit"], each["history"], each["recency"]) for each in people.values()
    ]

    told = cuped.explained(groups, covariates=(1, 2))

    assert f"take out {100 * told:.1f} %" in PAGE
    plain, adjusted = (
        means.difference(pair[0], pair[1]).std_error
        for pair in (groups[:2], cuped.adjusted(groups, covariates=(1, 2))[:2])
    )
    assert adjusted < plain


def test_what_such_a_test_could_have_shown(people, spending):
    visits = planner.of_share(answers(people, "visit")["no e-mail"].share)
    spent = planner.of_giving(spending[1]["no e-mail"])

    size = planner.size(visits, lift=0.05)
    least = planner.detectable(spent, control=21_306, treated=21_307)

    assert f"{size.people:,} people".replace(",", " ") in PAGE
    assert f"{100 * least:.0f} %" in PAGE
