"""Regular: how long standing commitments last, and why they stop."""

from mecene.report import lexicon
from mecene.report.chapters.writing import Pen
from mecene.report.page import Block, Section, Table
from mecene.retention.measure import Measures
from mecene.retention.recurring import Lasting


def chapter(measures: Measures, pen: Pen) -> Section | None:
    """Return the chapter on regular giving, None when there is none."""
    lasting, force = measures.recurring, measures.recurring_in_force
    if lasting is None or force is None or not lasting.collected:
        return None
    channels = [c for c in measures.recurring_by_channel if c.channel and c.collected >= 30]
    heads = ("after_months", "old_enough", "stopped", "share")
    blocks = [
        Block(
            lead="",
            how=pen.how("recurring_attrition", "no_shows", "average_monthly"),
            table=Table(
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
            ),
        )
    ]
    if channels:
        blocks.append(_by_channel(channels, pen))
    return Section(
        anchor="regular",
        title=pen.say("chapters.regular"),
        lead=pen.say(
            "leads.regular",
            active=pen.number(force.active),
            amount=pen.amount(force.monthly_minor),
            average=pen.exact(force.average_monthly_minor),
            no_shows=pen.number(lasting.no_shows),
        ),
        blocks=tuple(blocks),
    )


def _by_channel(channels: list[Lasting], pen: Pen) -> Block:
    names = lexicon.labels("traits", lang=pen.lang)
    months = [at.months for at in channels[0].attrition]
    return Block(
        lead="",
        how="",
        table=Table(
            header=(
                pen.say("tables.channel"),
                pen.say("tables.commitments"),
                *(pen.say("tables.at_months", months=m) for m in months),
            ),
            rows=tuple(
                (
                    names.get(str(c.channel), str(c.channel)),
                    pen.number(c.collected),
                    *(pen.percent(at.attrition) for at in c.attrition),
                )
                for c in channels
            ),
            caption=pen.say("captions.regular_channel"),
        ),
    )
