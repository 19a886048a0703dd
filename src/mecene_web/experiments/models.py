"""Experiments: what is declared, who was really drawn into which arm, and what was read of it."""

from django.db import models
from django.db.models import Q

from mecene_web.accounts.models import Staff
from mecene_web.donors.models import Donor
from mecene_web.messages.models import Campaign
from mecene_web.messages.texts import Version

KINDS = ("campaign", "call_script", "journey_split", "hold_out")
STATES = ("draft", "planned", "running", "stopped", "concluded", "rolled_out")


class Experiment(models.Model):
    """One comparison: its plan frozen before the first send, and how far it has come."""

    # What households are drawn by; another name draws anew.
    name = models.TextField(unique=True)
    title = models.TextField()
    kind = models.TextField()
    # Where it stands in what made it: ``journey:welcome``; empty for a campaign.
    source = models.TextField(default="", blank=True, db_index=True)
    state = models.TextField(default="draft")
    campaign = models.OneToOneField(
        Campaign, models.PROTECT, null=True, related_name="experiment", db_index=True
    )
    # Part of the audience that is drawn at all; the others wait for the winner.
    share = models.FloatField(default=1.0)
    # Why nobody is held back, where nobody is.
    why_nobody = models.TextField(default="", blank=True)
    # Canonical JSON (``mecene.experiments.plan_text``), and its fingerprint once it is frozen.
    plan_text = models.TextField()
    fingerprint = models.CharField(max_length=64, default="", blank=True)
    frozen_at = models.DateTimeField(null=True)
    frozen_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    # Of a journey's test read once: as many were drawn as it asked for, nobody more is.
    full_at = models.DateTimeField(null=True)
    began_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    concluded_at = models.DateTimeField(null=True)
    concluded_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    # The arm that is kept, what the verdict was, and whether it was read as declared.
    conclusion = models.JSONField(default=dict)
    rolled_out_at = models.DateTimeField(null=True)
    # Where the winner went: a campaign, a journey.
    rolled_out_to = models.TextField(default="", blank=True)
    token = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=("campaign", "call_script", "journey_split", "hold_out")),
                name="experiment_is_of_a_known_kind",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=(
                        "draft", "planned", "running", "stopped", "concluded", "rolled_out",
                    )
                ),
                name="experiment_has_a_known_state",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | ~Q(fingerprint="") & Q(frozen_at__isnull=False),
                name="experiment_runs_once_frozen",
            ),
            models.CheckConstraint(
                condition=Q(share__gt=0, share__lte=1), name="experiment_draws_a_share"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title


class Arm(models.Model):
    """What one part of the people drawn gets: a text, a way of a journey, or nothing at all."""

    experiment = models.ForeignKey(Experiment, models.CASCADE, related_name="arms")
    place = models.PositiveSmallIntegerField()
    name = models.TextField()
    weight = models.PositiveIntegerField()
    held_out = models.BooleanField(default=False)
    version = models.ForeignKey(Version, models.PROTECT, null=True, related_name="+")
    # Factor → level, where several things are varied at once.
    levels = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["experiment", "name"], name="arm_has_a_name"),
            models.UniqueConstraint(fields=["experiment", "place"], name="arm_has_a_place"),
            models.CheckConstraint(condition=Q(weight__gte=1), name="arm_may_be_drawn"),
        ]

    def __str__(self) -> str:
        return self.name


class Enrolment(models.Model):
    """Who was drawn into which arm, and when: exposed, or held back; once an experiment."""

    experiment = models.ForeignKey(
        Experiment, models.CASCADE, related_name="enrolments", db_index=False
    )
    arm = models.ForeignKey(Arm, models.CASCADE, related_name="enrolments")
    donor = models.ForeignKey(Donor, models.CASCADE, related_name="enrolments")
    # Who is drawn: the household where one is known, else the donor.
    unit = models.TextField()
    at = models.DateTimeField()
    # Where they stood then: what they became since may be the arm's own doing.
    segment = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["experiment", "donor"], name="donor_is_drawn_once")
        ]

    def __str__(self) -> str:
        return f"{self.donor_id} in {self.arm_id}"


class Reading(models.Model):
    """What an experiment said as of a day; one a night, so that it is watched over time."""

    experiment = models.ForeignKey(
        Experiment, models.CASCADE, related_name="readings", db_index=False
    )
    as_of = models.DateField()
    at = models.DateTimeField()
    # What ``reading.read`` returned; its shape is said there.
    metrics = models.JSONField(default=dict)

    class Meta:
        get_latest_by = "as_of"
        constraints = [
            models.UniqueConstraint(fields=["experiment", "as_of"], name="read_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.experiment_id} as of {self.as_of}"
