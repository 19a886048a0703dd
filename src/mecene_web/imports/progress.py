"""Progress: whether somebody is at work on an import, and how far they have come."""

from mecene_web.imports.models import Import
from mecene_web.tasks.ask import UNDER_WAY
from mecene_web.tasks.models import Work

KINDS = ("imports.check", "imports.load", "imports.undo")


class UnderWay(ValueError):
    """Somebody is at work on the import: nothing else can be begun."""


def of(import_id: int) -> Work | None:
    """Return the latest work on an import, under way or ended."""
    return Work.objects.filter(kind__in=KINDS, subject_id=import_id).order_by("-pk").first()


def under_way(import_id: int) -> Work | None:
    """Return the work under way on an import, None where nobody is at it."""
    works = Work.objects.filter(kind__in=KINDS, subject_id=import_id, state__in=UNDER_WAY)
    return works.order_by("-pk").first()


def held(import_id: int) -> Import:
    """Return an import, locked for the transaction under way, that nobody is at work on.

    Raises:
        UnderWay: somebody is.
        Import.DoesNotExist: there is none.
    """
    made = Import.objects.select_for_update().get(pk=import_id)
    if under_way(import_id):
        raise UnderWay(f"import {import_id} is being worked on")
    return made
