"""To do: what a colleague is asked to do for a donor, and what came of it."""

from datetime import date, datetime

from django.db import transaction

from mecene_web.accounts.models import Staff
from mecene_web.audit import write
from mecene_web.donors import whereabouts
from mecene_web.donors.models import Task

LONGEST = 500


class NothingToDo(ValueError):
    """What is asked is empty or too long, or nobody can do it."""


class DoneAlready(ValueError):
    """It was done before, or it is somebody else's."""


def ask(
    donor_id: int, what: str, *, owner: Staff | None, due_on: date | None, by: Staff,
    now: datetime, kind: str = "other",
) -> Task:  # fmt: skip
    """Ask a colleague to do something; the same thing still to do is not asked twice.

    Raises:
        NothingToDo: the words cannot be used, or the colleague has left.
        Donor.DoesNotExist: nobody has this number.
    """
    words = " ".join(what.replace("\0", "").split())
    if not words or len(words) > LONGEST or kind not in Task.KINDS:
        raise NothingToDo(f"what is to be done has 1 to {LONGEST} signs")
    if owner is not None and not owner.is_active:
        raise NothingToDo(f"{owner} has left")
    with transaction.atomic():
        donor = whereabouts.locked(donor_id)
        told = {"donor": donor, "kind": kind, "what": words, "owner": owner, "due_on": due_on}
        made, fresh = Task.objects.get_or_create(
            **told, done_at=None, defaults={"made_at": now, "made_by": by}
        )
        if fresh:
            write.write("create", "task", made.pk, by=by, now=now, donor_id=donor.pk,
                        after={"what": words, "owner": owner and owner.pk})  # fmt: skip
    return made


def done(
    task_id: int, *, outcome: str, said: str = "", by: Staff, now: datetime,
    mine_alone: bool = False,
) -> Task:  # fmt: skip
    """Say what came of it.

    Args:
        task_id: Which.
        outcome: One of ``Task.OUTCOMES``.
        said: In words.
        by: Who did it.
        now: When.
        mine_alone: Refuse what is another colleague's.

    Raises:
        NothingToDo: there is no such outcome.
        DoneAlready: it was done, is unknown, or is somebody else's.
    """
    if outcome not in Task.OUTCOMES:
        raise NothingToDo(f"{outcome} is no outcome")
    with transaction.atomic():
        open_ = Task.objects.filter(pk=task_id, done_at=None)
        open_ = open_.filter(owner=by) if mine_alone else open_
        # Of two windows, one gets it.
        if not open_.update(
            outcome=outcome, said=said.replace("\0", "").strip()[:LONGEST], done_at=now, done_by=by
        ):
            raise DoneAlready(f"task {task_id} is done, or somebody else's")
        task = Task.objects.select_related("donor").get(pk=task_id)
        write.write("done", "task", task_id, by=by, now=now, donor_id=task.donor_id,
                    after={"outcome": outcome})  # fmt: skip
    return task
