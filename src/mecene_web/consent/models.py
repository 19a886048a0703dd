"""Consent: a ledger of what each person allowed, refused or took back."""

from django.db import models
from django.db.models import Q

from mecene import facts
from mecene_web.accounts.models import Staff
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
    """One thing said by one person; later ones answer earlier ones, none is changed.

    Triggers of the database refuse to change what was said, and to remove it but where the
    ledger is ``opened``. Whose it is may change: two donors may be found to be one.
    """

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
    by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
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


class Mark(models.Model):
    """A person to whom nothing is sent any more: they died, or are to be protected."""

    KINDS = ("deceased", "vulnerable")

    donor = models.ForeignKey(Donor, models.PROTECT, related_name="marks")
    kind = models.TextField()
    since = models.DateField()
    reason = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=("deceased", "vulnerable")), name="mark_is_of_a_known_kind"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="mark_has_a_reason"),
            models.UniqueConstraint(
                fields=["donor", "kind"],
                condition=Q(lifted_at__isnull=True),
                name="mark_stands_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.donor_id}"


class Asked(models.Model):
    """Somebody whose link no longer served asks for another; gone once it was answered."""

    email = models.EmailField(unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}"


class Opening(models.Model):
    """The ledger may lose rows while one of these stands: within one transaction (``ledger``)."""

    why = models.TextField()

    def __str__(self) -> str:
        return self.why
