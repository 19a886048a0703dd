"""Nightly: the facts of the day worked out by the core, and brought back for the pages."""

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from mecene.engine.store import FactStore
from mecene.report import analysis, folder, pieces
from mecene.report.analysis import Analysis
from mecene.report.question import Question
from mecene.segments.tags import SHOWN as TAGS
from mecene.words import LANGUAGES
from mecene_web.organisation import bulk, numbers
from mecene_web.organisation.models import Organisation
from mecene_web.scores import kept, snapshot, taken_in, why
from mecene_web.scores.models import Listed, Run, Standing, Why

Progress = Callable[[str, int, int], None]


def work(_subject_id: int, report: Progress) -> dict[str, Any]:
    """Work everything out as of tomorrow, so that what came today is seen."""
    own = Organisation.objects.get(pk=Organisation.THE_ONE)
    tomorrow = timezone.localdate() + timedelta(days=1)
    return {"run": run(as_of=own.shown_as_of or tomorrow, on_progress=report).pk}


def run(*, as_of: date, on_progress: Progress) -> Run:
    """Work everything out as of a day; return the run that pages then show.

    Earlier snapshots are deleted: who was erased since is in none.
    """
    own = Organisation.objects.get(pk=Organisation.THE_ONE)
    made = Run.objects.create(as_of=as_of, language=own.language, began_at=timezone.now())
    place = kept.folder_of(made)
    try:
        facts = snapshot.write(place / "facts", on_progress=on_progress)
        _worked_out(made, facts, own, on_progress)
        for name in settings.MECENE_AFTER_THE_NIGHT:
            import_string(name)(made, on_progress)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    # Not before: those above compare the night with the one before.
    Run.objects.exclude(pk=made.pk).delete()
    _without_the_others(place)
    return made


def _worked_out(made: Run, facts: FactStore, own: Organisation, on_progress: Progress) -> None:
    place = kept.folder_of(made)
    question = Question(
        facts, as_of=made.as_of, into=place, lang=own.language, on_progress=on_progress,
        fiscal_year_start=own.fiscal_year_starts_in_month,
    )  # fmt: skip
    try:
        found = analysis.analyse(question)
    except analysis.NoDonors:
        found, figures = None, {}
    else:
        read = {lang: taken_in.taken_in(facts, lang=lang) for lang in LANGUAGES}
        mine = read[own.language]
        figures = folder.write(found, mine, place / "report", on_progress=on_progress)
        pieces.write(found, read, place / kept.PIECES)
    with bulk.batch() as batch:
        rows = _standings(found, made) if found else pl.DataFrame()
        batch.add(Standing, rows)
        batch.add(Listed, _listed(found, made) if found else pl.DataFrame())
        batch.add(Why, why.of(found, question, on_progress) if found else pl.DataFrame())
        with transaction.atomic():
            Why.objects.all().delete()
            Standing.objects.all().delete()
            batch.write()
            Run.objects.filter(pk=made.pk).update(
                ended_at=timezone.now(), metrics=figures, donors=rows.height
            )


def _standings(found: Analysis, made: Run) -> pl.DataFrame:
    columns = {field.column for field in Standing._meta.concrete_fields}
    rows = pl.read_parquet(sorted(found.donors.glob("*.parquet")))
    held = [pl.when(name).then(pl.lit(name)) for name in TAGS]
    told = rows.rename({"donor_id": "id", "sentence": f"sentence_{found.lang}"}).with_columns(
        run_id=pl.lit(made.pk, pl.Int64),
        tags=pl.concat_list(held).list.drop_nulls().map_elements(_json, return_dtype=pl.String),
    )
    return told.select(name for name in told.columns if name in columns)


def _json(names: pl.Series) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"


def _listed(found: Analysis, made: Run) -> pl.DataFrame:
    parts = [
        table.select(
            "donor_id", "reason",
            why=pl.col("why").fill_null("") if "why" in table.columns else pl.lit(""),
        ).with_row_index("place").with_columns(list=pl.lit(name))
        for name, table in found.lists.lists.items()
        if table.height
    ]  # fmt: skip
    if not parts:
        return pl.DataFrame()
    rows = pl.concat(parts).with_columns(
        pl.col("place").cast(pl.Int64), run_id=pl.lit(made.pk, pl.Int64)
    )
    ids = pl.Series("id", list(numbers.block(Listed, size=rows.height)), dtype=pl.Int64)
    return rows.with_columns(ids)


def _without_the_others(place: Path) -> None:
    for other in place.parent.iterdir():
        if other != place:
            shutil.rmtree(other, ignore_errors=True)
