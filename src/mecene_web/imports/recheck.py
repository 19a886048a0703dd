"""Recheck: the files of an import looked at again, as somebody now says they are."""

from datetime import datetime
from typing import Any

from django.db import transaction

from mecene_web.accounts.models import Staff
from mecene_web.audit import write as audit
from mecene_web.imports import progress, receive
from mecene_web.imports.models import File, Import
from mecene_web.tasks import ask

STATES = ("uploaded", "checked", "failed", "loading", "undone")


class NotToCheck(ValueError):
    """The import is loaded: it must be taken back first."""


def recheck(
    import_id: int, *, told: dict[int, dict[str, Any]], by: Staff | None, now: datetime
) -> None:
    """Keep what is said of files, and have them checked again.

    Args:
        import_id: An import that is not loaded.
        told: Number of a file of it → what is said (``told.parse``).
        by: Who wants it.
        now: The moment.

    Raises:
        NotToCheck: its facts are there.
        progress.UnderWay: somebody is at it.
    """
    with transaction.atomic():
        made = progress.held(import_id)
        if made.state not in STATES:
            raise NotToCheck(f"import {import_id} is {made.state}")
        for number, said in told.items():
            File.objects.filter(pk=number, of=made).update(told=said)
        Import.objects.filter(pk=import_id).update(state="uploaded", problem="", account={})
        ask.ask(receive.CHECK, now=now, subject_id=import_id)
        audit.write("describe", "import", import_id, by=by, now=now, after={"told": told})
