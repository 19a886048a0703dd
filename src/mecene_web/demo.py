"""Demo: an invented association loaded into an installation that is empty, then scored."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import Max

from mecene_web.donors import refresh
from mecene_web.giving.models import Gift
from mecene_web.imports import check, load, receive
from mecene_web.imports.models import Import
from mecene_web.organisation.models import Organisation
from mecene_web.scores import kept, nightly
from mecene_web.scores.models import Run

NAME = {"fr": "Association de démonstration", "en": "Demo association"}
Progress = Callable[[str, int, int], None]


class NothingToLoad(FileNotFoundError):
    """The folder holds no CSV file of an association."""


def fill(exports: Path, *, lang: str, now: datetime, on_progress: Progress) -> Path:
    """Load the files of a folder and work everything out, once; return where the report is.

    The figures are as of the day after the latest gift, now and every night: an invented
    association does not grow old.

    Raises:
        NothingToLoad: no CSV file is in the folder.
    """
    if Import.objects.exists():
        return _report(Run.objects.filter(ended_at__isnull=False).latest())
    files = sorted(exports.glob("*.csv"))
    if not files:
        raise NothingToLoad(f"{exports}: no CSV file; mecene simulate writes some")
    with ExitStack() as opened:
        sent = [(file.name, opened.enter_context(file.open("rb"))) for file in files]
        made = receive.receive(sent, by=None, now=now)
    check.check(made.pk, now=now, on_progress=on_progress)
    Import.objects.filter(pk=made.pk, state="checked").update(state="loading")
    load.work(made.pk, on_progress)
    latest = Gift.objects.aggregate(on=Max("given_on"))["on"]
    day = latest + timedelta(days=1)
    with transaction.atomic():
        Organisation.objects.filter(pk=Organisation.THE_ONE).update(
            name=NAME[lang], language=lang, shown_as_of=day
        )
    made = nightly.run(as_of=day, on_progress=on_progress)
    # Loading asked for them: the worker would begin anew while somebody opens the first page.
    refresh.refreshed(now=now)
    return _report(made)


def _report(run: Run) -> Path:
    return kept.folder_of(run) / "report" / "report.html"
