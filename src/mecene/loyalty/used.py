"""Used: which elements of a programme do donors use, who are they, and how satisfied are they?

A use is an interaction of the kind ``benefit_used`` whose properties name the element, and may
carry ``satisfaction`` from 1 to 5. Who uses something chose to: what they do besides is
not its effect.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

import numpy as np
import polars as pl
from scipy import special

from mecene.engine import duck
from mecene.engine.store import FactStore
from mecene.loyalty.element import Element

WITHIN_DAYS = 365
# Fewer donors in a group, and no share of them is told; fewer ratings, and no satisfaction.
LEAST_DONORS = 50
LEAST_RATED = 5
# A use that was rated lower is one nobody would miss.
LEAST_VALUED = 3.0
# Shares under which an element is little used, whole interval, and from which it is popular.
LITTLE, WIDELY = 0.05, 0.20


@dataclass(frozen=True)
class Use:
    """How some donors use an element.

    Attributes:
        element: Its code.
        group: ``all``, ``new``, ``standing``, or a segment.
        donors, users, uses: How many of the group, who used it, and how many times.
        share, low, high: Of the group, users, with the 95 % interval; None of too few.
        satisfaction: Mean of the users' last words, 1 to 5; None of too few.
        rated: How many said it.
    """

    element: str
    group: str
    donors: int
    users: int
    uses: int
    share: float | None
    low: float | None
    high: float | None
    satisfaction: float | None
    rated: int


@dataclass(frozen=True)
class Advice:
    """What use says of an element: ``extend``, ``remove`` or ``keep``; a proposal, never done.

    Attributes:
        element: Its code.
        does: What is proposed.
        saved_minor: What a year of it cost, cents.
        missed_by: Donors who value it and nothing else of the programme.
    """

    element: str
    does: str
    saved_minor: int
    missed_by: int


def of(
    store: FactStore, elements: Sequence[Element], *, as_of: date, within_days: int = WITHIN_DAYS
) -> pl.DataFrame:
    """Return one row a donor of the programme: ``donor_id``, ``is_new``, and what they used.

    ``elements`` is a list of ``{element, uses, rating}``, empty for who used nothing.

    Args:
        store: The facts.
        elements: Those of the programme; a use of another is not counted.
        as_of: What is dated on or after it is not seen.
        within_days: Over how many days before it.
    """
    named = pl.DataFrame({"element": [one.code for one in elements]}, schema={"element": pl.String})
    return duck.run(
        _query(), store=store, as_of=as_of, relations={"named": named},
        parameters={"within_days": within_days},
    )  # fmt: skip


def uses(
    donors: pl.DataFrame, elements: Sequence[Element], *, segments: pl.DataFrame | None = None
) -> list[Use]:
    """Return how each element is used: by all, newcomers, the long-standing, and each segment.

    Args:
        donors: From ``of``.
        elements: Those asked about.
        segments: ``donor_id`` and ``segment``, of those that have one.
    """
    sides = [donors.with_columns(group=pl.lit("all")), donors.with_columns(
        group=pl.when("is_new").then(pl.lit("new")).otherwise(pl.lit("standing")))]  # fmt: skip
    if segments is not None:
        sides.append(donors.join(segments, on="donor_id").rename({"segment": "group"}))
    whole = pl.concat([side.select("group", "elements") for side in sides])
    sizes = dict(whole.group_by("group").len().iter_rows())
    each = whole.explode("elements").drop_nulls("elements").unnest("elements")
    told = each.group_by("group", "element").agg(
        users=pl.len(), uses=pl.col("uses").sum(), rated=pl.col("rating").count(),
        satisfaction=pl.col("rating").mean(),
    )  # fmt: skip
    found = {(row["group"], row["element"]): row for row in told.iter_rows(named=True)}
    return [
        _use(one.code, group, sizes[group], found.get((group, one.code)))
        for one in elements for group in sorted(sizes, key=_order)
    ]  # fmt: skip


def valued(donors: pl.DataFrame) -> dict[frozenset[str], int]:
    """Return set of elements → donors who value just those: used, and not rated below 3."""
    kept = donors.with_row_index("row").select("row", "elements").explode("elements")
    kept = kept.drop_nulls("elements").unnest("elements").filter(
        pl.col("rating").is_null() | (pl.col("rating") >= LEAST_VALUED)
    )  # fmt: skip
    sets = kept.group_by("row").agg(pl.col("element").sort()).group_by("element").len()
    return {frozenset(names): count for names, count in sets.iter_rows()}


def advise(
    found: Sequence[Use], values: Mapping[frozenset[str], int], elements: Sequence[Element]
) -> list[Advice]:
    """Return what use proposes for each element, the most used first.

    ``remove``: its whole interval is under 5 % of the donors. ``extend``: its whole interval is
    above 20 %, and who rated it did at 4 or more, or too few did. A proposal about use
    alone: whether an element keeps donors, only withholding it from some by lot can tell.

    Args:
        found: From ``uses``.
        values: From ``valued``.
        elements: Those asked about.
    """
    whole = {one.element: one for one in found if one.group == "all"}
    rows = []
    for one in elements:
        use = whole.get(one.code)
        if use is None:
            continue
        alone = values.get(frozenset({one.code}), 0)
        rows.append((use, Advice(one.code, _does(use), one.cost_minor(use.uses), alone)))
    return [advice for _, advice in sorted(rows, key=lambda row: -row[0].users)]


def _does(use: Use) -> str:
    if use.high is None or use.low is None:
        return "keep"
    if use.high < LITTLE:
        return "remove"
    liked = use.satisfaction is None or use.satisfaction >= LEAST_VALUED + 1
    return "extend" if use.low > WIDELY and liked else "keep"


def _use(element: str, group: str, donors: int, row: Mapping[str, float] | None) -> Use:
    users, times, rated = (int(row[name]) if row else 0 for name in ("users", "uses", "rated"))
    mean = float(row["satisfaction"]) if row and rated >= LEAST_RATED else None
    if donors < LEAST_DONORS:
        return Use(element, group, donors, users, times, None, None, None, mean, rated)
    low, high = _wilson(users, donors)
    return Use(element, group, donors, users, times, users / donors, low, high, mean, rated)


def _wilson(done: int, of_: int) -> tuple[float, float]:
    """Return the 95 % interval of a share. Source: Wilson, JASA 22 (1927)."""
    z = float(special.ndtri(0.975))
    middle = (done + z**2 / 2) / (of_ + z**2)
    reach = z / (of_ + z**2) * float(np.sqrt(done * (of_ - done) / of_ + z**2 / 4))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def _order(group: str) -> tuple[int, str]:
    first = ("all", "new", "standing")
    return (first.index(group) if group in first else len(first), group)


@cache
def _query() -> str:
    return resources.files("mecene.loyalty").joinpath("used.sql").read_text("utf-8")
