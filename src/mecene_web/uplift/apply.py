"""Apply: each night, whom each adopted policy has written to, from what is known that night.

Two shares of the households are drawn by lot, once and for all: never written to, and always,
whatever the policy says of them. Together with those it governs they tell what it is worth.
Whoever died or objects to profiling is in no group.
"""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import polars as pl
from django.utils import timezone

from mecene.features import summary
from mecene.journeys import assignment
from mecene.words import LANGUAGES
from mecene_web.scores import kept
from mecene_web.scores.models import Run
from mecene_web.segments import known, policies, save
from mecene_web.segments.known import Night
from mecene_web.tasks import ask
from mecene_web.uplift import follow, gather, learn, portrait
from mecene_web.uplift.models import Aim

Progress = Callable[[str, int, int], None]
_AT_A_TIME = 100_000
_BARRED = ("deceased", "objects_profiling")

log = logging.getLogger("mecene.uplift")


def after_the_night(made: Run, on_progress: Progress) -> None:
    """Apply every policy whose audience is in use; before segments are evaluated."""
    rows = list(Aim.objects.filter(segment__archived_at=None).select_related("study", "base"))
    night = Night(kept.folder_of(made), made.as_of)
    for number, aim in enumerate(rows):
        on_progress("uplift", number, len(rows))
        # One that cannot be applied keeps what it said before, and says so on its page.
        if _tried(aim, night) and aim.segment_id is None:
            _segment(aim)


def work(aim_id: int, report: Progress) -> dict[str, Any]:
    """Apply a policy to the last night, and make its segment where there is none yet."""
    aim = Aim.objects.select_related("study", "base", "made_by").get(pk=aim_id)
    night = known.last()
    if night is None:
        return {}
    report("uplift", 0, 1)
    if _tried(aim, night):
        _segment(aim)
    report("uplift", 1, 1)
    return {"aim": aim.pk}


def apply(aim: Aim, night: Night) -> dict[str, Any]:
    """Write where the policy puts each donor into the folder of a night; return what is told of it.

    ``groups``: how many in each of ``policies.GROUPS``; ``apart``: what sets those aimed at apart
    (``portrait.of``); ``gain_minor``: what writing to one of them leaves, on average.

    Raises:
        UnreadableModel, IncompleteFeatures: the model, or a column it reads, is not there.
    """
    model = learn.model_of(aim.study)
    cost = float(aim.study.told["cost_minor"])
    homes = _homes(night)
    seen = portrait.Seen(tuple(column.name for column in model.design.columns))
    parts = [pl.DataFrame(schema=policies.SCHEMA)]
    for rows in _batches(night, seen.columns):
        gain = 100.0 * model.effects(rows)[:, 0] - cost
        drawn = _drawn(rows["donor_id"], homes, aim)
        group = np.select(
            (drawn < aim.never_share, drawn < aim.never_share + aim.always_share, gain > 0),
            ("never", "always", "aimed"), default="left",
        )  # fmt: skip
        told = rows.select("donor_id").with_columns(group=pl.Series(group),
                                                    gain_minor=pl.Series(gain))  # fmt: skip
        parts.append(told.cast(policies.SCHEMA))
        seen.add(rows, gain > 0)
    whole = pl.concat(parts)
    policies.write(whole, aim.code, night.place)
    counts = dict(whole.group_by("group").len().iter_rows())
    aimed = whole.filter(pl.col("group") == "aimed")["gain_minor"].mean()
    return {"groups": {name: counts.get(name, 0) for name in policies.GROUPS},
            "apart": portrait.of(seen), "gain_minor": aimed}  # fmt: skip


def _tried(aim: Aim, night: Night) -> bool:
    from mecene.uplift.refusal import Refusal

    try:
        told = apply(aim, night)
    except Refusal as no:
        log.warning("policy %s was not applied: %s", aim.code, no.written("en"))
        why = {lang: no.written(lang) for lang in LANGUAGES}
        Aim.objects.filter(pk=aim.pk).update(problem=why)
        return False
    Aim.objects.filter(pk=aim.pk).update(told=told, problem={}, applied_on=night.as_of)
    return True


def _segment(aim: Aim) -> None:
    now = timezone.now()
    if aim.segment_id is not None:
        ask.ask("segments.recompute", now=now, subject_id=aim.segment_id)
        return
    wanted = save.Wanted(
        aim.name,
        f"in_segment('{aim.base.code}') and worth_writing('{aim.code}')",
    )  # fmt: skip
    made = save.save(wanted, by=aim.made_by, now=now, token=aim.token)
    Aim.objects.filter(pk=aim.pk).update(segment=made)
    follow.ready(aim, now=now)


def _batches(night: Night, columns: tuple[str, ...]) -> Iterator[pl.DataFrame]:
    """Yield what the model reads of those who may be profiled, some donors at a time."""
    files = sorted((night.place / "summary").glob("*.parquet"))
    wanted = ("donor_id", *columns)
    if files and {*columns, *_BARRED} <= set(pl.read_parquet_schema(files[0])):
        for file in files:
            rows = pl.scan_parquet(file).filter(~_barred()).select(wanted).collect()
            for first in range(0, rows.height, _AT_A_TIME):
                yield rows[first : first + _AT_A_TIME]
        return
    # The night had no use for some family of columns: they are worked out as for the study.
    known_ = summary.batches(night.facts, as_of=night.as_of, families=gather.families())
    for rows in known_:
        there = [name for name in wanted if name in rows.columns]
        yield rows.filter(~_barred()).select(there)


def _barred() -> pl.Expr:
    return pl.any_horizontal(pl.col(name).fill_null(value=False) for name in _BARRED)


def _homes(night: Night) -> dict[int, int]:
    """Return donor → household, of those who share one."""
    files = night.facts.files("donors")
    if not files:
        return {}
    rows = pl.scan_parquet(files).select("donor_id", "household_id").drop_nulls().collect()
    return dict(rows.iter_rows())


def _drawn(donors: pl.Series, homes: dict[int, int], aim: Aim) -> np.ndarray:
    units = (assignment.unit(donor_id=each, household_id=homes.get(each)) for each in donors)
    return np.fromiter((assignment.draw(aim.code, unit) for unit in units), float, len(donors))
