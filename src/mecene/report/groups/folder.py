"""Folder: the groups as files: a page, conditions to adopt, every donor's group and motive."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from mecene import money
from mecene.report import left_beside, page, roll, spreadsheet
from mecene.report.groups import document, lexicon
from mecene.report.groups.finding import Groups
from mecene.segments import motive_words
from mecene.sources import safe_writing

PAGE, RULES, DONORS = "groups.html", "groups.toml", "groups.csv"
_NAMED = ("external_ids", "first_name", "last_name", "organisation_name")
# Past so many donors they are known by number only.
_MOST_NAMED = 200_000


def write(groups: Groups, into: Path) -> list[Path]:
    """Write the page, ``groups.toml``, ``groups.csv`` and ``groups.parquet``; return their paths.

    Args:
        groups: What was found.
        into: A folder that is there.
    """
    asked = groups.asked
    left_beside.write(
        _parts(groups), into / left_beside.GROUPS, store=asked.store, as_of=asked.as_of
    )
    files = sorted(groups.donors.glob("*.parquet"))
    wanted = pl.read_parquet(files, columns=["donor_id"])
    wanted = wanted if wanted.height <= _MOST_NAMED else wanted.clear()
    named = roll.named(asked.store, as_of=asked.as_of, only=wanted).select("donor_id", *_NAMED)
    shown = (_shown(part, named, lang=asked.lang) for part in _parts(groups))
    safe_writing.write_csv(shown, into / DONORS, **spreadsheet.FORMAT[asked.lang])
    (into / RULES).write_text(rules(groups), encoding="utf-8")
    html = page.render(document.document(groups), lang=asked.lang)
    (into / PAGE).write_text(html, encoding="utf-8")
    return [into / name for name in (PAGE, RULES, DONORS, left_beside.GROUPS)]


def rules(groups: Groups) -> str:
    """Return the conditions of the groups as a rules file, those that are not faithful as notes."""
    lang = groups.asked.lang
    parts = [lexicon.say("rules.head", lang=lang)]
    for shown in groups.shown.groups:
        adopted = groups.conditions.get(shown.number)
        if adopted is None:
            parts.append(f"# {lexicon.say('rules.none', lang=lang, name=shown.name)}")
            continue
        text = (
            f"# {shown.number}. {_one_line(shown.name)}\n"
            f"# {document.fidelity(adopted, lang=lang)}\n"
            f'[custom.{adopted.name}]\ncondition = "{adopted.condition}"'
        )
        if not adopted.faithful:
            unsure = lexicon.say("rules.unfaithful", lang=lang)
            text = "\n".join(f"# {line}" for line in [unsure, *text.splitlines()])
        parts.append(text)
    return "\n\n".join(parts) + "\n"


def figures(groups: Groups) -> dict[str, Any]:
    """Return what was found as plain values, for machines: amounts in minor units."""
    return {
        "as_of": groups.asked.as_of.isoformat(),
        "currency": groups.currency,
        "reason": groups.clusters.reason,
        "groups": [
            {
                "number": each.number,
                "name": each.name,
                "donors": each.donors,
                "share": each.donors_share,
                "amount_12m_minor": each.amount_12m_minor,
                "stability": each.stability,
                "fragile": each.fragile,
                "condition": adopted.condition if adopted else None,
                "precision": adopted.precision if adopted else None,
                "recall": adopted.recall if adopted else None,
            }
            for each in groups.shown.groups
            for adopted in (groups.conditions.get(each.number),)
        ],
    }


def lines(groups: Groups) -> list[str]:
    """Return the groups as lines for a person."""
    lang = groups.asked.lang
    found = [groups.shown.why]
    for each in groups.shown.groups:
        found.append(
            lexicon.say(
                "lines.group",
                lang=lang,
                number=each.number,
                name=each.name,
                donors=lexicon.donors(each.donors, lang=lang),
                share=money.percent(each.donors_share, lang=lang),
            )
        )
        found += [f"   {told}" for told in (each.stability_words, *each.distinguishing) if told]
    return found


def _shown(part: pl.DataFrame, named: pl.DataFrame, *, lang: str) -> pl.DataFrame:
    said = part.with_columns(
        pl.col(f"cluster_name_{lang}").alias("cluster_name"),
        motive_words.written(part, lang=lang),
        pl.col("motive").replace(
            {
                name: motive_words.label(name, lang=lang)
                for name in ("emotional", "rational", "committed")
            }
        ),
    )
    told = said.join(named, on="donor_id", how="left", maintain_order="left")
    return spreadsheet.worded(
        told.select("donor_id", *_NAMED, "cluster_name", "motive", "motive_sentence"), lang=lang
    )


def _parts(groups: Groups) -> Iterator[pl.DataFrame]:
    for file in sorted(groups.donors.glob("*.parquet")):
        yield pl.read_parquet(file)


def _one_line(text: str) -> str:
    return " ".join(text.split())
