"""Life: where donors stand, where they came from, and how each segment does."""

from itertools import pairwise

import polars as pl

from mecene import money, period
from mecene.report import lexicon, look, roll
from mecene.report.analysis import Analysis
from mecene.report.chapters.writing import Pen
from mecene.report.page import Block, Section, Table
from mecene.report.pictures import flows, life_cycle, rfm_map
from mecene.segments import tags as segment_tags


def chapter(analysis: Analysis, pen: Pen) -> Section:
    """Return the chapter on the life cycle."""
    blocks = [
        Block(
            lead="",
            how=_how("how.life_cycle", analysis, pen),
            picture=life_cycle.picture(analysis.segments, currency=pen.currency, lang=pen.lang),
        )
    ]
    # Where only prospects were known, there is no way a giver could have gone.
    gave = ~pl.col("before").is_in(["absent", "prospect"])
    moved = analysis.flows.filter(gave & (pl.col("donors") > 0))
    if moved["stage"].n_unique() == len(analysis.stages) - 1:
        stages = [period.written(day, lang=pen.lang) for day in analysis.stages]
        blocks.append(
            Block(
                lead=pen.say("leads.flows"),
                how=pen.say("how.flows"),
                picture=flows.picture(analysis.flows, stages=stages, lang=pen.lang),
            )
        )
    blocks.append(
        Block(
            lead=pen.say("leads.segments"),
            how=pen.say("how.segments"),
            table=_table(analysis, pen),
        )
    )
    if analysis.performance["gave_previous_12m"].sum():
        blocks.append(_performance(analysis, pen))
    if analysis.grid.height:
        blocks.append(_map(analysis, pen))
    tagged = _tags(analysis, pen)
    blocks += [tagged] if tagged else []
    return Section(
        anchor="life",
        title=pen.say("chapters.life"),
        lead=pen.say("leads.life"),
        blocks=tuple(blocks),
    )


def _how(key: str, analysis: Analysis, pen: Pen) -> str:
    """Return how something is worked out, and in which thresholds in a currency without cents."""
    small = money.small_unit(pen.currency)
    if small is None:
        return pen.say(key)
    tags = analysis.rules.tags
    said = pen.say(
        "how.small_unit",
        unit=pen.exact(small.a_euro),
        day=period.written(small.known_on, lang=pen.lang),
        mid=pen.exact(tags.mid_value_minor),
        major=pen.exact(tags.major_minor),
    )
    return f"{pen.say(key)}\n{said}"


def _performance(analysis: Analysis, pen: Pen) -> Block:
    names = lexicon.labels("segments", lang=pen.lang)
    rows = {row["segment"]: row for row in analysis.performance.to_dicts()}
    heads = ("segment", "gave_before", "gave_again_share", "amount_again_share", "verdict")
    return Block(
        lead=pen.say("leads.performance"),
        how=pen.say("how.performance"),
        table=Table(
            header=tuple(pen.say(f"tables.{head}") for head in heads),
            rows=tuple(
                (
                    names[segment],
                    pen.number(row["gave_previous_12m"]),
                    pen.percent(row["retention"]),
                    pen.percent(row["amount_retention"]),
                    pen.say(f"flags.{row['flag']}"),
                )
                for segment in look.SEGMENT_COLOURS
                if (row := rows.get(segment)) and row["gave_previous_12m"]
            ),
            caption=pen.say("captions.performance"),
            words=(0, 4),
        ),
    )


def _tags(analysis: Analysis, pen: Pen) -> Block | None:
    names = lexicon.labels("columns", lang=pen.lang)
    own = [name for name in analysis.tags if name not in segment_tags.TAGS]
    borne = [name for name in (*own, *roll.TAGS) if analysis.tags.get(name) or name in own]
    if not borne:
        return None
    lead = pen.say("leads.tags")
    return Block(
        lead=f"{pen.say('leads.own_tags')} {lead}" if own else lead,
        how=_how("how.tags", analysis, pen),
        table=Table(
            header=tuple(pen.say(f"tables.{head}") for head in ("tag", "donors", "share")),
            rows=tuple(
                (
                    names.get(name, name),
                    pen.number(analysis.tags[name]),
                    pen.part(analysis.tags[name] / analysis.count),
                )
                for name in borne
            ),
            caption=pen.say("captions.tags"),
        ),
    )


def _map(analysis: Analysis, pen: Pen) -> Block:
    cuts = analysis.rules.rfm
    recency = _bands([0, *cuts.recency_months])
    frequency = _bands([1, *cuts.frequency_gifts])
    # The most recent band has the highest score.
    by_score = dict(enumerate(reversed(recency), start=1))
    grid = analysis.grid.select(
        recency=pl.col("r_band").replace_strict(by_score, return_dtype=pl.String),
        frequency=pl.col("f_band").replace_strict(
            dict(enumerate(frequency, start=1)), return_dtype=pl.String
        ),
        donors="donors",
        amount_minor="amount_36m_minor",
    )
    return Block(
        lead=pen.say("leads.rfm"),
        how=pen.say("how.rfm"),
        picture=rfm_map.picture(
            grid, recency=recency, frequency=frequency, currency=pen.currency, lang=pen.lang
        ),
    )


def _bands(cuts: list[float]) -> list[str]:
    """Return how bands that start at some whole numbers are written: ``0–6``, ``61+``."""
    starts = [int(cut) for cut in cuts]
    written = [
        str(low) if high == low + 1 else f"{low}–{high - 1}" for low, high in pairwise(starts)
    ]
    return [*written, f"{starts[-1]}+"]


def _table(analysis: Analysis, pen: Pen) -> Table:
    names = lexicon.labels("segments", lang=pen.lang)
    rows = {row["segment"]: row for row in analysis.segments.to_dicts()}
    heads = ("segment", "donors", "amount_12m", "mean_gift", "median_last_gift", "value_12m")
    # Of donors of whom nothing can be foreseen the sum is not 0: it is unknown.
    foreseen = bool(analysis.value_totals.get("expected_value_36m_minor"))
    return Table(
        header=tuple(pen.say(f"tables.{head}") for head in heads),
        rows=tuple(
            (
                names[segment],
                f"{pen.number(row['donors'])} ({pen.part(row['donors_share'])})",
                pen.amount(row["amount_12m_minor"]),
                pen.exact(row["mean_gift_minor"]),
                pen.exact(row["median_last_gift_minor"]),
                pen.amount(row["expected_value_12m_minor"] if foreseen else None),
            )
            for segment in look.SEGMENT_COLOURS
            if (row := rows.get(segment))
        ),
        caption=pen.say("captions.segments"),
    )
