"""Rights: what was asked of us and when it was answered, what was erased, what the law keeps."""

from django.db import models
from django.db.models import Q

from mecene_web.accounts.models import Staff
from mecene_web.donors.models import Donor


class Request(models.Model):
    """A person exercises a right; the answer is due by a day the law sets."""

    KINDS = ("access", "rectification", "erasure", "objection", "portability")
    STATES = ("open", "done", "refused")

    kind = models.TextField()
    donor = models.ForeignKey(Donor, models.SET_NULL, null=True, related_name="requests")
    # Who asked, as they said it; struck once they are erased.
    asked_by = models.TextField()
    received_on = models.DateField()
    due_on = models.DateField()
    state = models.TextField(default="open")
    note = models.TextField(blank=True)
    by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    # The form it came by: sent twice, it is one request.
    token = models.CharField(max_length=64, unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=("access", "rectification", "erasure", "objection", "portability")
                ),
                name="request_is_of_a_known_kind",
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True)
                | Q(state__in=("done", "refused"), closed_at__isnull=False),
                name="request_closed_has_a_moment",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on"], name="request_due")]

    def __str__(self) -> str:
        return f"{self.kind} {self.received_on}"


class Erasure(models.Model):
    """Somebody was erased: what says so to a backup put back later, and to nobody else.

    ``hashes`` are those of their records' keys, salted with the installation's secret.
    """

    uid = models.CharField(max_length=32, unique=True)
    donor_id = models.BigIntegerField()
    hashes = models.JSONField(default=list)
    reason = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    # When files, snapshots and the free pages of the database were cleared too.
    wiped_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} n° {self.donor_id}"


class Archive(models.Model):
    """What the law has us keep of a person who was erased: sealed, opened by few, and why."""

    sealed = models.BinaryField()
    keep_until = models.DateField(db_index=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.pk}: {self.keep_until}"


class Sweep(models.Model):
    """A retention rule applied: who asked for it, and how much went."""

    rule = models.TextField()
    before = models.DateField()
    found = models.BigIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    gone = models.BigIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule"], condition=Q(ended_at__isnull=True), name="sweep_runs_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {self.found}"
