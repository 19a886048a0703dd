"""Night: each experiment under way is read once a night, and whenever somebody asks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from mecene.engine import store
from mecene.engine.store import FactStore
from mecene_web.experiments import enrolled, reading
from mecene_web.experiments.models import Experiment, Reading
from mecene_web.organisation.models import Organisation
from mecene_web.scores import kept, snapshot
from mecene_web.scores.models import Run

Progress = Callable[[str, int, int], None]

# Twelve months after the last draw everything is known; then it is read no more.
_READ_FOR = timedelta(days=400)
_TABLES = ("gifts", "recurring_gifts", "interactions", "consents", "contacts")
_AT_ONCE = 2_000


def after_the_night(made: Run, on_progress: Progress) -> None:
    """Read every experiment that is under way, from the snapshot of the night."""
    facts = FactStore(kept.folder_of(made) / "facts")
    rows = list(_under_way(made.as_of))
    for number, held in enumerate(rows):
        on_progress("experiments", number, len(rows))
        write(held, facts=facts, as_of=made.as_of)


def work(subject_id: int, report: Progress) -> dict[str, Any]:
    """Read one experiment now, from facts as they are now; of 0, every one under way."""
    as_of = today()
    rows = _under_way(as_of)
    if subject_id:
        rows = rows.filter(pk=subject_id)
    wanted = list(rows)
    for number, held in enumerate(wanted):
        report("experiments", number, len(wanted))
        now(held, as_of=as_of)
    return {"experiments": len(wanted)}


def now(held: Experiment, *, as_of: date) -> Reading | None:
    """Read one experiment from the facts of those drawn, as they are at this moment."""
    with _facts(held) as facts:
        return write(held, facts=facts, as_of=as_of)


def write(held: Experiment, *, facts: FactStore, as_of: date) -> Reading | None:
    """Read one experiment and keep what it says; None where nobody was drawn yet."""
    told = reading.read(held, facts=facts, as_of=as_of)
    if told is None:
        return None
    with transaction.atomic():
        made, _ = Reading.objects.update_or_create(
            experiment=held, as_of=as_of, defaults={"at": timezone.now(), "metrics": told}
        )
    return made


def today() -> date:
    """Return as of which day facts are read: what came today is seen."""
    own = Organisation.objects.get(pk=Organisation.THE_ONE)
    return own.shown_as_of or timezone.localdate() + timedelta(days=1)


def _under_way(as_of: date) -> Any:
    rows = Experiment.objects.exclude(state__in=("draft", "planned"))
    since = timezone.make_aware(datetime.combine(as_of - _READ_FOR, time.min))
    return rows.filter(began_at__gte=since).order_by("pk")


@contextmanager
def _facts(held: Experiment) -> Iterator[FactStore]:
    """Yield the facts of those drawn, in a folder that goes when they are read."""
    place = Path(settings.HOME) / "scratch"
    place.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=place) as folder:
        donors = sorted(set(enrolled.of(held)["donor_id"].to_list()))
        into = Path(folder) / "facts"
        for first in range(0, len(donors), _AT_ONCE):
            some = snapshot.of(donors[first : first + _AT_ONCE], wanted=_TABLES)
            store.write_facts({name: rows for name, rows in some.items() if rows.height}, into)
        yield FactStore(into)
