"""Approve: a checked import is to be loaded, with or without what is known already."""

from datetime import datetime

from django.db import transaction

from mecene_web.accounts.models import Staff
from mecene_web.audit import write as audit
from mecene_web.imports import progress
from mecene_web.imports.load import NotToLoad
from mecene_web.imports.models import Import
from mecene_web.tasks import ask

LOAD = "imports.load"
CHOICES = ("keep", "skip")


def approve(import_id: int, *, overlap: str, by: Staff | None, now: datetime) -> None:
    """Have an import loaded in the background.

    Args:
        import_id: An import that is ``checked``, or whose loading was interrupted.
        overlap: ``keep`` or ``skip`` the gifts that are known already.
        by: Who wants it.
        now: The moment.

    Raises:
        NotToLoad: it is not checked, or ``overlap`` is neither word.
        progress.UnderWay: somebody is at it.
    """
    if overlap not in CHOICES:
        raise NotToLoad(f"overlap is {overlap!r}; it is keep or skip")
    with transaction.atomic():
        made = progress.held(import_id)
        if made.state not in ("checked", "loading"):
            raise NotToLoad(f"import {import_id} is {made.state}")
        Import.objects.filter(pk=import_id).update(overlap=overlap, state="loading", problem="")
        ask.ask(LOAD, now=now, subject_id=import_id)
        audit.write("load", "import", import_id, by=by, now=now, after={"overlap": overlap})
