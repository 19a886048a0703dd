"""Exports: files made to leave the installation, who asked for them, and for how long."""

from django.db import models

from mecene_web.accounts.models import Staff


class Export(models.Model):
    """A file somebody asked for; made in the background, kept for some days."""

    STATES = ("asked", "ready", "failed", "gone")

    kind = models.TextField()
    # What of it: a period, a list, a segment, a mail tool (``exports.choice``).
    choice = models.JSONField(default=dict)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="exports")
    at = models.DateTimeField()
    state = models.TextField(default="asked")
    name = models.TextField(blank=True)
    rows = models.BigIntegerField(default=0)
    size_bytes = models.BigIntegerField(default=0)
    # Why → how many people: who may not be addressed is in no file made to address people.
    left_out = models.JSONField(default=dict)
    problem = models.TextField(blank=True)
    once = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=("asked", "ready", "failed", "gone")),
                name="export_has_a_known_state",
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.kind}"
