"""Imports: files on their way to become facts, and those that became them."""

from django.db import models

from mecene_web.accounts.models import Staff
from mecene_web.donors.models import Donor


class Import(models.Model):
    """Files read together; its facts are all there, or none of them is.

    uploaded → checked → loading → loaded → undoing → undone; ``failed``: a file cannot be read as
    it is, and ``account`` says why. Whether somebody is at it is told by its work (``progress``).
    """

    STATES = ("uploaded", "checked", "loading", "loaded", "undoing", "undone", "failed")

    by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="imports")
    at = models.DateTimeField()
    state = models.TextField(default="uploaded")
    # Drawn with the form: the same form sent twice is one import.
    token = models.CharField(max_length=64, null=True, unique=True)
    overlap = models.TextField(default="keep")
    loaded_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    # What the reader must know of its last step: a sentence of ``words.toml``, [problems].
    problem = models.TextField(blank=True)
    # What was read, recognised and rejected, by file (``check``); of no person.
    account = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    state__in=(
                        "uploaded", "checked", "loading", "loaded", "undoing", "undone", "failed",
                    )
                ),
                name="import_has_a_known_state",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.pk}: {self.state}"


class File(models.Model):
    """A file of an import, known by its content."""

    of = models.ForeignKey(Import, models.CASCADE, related_name="files")
    name = models.TextField()
    sha256 = models.CharField(max_length=64, db_index=True)
    # What somebody said of it, over what would be recognised (``told``).
    told = models.JSONField(default=dict)
    size_bytes = models.BigIntegerField()

    def __str__(self) -> str:
        return self.name


class Move(models.Model):
    """A donor known before whom an import found to live with another: where they were said to."""

    of = models.ForeignKey(Import, models.CASCADE, related_name="moves")
    donor = models.ForeignKey(Donor, models.CASCADE, related_name="+")
    # Numbers of households, which may be gone.
    before = models.BigIntegerField(null=True)
    after = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.donor_id}: {self.before} → {self.after}"
