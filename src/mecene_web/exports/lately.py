"""Lately: the files made or asked for, the last first, and what became of each."""

from mecene_web.exports.models import Export
from mecene_web.tasks.models import Work

_SHOWN = 30


def lately() -> list[Export]:
    """Return the latest exports; one whose work was given up has failed."""
    shown = list(Export.objects.select_related("by").order_by("-at", "-pk")[:_SHOWN])
    waiting = [export.pk for export in shown if export.state == "asked"]
    given_up = set(
        Work.objects.filter(kind="exports.write", state="failed", subject_id__in=waiting)
        .values_list("subject_id", flat=True)
    )  # fmt: skip
    for export in shown:
        if export.pk in given_up:
            export.state = "failed"
    return shown
