"""Audit: an append-only log, in which what is about a donor is locked with their own key."""

from django.db import models
from django.db.models import Q


class DonorKey(models.Model):
    """What unlocks what the log says of a donor; once it is destroyed, nothing does.

    The key is itself locked with one drawn from the installation's secret (``audit.keys``).
    """

    donor_id = models.BigIntegerField(primary_key=True)
    key = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.donor_id}"


class Entry(models.Model):
    """Somebody did something; triggers of the database refuse every change and removal."""

    at = models.DateTimeField(db_index=True)
    by = models.BigIntegerField(null=True)
    by_name = models.TextField(blank=True)
    verb = models.TextField()
    subject = models.TextField()
    subject_id = models.TextField(blank=True)
    donor_id = models.BigIntegerField(null=True)
    # JSON: {"before": …, "after": …}; locked where donor_id is set.
    details = models.BinaryField(null=True)
    # What this entry and all those before it come to (``audit.chain``).
    chain = models.BinaryField()

    class Meta:
        indexes = [
            models.Index(fields=["subject", "subject_id"], name="audit_subject"),
            models.Index(fields=["donor_id", "at"], name="audit_donor"),
            models.Index(fields=["by", "at"], name="audit_by"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb} {self.subject} {self.subject_id}"


class Head(models.Model):
    """Where the log ends: who adds to it waits here; an end cut off does not match it."""

    THE_ONE = 1

    entries = models.BigIntegerField(default=0)
    chain = models.BinaryField(default=b"")
    seal = models.BinaryField(default=b"")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="audit_head_is_alone")]

    def __str__(self) -> str:
        return f"{self.entries}"
