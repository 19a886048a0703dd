"""Tasks: what each long work has come to, for who waits for it."""

from django.db import models


class Work(models.Model):
    """A long work: how far it has come, and whether somebody asked for its end."""

    STATES = ("waiting", "running", "done", "failed", "cancelled")

    kind = models.TextField()
    subject_id = models.BigIntegerField(null=True)
    state = models.TextField(default="waiting")
    stage = models.TextField(blank=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    # Who runs it must say so again before this moment, or another takes it up.
    leased_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    cancel_asked = models.BooleanField(default=False)
    problem = models.TextField(blank=True)
    result = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=("waiting", "running", "done", "failed", "cancelled")),
                name="work_has_a_known_state",
            ),
            models.UniqueConstraint(
                fields=["kind", "subject_id"],
                condition=models.Q(state__in=("waiting", "running")),
                name="work_is_under_way_once",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_at"], name="work_due")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}: {self.state}"
