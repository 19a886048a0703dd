"""Learn: what a campaign drawn by lot teaches of whom to write to, in a process of its own."""

import gzip
import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from mecene.engine.store import FactStore
from mecene.words import LANGUAGES, Lexicon
from mecene_web.accounts.models import Staff
from mecene_web.audit import write as audit
from mecene_web.experiments.models import Experiment
from mecene_web.scores import kept
from mecene_web.scores.models import Run
from mecene_web.tasks import ask
from mecene_web.uplift.gather import Gathered, Unstudied, gather
from mecene_web.uplift.models import Study

Progress = Callable[[str, int, int], None]
# What the parts are dealt by: the same campaign studied twice says the same.
SEED = 1


class NotBegun(ValueError):
    """Nobody was drawn yet."""


class NoNight(Unstudied):
    """No night was worked out yet: there is no snapshot to read."""


def begin(experiment_id: int, *, by: Staff, now: datetime) -> Study:
    """Have a campaign studied in the background; return the study, that under way if there is one.

    Raises:
        NotBegun: nobody was drawn yet.
    """
    with transaction.atomic():
        held = Experiment.objects.get(pk=experiment_id)
        if held.began_at is None:
            raise NotBegun(held.name)
        made, fresh = Study.objects.get_or_create(
            experiment=held, state="waiting", defaults={"asked_at": now, "asked_by": by}
        )
        if fresh:
            audit.write("study", "experiment", held.pk, by=by, now=now)
        ask.ask("uplift.study", now=now, subject_id=made.pk)
    return made


def work(study_id: int, report: Progress) -> dict[str, Any]:
    """Study a campaign over the last night's snapshot, and keep what it says."""
    asked = Study.objects.select_related("experiment__campaign").get(pk=study_id)
    if asked.state != "waiting":
        return {"study": asked.pk}
    report("uplift", 0, 1)
    try:
        kept_ = study(asked.experiment)
    except Exception:
        Study.objects.filter(pk=study_id).update(state="failed", ended_at=timezone.now())
        raise
    Study.objects.filter(pk=study_id).update(ended_at=timezone.now(), **kept_)
    report("uplift", 1, 1)
    return {"study": asked.pk}


def study(held: Experiment) -> dict[str, Any]:
    """Return the columns of a ``Study`` that was done: what it says, or why it says nothing."""
    from mecene.uplift.refusal import Refusal

    run = Run.objects.filter(ended_at__isnull=False).order_by("ended_at").last()
    try:
        if run is None:
            raise NoNight(held.name)
        found = gather(held, facts=FactStore(kept.folder_of(run) / "facts"), as_of=run.as_of)
        return _studied(found) | {"as_of": run.as_of}
    except Unstudied as no:
        key = f"refused.{type(no).__name__}"
        why = {lang: Lexicon("mecene_web.uplift").say(key, lang=lang) for lang in LANGUAGES}
    except Refusal as no:
        why = {lang: no.written(lang) for lang in LANGUAGES}
    return {"state": "refused", "told": {"why": why}, "as_of": run.as_of if run else None}


def model_of(held: Study) -> Any:
    """Return the frozen model of a study.

    Raises:
        UnreadableModel: it is not the one that was kept, or of another version of Mécène.
    """
    from mecene.uplift import saved

    with TemporaryDirectory(dir=_scratch()) as folder:
        file = Path(folder) / "uplift-model.json"
        file.write_text(text_of(held), encoding="utf-8")
        return saved.read(file)


def text_of(held: Study) -> str:
    """Return the frozen model as the file it is (``mecene.uplift.saved``)."""
    return gzip.decompress(bytes(held.model)).decode()


def _studied(found: Gathered) -> dict[str, Any]:
    from mecene.uplift import experiment, saved
    from mecene.uplift import study as studies
    from mecene.uplift.policy import Terms
    from mecene_web.uplift import gather as names
    from mecene_web.uplift import told

    sent = experiment.of(
        found.table, arm=names.ARM, control=found.control, outcome=names.DID, household=names.HOME,
        shares={found.name: found.share, found.control: 1 - found.share},
    )  # fmt: skip
    terms = Terms((found.cost_minor,), 100.0)
    said = studies.of(sent, terms, seed=SEED)
    with TemporaryDirectory(dir=_scratch()) as folder:
        file = Path(folder) / "uplift-model.json"
        saved.write(said.learnt.model, file)
        text = file.read_bytes()
    return {
        "state": "said", "told": json.loads(json.dumps(told.of(said, sent, terms, found))),
        "model": gzip.compress(text, mtime=0), "fingerprint": hashlib.sha256(text).hexdigest(),
    }  # fmt: skip


def _scratch() -> Path:
    place = Path(settings.HOME) / "scratch"
    place.mkdir(exist_ok=True)
    return place
