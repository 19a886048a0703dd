"""Gather: the people a campaign drew by lot, what was known of each before it, and what they gave.

What was known is the summary as of the day of the draw: no fact of that day or after it is seen.
Whoever objects to profiling is left out, of either group alike.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from mecene import money
from mecene.engine.store import FactStore
from mecene.experiments import taken
from mecene.experiments.plan import Plan
from mecene.features import dictionary, summary
from mecene_web.experiments import enrolled, freeze, spent
from mecene_web.experiments.models import Experiment
from mecene_web.organisation.models import Organisation
from mecene_web.scores.models import Standing

# Read in what a study refuses: no column of the summary is called so.
ARM, DID, HOME = "groupe", "dons", "foyer"


class Unstudied(ValueError):
    """A campaign cannot be studied; each reason is a class, and a sentence of ``words.toml``."""


class NobodyHeldBack(Unstudied):
    """Everybody got something: nothing says what they would have done without it."""


class NotDrawnAtOnce(Unstudied):
    """It is no campaign that leaves on one day: what was known « before » has no one day."""


class TooEarly(Unstudied):
    """Not everybody was followed for as many days as was declared."""


class MisDrawn(Unstudied):
    """The draw went wrong, as the reading of the test said."""


@dataclass(frozen=True)
class Gathered:
    """What a study is made of.

    Attributes:
        table: One row a person: what was known, ``ARM``, ``DID`` in whole units of the currency,
            and ``HOME``.
        name: Of the arm written to, whatever the text.
        control: Of the one held back.
        share: Of the people drawn, those to be written to, as was declared.
        sent_on: The day of the draw.
        within_days: Gifts of so many days after it count.
        cost_minor: What one person of the arm written to cost.
        currency: Of gifts and costs.
        left_out: People who object to profiling.
    """

    table: pl.DataFrame
    name: str
    control: str
    share: float
    sent_on: date
    within_days: int
    cost_minor: float
    currency: str
    left_out: int


def gather(held: Experiment, *, facts: FactStore, as_of: date) -> Gathered:
    """Return what a campaign's study is made of.

    Args:
        held: The campaign's test, whose plan is frozen.
        facts: The snapshot of a night.
        as_of: Its day; nothing dated on or after it is seen.

    Raises:
        NobodyHeldBack, NotDrawnAtOnce, TooEarly, MisDrawn: why it cannot be studied.
    """
    plan = _plan(held)
    currency = (Organisation.objects.first() or Organisation()).currency
    # Who was found to be another since may have been drawn twice: as they were drawn first.
    drawn = enrolled.of(held).sort("at", "donor_id", "unit", "arm")
    drawn = drawn.unique("donor_id", keep="first", maintain_order=True)
    days = drawn["at"].cast(pl.Date)
    sent_on: date = days.min()  # type: ignore[assignment]
    if (days != sent_on).any():
        raise NotDrawnAtOnce(held.name)
    within = plan.primary.within_days
    each = taken.take(
        drawn.with_columns(unit=pl.col("donor_id").cast(pl.String)), store=facts, as_of=as_of,
        within_days=within, currency=currency,
    )  # fmt: skip
    if not each.height or each["days_followed"].min() < within:  # type: ignore[operator]
        raise TooEarly(held.name)
    silent = [arm.name for arm in plan.arms if arm.held_out]
    people = drawn.join(
        each.select(pl.col("unit").cast(pl.Int64).alias("donor_id"), "amount"), on="donor_id"
    ).select(
        "donor_id", pl.col("unit").alias(HOME),
        pl.when(pl.col("arm").is_in(silent)).then(pl.lit(silent[0])).otherwise(pl.lit(held.title))
        .alias(ARM),
        (pl.col("amount") / 10 ** money.exponent(currency)).alias(DID),
    )  # fmt: skip
    written = people.filter(pl.col(ARM) == held.title).height
    asked = set(_objectors())
    kept = people.filter(~pl.col("donor_id").is_in(asked))
    table = kept.join(known(facts, as_of=sent_on, among=kept["donor_id"]), on="donor_id",
                      how="left", maintain_order="left").drop("donor_id")  # fmt: skip
    told = 1 - sum(plan.share(name) for name in silent)
    return Gathered(table, held.title, silent[0], told, sent_on, within, _cost(held, written),
                    currency, people.height - kept.height)  # fmt: skip


def known(facts: FactStore, *, as_of: date, among: pl.Series) -> pl.DataFrame:
    """Return what a policy may read of some donors as of a day, one row a donor."""
    wanted = columns()
    parts = [
        batch.filter(pl.col("donor_id").is_in(among.implode())).select("donor_id", *wanted)
        for batch in summary.batches(facts, as_of=as_of, families=families())
    ]
    return pl.concat(parts) if parts else pl.DataFrame(schema={"donor_id": pl.Int64})


def columns() -> list[str]:
    """Return the columns a policy may read: those a score may, and two words beside them."""
    from mecene.scores import design

    return [*design.readable(), "recurring_state", "acquisition_channel"]


def families() -> tuple[str, ...]:
    """Return the families they come from, and those that say who may not be profiled."""
    wanted = {*columns(), "deceased", "objects_profiling"}
    return tuple(
        family for family in dictionary.families()
        if any(c.family == family and c.name in wanted for c in dictionary.columns())
    )  # fmt: skip


def _plan(held: Experiment) -> Plan:
    if held.campaign_id is None or not held.plan_text:
        raise NotDrawnAtOnce(held.name)
    plan = freeze.plan_of(held)
    if not any(arm.held_out for arm in plan.arms):
        raise NobodyHeldBack(held.name)
    last = held.readings.order_by("as_of").last()
    if last is not None and last.metrics["arms"]["mis_randomised"]:
        raise MisDrawn(held.name)
    return plan


def _objectors() -> list[int]:
    return list(Standing.objects.filter(objects_profiling=True).values_list("pk", flat=True))


def _cost(held: Experiment, written: int) -> float:
    """Return what a person of the arm written to cost: of those whose message never left, nothing.

    Where no message says what it cost, what the campaign said one would.
    """
    paid = spent.cost(held)
    if paid and written:
        return paid / written
    return float(held.campaign.cost_each_minor if held.campaign else 0)
