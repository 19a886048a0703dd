"""Regular: where standing commitments are, how long they last, and why they stop."""

from collections import defaultdict
from collections.abc import Sequence

import polars as pl

from mecene.report import lexicon
from mecene.report.analysis import Analysis
from mecene.report.chapters.writing import Pen
from mecene.report.page import Block, Section, Table
from mecene.report.pictures import curves
from mecene.retention.measure import Measures
from mecene.retention.recurring import Lasting

_FEWEST = 30


def chapter(analysis: Analysis, pen: Pen) -> Section | None:
    """Return the chapter on regular giving, None when there is none."""
    measures, states = analysis.measures, analysis.recurring_states
    blocks = [_states(states, pen)] if sum(states.values()) else []
    if measures and measures.recurring and measures.recurring.collected:
        blocks += _lasting(measures.recurring, pen)
        channels = _by_channel(measures.recurring_by_channel, pen)
        blocks += [channels] if channels else []
    if not blocks:
        return None
    return Section(
        anchor="regular",
        title=pen.say("chapters.regular"),
        lead=_lead(measures, pen),
        blocks=tuple(blocks),
    )


def _lead(measures: Measures | None, pen: Pen) -> str:
    if not measures or not measures.recurring or not measures.recurring_in_force:
        return ""
    force = measures.recurring_in_force
    return pen.counted(
        "leads.regular",
        force.active,
        amount=pen.amount(force.monthly_minor),
        average=pen.exact(force.average_monthly_minor),
        no_shows=pen.number(measures.recurring.no_shows),
    )


def _states(states: dict[str, int], pen: Pen) -> Block:
    names = lexicon.labels("states", lang=pen.lang)
    whole = sum(states.values())
    return Block(
        lead="",
        how=pen.say("how.states"),
        table=Table(
            header=tuple(pen.say(f"tables.{head}") for head in ("state", "donors", "share")),
            rows=tuple(
                (name, pen.number(states.get(state, 0)), pen.part(states.get(state, 0) / whole))
                for state, name in names.items()
            ),
            caption=pen.say("captions.states"),
        ),
    )


def _lasting(lasting: Lasting, pen: Pen) -> list[Block]:
    heads = ("after_months", "old_enough", "stopped", "share")
    table = Table(
        header=tuple(pen.say(f"tables.{head}") for head in heads),
        rows=tuple(
            (
                pen.number(at.months),
                pen.number(at.old_enough),
                pen.number(at.ended),
                pen.percent(at.attrition, decimals=1),
            )
            for at in lasting.attrition
        ),
        caption=pen.say("captions.regular"),
    )
    blocks = []
    points = [(p.days, p.share, p.low, p.high) for p in lasting.curve]
    if len(points) >= _FEWEST:
        curve = pl.DataFrame(
            points,
            schema={"days": pl.Int64, "share": pl.Float64, "low": pl.Float64, "high": pl.Float64},
            orient="row",
        ).with_columns(pl.col("low", "high").fill_null(pl.col("share")))
        picture = curves.lasting(curve, lang=pen.lang)
        blocks.append(Block(lead="", how=pen.how("recurring_curve"), picture=picture))
    how = pen.how("recurring_attrition", "no_shows", "average_monthly")
    return [*blocks, Block(lead="", how=how, table=table)]


def _by_channel(found: Sequence[Lasting], pen: Pen) -> Block | None:
    """Return how many stop by channel, those that are written alike together.

    A campaign says ``phone`` where the donors file says ``Téléphone``.
    """
    names = lexicon.labels("traits", lang=pen.lang)
    alike: dict[str, list[Lasting]] = defaultdict(list)
    for one in found:
        if one.channel and one.channel != "unknown":
            written = names.get(one.channel, one.channel)
            alike[written[:1].upper() + written[1:].casefold()].append(one)
    rows = [
        (
            channel,
            pen.number(sum(one.collected for one in same)),
            *(pen.percent(share) for share in _shares(same)),
        )
        for channel, same in sorted(alike.items())
        if sum(one.collected for one in same) >= _FEWEST
    ]
    if not rows:
        return None
    months = [at.months for at in found[0].attrition]
    return Block(
        lead="",
        how=pen.how("recurring_attrition"),
        table=Table(
            header=(
                pen.say("tables.channel"),
                pen.say("tables.commitments"),
                *(pen.say("tables.at_months", months=m) for m in months),
            ),
            rows=tuple(rows),
            caption=pen.say("captions.regular_channel"),
        ),
    )


def _shares(same: Sequence[Lasting]) -> list[float | None]:
    """Return the share that stopped within each time, over some channels together."""
    shares = []
    for at in zip(*(one.attrition for one in same), strict=True):
        old_enough = sum(each.old_enough for each in at)
        shares.append(sum(each.ended for each in at) / old_enough if old_enough else None)
    return shares
