"""Consent: a ledger of what each person allowed, refused or took back."""

from django.db import models
from django.db.models import Q

from mecene import facts
from mecene_web.donors.models import Donor, Record


class Wording(models.Model):
    """The exact words a person was shown; never edited, replaced by another version."""

    version = models.TextField(unique=True)
    text_fr = models.TextField(blank=True)
    text_en = models.TextField(blank=True)
    shown_from = models.DateField()

    def __str__(self) -> str:
        return self.version


class Consent(models.Model):
    """One thing said by one person; later ones answer earlier ones, none is changed."""

    donor = models.ForeignKey(Donor, models.PROTECT, related_name="consents")
    record = models.ForeignKey(Record, models.PROTECT, null=True, related_name="+")
    purpose = models.TextField(null=True)
    channel = models.TextField(null=True)
    status = models.TextField()
    legal_basis = models.TextField(null=True)
    occurred_at = models.DateTimeField()
    written_at = models.DateTimeField()
    source = models.TextField(null=True)
    text_version = models.TextField(null=True)
    proof = models.TextField(null=True)
    source_ref = models.TextField()
    import_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=facts.CONSENT_STATUSES), name="consent_has_a_known_status"
            ),
            models.CheckConstraint(
                condition=Q(purpose__isnull=True) | Q(purpose__in=facts.PURPOSES),
                name="consent_is_for_a_known_purpose",
            ),
        ]
        indexes = [
            models.Index(fields=["donor", "occurred_at"], name="consent_donor_time"),
            models.Index(fields=["import_id"], name="consent_import"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose or '*'} × {self.channel or '*'}: {self.status}"


class Suppression(models.Model):
    """An address nobody may write to again, known by its hash alone: it outlives erasure."""

    channel = models.TextField()
    hashed = models.CharField(max_length=64)
    since = models.DateTimeField()
    reason = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "hashed"], name="suppression_is_told_once")
        ]

    def __str__(self) -> str:
        return f"{self.channel}: {self.hashed[:8]}…"
