"""Taken in: what was read of every file that is loaded, and who was recognised in all of them.

What the command line says of its files (``mecene.report.intake``), of the installation's imports.
"""

from collections.abc import Iterator
from typing import Any

import polars as pl
from django.db.models import Q

from mecene.engine.store import FactStore
from mecene.report import intake
from mecene.report.intake import FileIntake, Intake
from mecene.sources import problems
from mecene_web.donors.models import Merge, Proposal, Record
from mecene_web.giving.models import Gift
from mecene_web.imports.models import Import


def taken_in(facts: FactStore, *, lang: str) -> Intake:
    """Return what was read, worded in a language, and who is known now.

    Args:
        facts: The night's snapshot.
        lang: ``fr`` or ``en``.
    """
    loaded = list(Import.objects.filter(state="loaded").order_by("loaded_at", "pk"))
    donors = pl.scan_parquet(facts.files("donors"))
    homes = donors.select("household_id").drop_nulls().group_by("household_id").len().collect()
    standing = Merge.objects.filter(undone_at=None)
    absorbed = standing.values("absorbed_id")
    asked = Proposal.objects.filter(refused_at=None)
    return Intake(
        files=tuple(file for made in loaded for file in _files(made, lang=lang)),
        # A correction by hand is of somebody who was there.
        persons=Record.objects.filter(Q(by_hand=False) | Q(acquired_on__isnull=False)).count(),
        donors=donors.select(pl.len()).collect().item(),
        households=homes.filter(pl.col("len") > 1).height,
        merges=standing.count() + sum(_loaded(made).get("merged", 0) for made in loaded),
        proposals=asked.exclude(one__in=absorbed).exclude(other__in=absorbed).count(),
        anonymous_gifts=Gift.objects.filter(donor=None).count(),
        gaps=intake.gaps(donors),
    )


def _files(made: Import, *, lang: str) -> Iterator[FileIntake]:
    """Yield the files of an import that were read: those loaded before it are theirs already."""
    told = made.account
    known = told.get("overlap", {}).get("by_file", {})
    # Refunds of nothing are told of the import as a whole; the first file with refunds says so.
    lost = _loaded(made).get("refunds_of_nothing", 0)
    for file in told.get("files", ()):
        if file.get("twin"):
            continue
        by_table = dict(file.get("facts", {}))
        of_nothing = min(lost, by_table.get("corrections", 0))
        lost -= of_nothing
        if of_nothing:
            by_table["corrections"] -= of_nothing
        yield FileIntake(
            name=file["name"],
            rows=file.get("rows", 0),
            facts=sum(by_table.values()),
            rejects=file.get("rejects", 0) + of_nothing,
            by_table={table: rows for table, rows in by_table.items() if rows},
            by_problem=_by_problem(file.get("by_problem", {}), of_nothing, lang=lang),
            identical=file.get("identical", 0),
            overlap=file.get("overlapping", 0) + known.get(file["name"], 0),
            recognised=tuple(f"{header} → {role}" for header, role in file.get("roles", ())),
            notes=tuple(note[lang] for note in file.get("notes", ())),
        )


def _by_problem(counts: dict[str, int], of_nothing: int, *, lang: str) -> dict[str, int]:
    told = {problems.anyhow(code, lang=lang): count for code, count in counts.items()}
    if of_nothing:
        told[problems.anyhow("no_such_gift", lang=lang)] = of_nothing
    return told


def _loaded(made: Import) -> dict[str, Any]:
    counts: dict[str, Any] = made.account.get("loaded", {})
    return counts
