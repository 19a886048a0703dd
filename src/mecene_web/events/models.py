"""Events: what we sent or said, and what they did, over every channel."""

from django.db import models
from django.db.models import Q

from mecene import facts
from mecene_web.donors.models import Donor, Record


class Contact(models.Model):
    """Something we sent or said to a donor."""

    # Found by way of ``contact_donor_time``.
    donor = models.ForeignKey(Donor, models.PROTECT, related_name="contacts", db_index=False)
    record = models.ForeignKey(Record, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    channel = models.TextField()
    purpose = models.TextField(null=True)
    campaign_code = models.TextField(null=True)
    variant = models.TextField(null=True)
    cost_minor = models.BigIntegerField(null=True)
    source_ref = models.TextField()
    import_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose__isnull=True) | Q(purpose__in=facts.PURPOSES),
                name="contact_is_for_a_known_purpose",
            )
        ]
        indexes = [
            models.Index(fields=["donor", "at"], name="contact_donor_time"),
            models.Index(fields=["import_id"], name="contact_import"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {self.channel}"


class Visitor(models.Model):
    """A visitor of the association's site; a donor once they said who they are."""

    token = models.TextField(unique=True)
    donor = models.ForeignKey(Donor, models.SET_NULL, null=True, related_name="visitors")
    known_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.token[:8]


class Interaction(models.Model):
    """Something a donor, or a visitor not yet known, did."""

    # Found by way of ``interaction_donor_time``.
    donor = models.ForeignKey(
        Donor, models.PROTECT, null=True, related_name="interactions", db_index=False
    )
    record = models.ForeignKey(Record, models.PROTECT, null=True, related_name="+")
    visitor = models.ForeignKey(Visitor, models.PROTECT, null=True, related_name="interactions")
    at = models.DateTimeField()
    kind = models.TextField()
    channel = models.TextField(null=True)
    device = models.TextField(null=True)
    campaign_code = models.TextField(null=True)
    text = models.TextField(null=True)
    properties = models.JSONField(null=True)
    source_ref = models.TextField()
    import_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["donor", "at"], name="interaction_donor_time"),
            models.Index(fields=["import_id"], name="interaction_import"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {self.kind}"
