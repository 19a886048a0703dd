"""Imports: files on their way to become facts, and those that became them."""

from django.db import models

from mecene_web.accounts.models import Staff


class Import(models.Model):
    """Files read together; its facts are all there, or none of them is.

    uploaded → checked → loading → loaded → undoing → undone; ``failed`` says why, and may be
    tried again.
    """

    STATES = ("uploaded", "checked", "loading", "loaded", "undoing", "undone", "failed")

    by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="imports")
    at = models.DateTimeField()
    state = models.TextField(default="uploaded")
    mapping = models.TextField(blank=True)
    overlap = models.TextField(default="keep")
    loaded_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True)
    # What was read and rejected, by file (``mecene.report.intake``).
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
    table = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64, db_index=True)
    size_bytes = models.BigIntegerField()

    def __str__(self) -> str:
        return self.name
