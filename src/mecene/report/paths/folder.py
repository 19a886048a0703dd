"""Folder: the paths to an act as files: a page, a table of channels, a table of paths."""

from pathlib import Path
from typing import Any

import polars as pl

from mecene import money
from mecene.attribution import sentences
from mecene.attribution.credit import RULES
from mecene.attribution.looking import Found
from mecene.report import page, spreadsheet
from mecene.report.paths import document, lexicon
from mecene.sources import safe_writing

PAGE, CHANNELS, PATHS = "attribution.html", "attribution_channels.csv", "attribution_paths.csv"


def write(found: Found, into: Path, *, lang: str) -> list[Path]:
    """Write the page and the two tables; return their paths.

    Args:
        found: What was found.
        into: A folder that is there.
        lang: ``fr`` or ``en``.
    """
    form = spreadsheet.FORMAT[lang]
    safe_writing.write_csv(channels(found, lang=lang), into / CHANNELS, **form)
    safe_writing.write_csv(paths(found, lang=lang), into / PATHS, **form)
    html = page.render(document.document(found, lang=lang), lang=lang)
    (into / PAGE).write_text(html, encoding="utf-8")
    return [into / name for name in (PAGE, CHANNELS, PATHS)]


def channels(found: Found, *, lang: str) -> pl.DataFrame:
    """Return a row a channel and rule, as a person reads it."""
    rules = found.rules
    places = money.exponent(found.asked.currency)
    rows = [
        (
            sentences.channel(one.channel, lang=lang), sentences.rule(one.rule, lang=lang),
            round(one.acts, 1), round(one.low, 1), round(one.high, 1), round(one.share, 4),
            round(one.worth_minor / 10**places, places), round(rules.effects[one.channel], 4),
        )
        for one in (rules.credits if rules else ())
        if rules
    ]  # fmt: skip
    kinds = {
        "channel": pl.String, "rule": pl.String, "acts": pl.Float64, "low": pl.Float64,
        "high": pl.Float64, "share": pl.Float64, "worth": pl.Float64, "removal": pl.Float64,
    }  # fmt: skip
    named = pl.DataFrame(rows, schema=kinds, orient="row")
    return named.rename({name: lexicon.say(f"tables.{name}", lang=lang) for name in kinds})


def paths(found: Found, *, lang: str) -> pl.DataFrame:
    """Return a row a path, the most travelled first, as a person reads it."""
    places = money.exponent(found.asked.currency)
    told = found.most.select(
        path=pl.Series([sentences.path(row, lang=lang) for row in found.most["path"]],
                       dtype=pl.String),
        acts="conversions",
        share=pl.col("share").round(4),
        nulls="nulls",
        rate=pl.col("rate").round(4),
        worth=(pl.col("value_minor") / 10**places).round(places),
    )  # fmt: skip
    return told.rename({name: lexicon.say(f"tables.{name}", lang=lang) for name in told.columns})


def figures(found: Found) -> dict[str, Any]:
    """Return what was found as plain values, for machines: worth in minor units."""
    rules = found.rules
    return {
        "act": found.asked.act,
        "as_of": found.asked.as_of.isoformat(),
        "within_days": found.asked.within_days,
        "order": found.asked.order,
        "currency": found.asked.currency,
        "acts": rules.acts if rules else 0,
        "untouched": rules.untouched if rules else None,
        "credits": [
            {
                "channel": one.channel, "rule": one.rule, "acts": one.acts, "low": one.low,
                "high": one.high, "share": one.share, "worth_minor": one.worth_minor,
            }
            for one in (rules.credits if rules else ())
        ],
        "hold_outs": [
            {
                "channel": gap.credit.channel, "rule": gap.credit.rule, "caused": gap.caused.acts,
                "excess": gap.excess, "low": gap.low, "high": gap.high, "state": gap.state,
            }
            for gap in found.gaps
        ],
        "removal_effects": dict(rules.effects) if rules else {},
        "paths": found.most.to_dicts(),
        "jumps": found.jumps.to_dicts(),
        "devices": found.devices.table.to_dicts(),
    }  # fmt: skip


def lines(found: Found, *, lang: str) -> list[str]:
    """Return what was found as lines for a person."""
    told = [sentences.met(found, lang=lang)]
    if found.rules is None:
        return told
    told += ["", lexicon.say("captions.most", lang=lang)]
    told += [
        "  "
        + lexicon.say(
            "lines.path", lang=lang, path=sentences.path(row["path"], lang=lang),
            acts=money.number(row["conversions"], lang=lang),
            share=money.percent(row["share"], lang=lang),
        )
        for row in found.most.head(5).to_dicts()
    ]  # fmt: skip
    told += ["", *_table(found, lang), "", sentences.caution(lang=lang)]
    told += [sentences.gap(gap, lang=lang) for gap in found.gaps]
    return [*told, sentences.devices(found, lang=lang)]


def _table(found: Found, lang: str) -> list[str]:
    rules = found.rules
    assert rules is not None
    names = sorted(rules.effects, key=lambda name: -rules.of(name, rule="markov").acts)
    rows = [("", *(sentences.rule(rule, lang=lang) for rule in RULES))]
    for name in names:
        cells = []
        for rule in RULES:
            one = rules.of(name, rule=rule)
            acts, low, high = (
                money.number(value, lang=lang) for value in (one.acts, one.low, one.high)
            )
            cells.append(f"{acts} ({low} – {high})  {money.percent(one.share, lang=lang)}")
        rows.append((sentences.channel(name, lang=lang), *cells))
    widths = [max(len(row[place]) for row in rows) for place in range(len(RULES) + 1)]
    return [
        "  "
        + "   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
