"""Retract: a loaded import is to be taken back."""

from datetime import datetime

from django.db import transaction

from mecene_web.accounts.models import Staff
from mecene_web.audit import write as audit
from mecene_web.imports import progress
from mecene_web.imports.models import Import
from mecene_web.imports.undo import NotToUndo
from mecene_web.tasks import ask

UNDO = "imports.undo"


def retract(import_id: int, *, by: Staff | None, now: datetime) -> None:
    """Have an import taken back in the background.

    Raises:
        NotToUndo: it is not loaded.
        progress.UnderWay: somebody is at it.
    """
    with transaction.atomic():
        made = progress.held(import_id)
        if made.state not in ("loaded", "undoing"):
            raise NotToUndo(f"import {import_id} is {made.state}")
        Import.objects.filter(pk=import_id).update(state="undoing", problem="")
        ask.ask(UNDO, now=now, subject_id=import_id)
        audit.write("undo", "import", import_id, by=by, now=now)
