"""Uplift: what a campaign drawn by lot taught of whom to write to, and audiences made of that."""

from django.db import models
from django.db.models import Q

from mecene_web.accounts.models import Staff
from mecene_web.experiments.models import Experiment
from mecene_web.segments.models import Segment


class Study(models.Model):
    """What one campaign taught, as of a day; or in words why it can teach nothing."""

    experiment = models.ForeignKey(Experiment, models.PROTECT, related_name="studies")
    # waiting, said, refused, failed.
    state = models.TextField(default="waiting")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    as_of = models.DateField(null=True)
    # What ``told.of`` returned; its shape is said there. Of a refusal: ``{"why": {fr, en}}``.
    told = models.JSONField(default=dict)
    # ``mecene.uplift.saved``, zipped: weights, trees and cuts, and nobody.
    model = models.BinaryField(default=b"")
    fingerprint = models.CharField(max_length=64, default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=("waiting", "said", "refused", "failed")),
                name="study_has_a_known_state",
            ),
            models.UniqueConstraint(
                fields=["experiment"], condition=Q(state="waiting"), name="study_is_asked_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.experiment_id} as of {self.as_of}"


class Aim(models.Model):
    """Whom a study says to write to, among the members of a segment, kept up every night."""

    study = models.ForeignKey(Study, models.PROTECT, related_name="aims")
    name = models.TextField()
    # Whom it chooses among.
    base = models.ForeignKey(Segment, models.PROTECT, related_name="+")
    # Made once the policy was applied for the first time.
    segment = models.OneToOneField(Segment, models.PROTECT, null=True, related_name="+")
    # Of the households, drawn by lot once and for all, so that the policy stays measurable: those
    # never written to, and those always, whatever it says of them.
    never_share = models.FloatField(default=0.05)
    always_share = models.FloatField(default=0.05)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    applied_on = models.DateField(null=True)
    # What ``apply.apply`` returned: how many in each group, and what sets them apart.
    told = models.JSONField(default=dict)
    # In both languages, where the last night could not apply it: what it said before holds.
    problem = models.JSONField(default=dict)
    token = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(never_share__gt=0, always_share__gt=0)
                & Q(never_share__lte=0.2, always_share__lte=0.2),
                name="aim_stays_measurable",
            )
        ]

    @property
    def code(self) -> str:
        """Return what conditions call the policy by, and households are drawn by."""
        return f"aim-{self.pk}"

    def __str__(self) -> str:
        return self.name
