"""Kept: where what a night worked out lies, and its report."""

from pathlib import Path

from django.conf import settings

from mecene_web.scores.models import Run

FOLDER = "snapshots"
# The report of a run, piece by piece (``mecene.report.pieces``).
PIECES = "pieces"


def folder_of(made: Run) -> Path:
    """Return where the snapshot and the report of a run lie."""
    return Path(settings.HOME) / FOLDER / f"{made.pk:08d}"
