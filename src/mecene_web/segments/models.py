"""Segments: conditions with a name, who answers to them, and who came and went."""

from django.db import models

from mecene_web.donors.models import Donor


class Segment(models.Model):
    """Donors who answer to a condition; its code is what other conditions call it by."""

    code = models.SlugField(max_length=60, unique=True)
    name = models.TextField()
    condition = models.TextField()
    # Goes up with each change of the condition.
    version = models.PositiveIntegerField(default=1)
    # Of the condition that ``members`` answer to; 0 before the first night.
    settled_version = models.PositiveIntegerField(default=0)
    settled_at = models.DateTimeField(null=True)
    # Whoever objects to profiling, or died, is in no segment that is solicited.
    solicited = models.BooleanField(default=True)
    members = models.BigIntegerField(default=0)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("accounts.Staff", models.PROTECT, null=True, related_name="+")
    archived_at = models.DateTimeField(null=True)
    # Of the form it was made with: sent twice, it makes one segment.
    token = models.UUIDField(unique=True, null=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Version(models.Model):
    """A condition that a segment has had, since when, and by whom."""

    segment = models.ForeignKey(Segment, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    condition = models.TextField()
    solicited = models.BooleanField(default=True)
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.Staff", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["segment", "number"], name="version_is_told_once")
        ]

    def __str__(self) -> str:
        return f"{self.segment_id}.{self.number}"


class Membership(models.Model):
    """A donor who answers to a segment's condition, and since when we know."""

    pk = models.CompositePrimaryKey("segment_id", "donor_id")
    segment = models.ForeignKey(Segment, models.CASCADE, related_name="memberships", db_index=False)
    # No key in the database: it would be looked up ten million times a night. Donors go with their
    # memberships through ``cascade``, and the night leaves out who is no more.
    donor = models.ForeignKey(
        Donor, models.CASCADE, related_name="memberships", db_constraint=False
    )
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.donor_id} in {self.segment_id}"


class Passage(models.Model):
    """A donor who entered a segment or left it; those of its first evaluation have none."""

    segment = models.ForeignKey(Segment, models.CASCADE, related_name="passages")
    donor = models.ForeignKey(Donor, models.CASCADE, related_name="passages", db_constraint=False)
    entered = models.BooleanField()
    at = models.DateTimeField()
    # ``{"now": {column: value}, "before": …}``, or ``{"version": n}`` where the condition changed.
    why = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["segment", "-at"], name="passage_latest")]

    def __str__(self) -> str:
        return f"{self.donor_id} {'→' if self.entered else '←'} {self.segment_id}"


class Settled(models.Model):
    """A donor evaluated since the last night, on facts that its snapshot may not have."""

    donor_id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.donor_id}"
