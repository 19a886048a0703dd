"""Giving: gifts, standing commitments, and the campaigns that asked for them."""

from django.db import models
from django.db.models import Q

from mecene import facts
from mecene_web.donors.models import Donor, Record


class Campaign(models.Model):
    """An appeal or a programme, over [started_on, ended_on)."""

    code = models.TextField(unique=True)
    name = models.TextField(null=True)
    channel = models.TextField(null=True)
    started_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    cost_minor = models.BigIntegerField(null=True)
    purpose = models.TextField(null=True)
    source_ref = models.TextField()
    import_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(cost_minor__gte=0), name="campaign_costs_nothing_less"
            )
        ]

    def __str__(self) -> str:
        return self.name or self.code


class Gift(models.Model):
    """A gift; anonymous without a donor. What became of it is dated, never edited in silence."""

    # Found by way of ``gift_donor_day``: one index less to write for each gift.
    donor = models.ForeignKey(
        Donor, models.PROTECT, null=True, related_name="gifts", db_index=False
    )
    record = models.ForeignKey(Record, models.PROTECT, null=True, related_name="+")
    payer = models.ForeignKey(Donor, models.PROTECT, null=True, related_name="gifts_paid")
    given_on = models.DateField()
    given_at = models.DateTimeField(null=True)
    received_on = models.DateField(null=True)
    credited_on = models.DateField(null=True)
    amount_minor = models.BigIntegerField()
    non_deductible_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    kind = models.TextField()
    payment_method = models.TextField(null=True)
    # Codes as the source has them: a gift may name a campaign that nobody described yet.
    campaign_code = models.TextField(null=True)
    designation = models.TextField(null=True)
    commitment_ref = models.TextField(null=True)
    status = models.TextField(default="received")
    status_on = models.DateField(null=True)
    return_code = models.TextField(null=True)
    in_memory_of = models.TextField(null=True)
    source_ref = models.TextField()
    import_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gte=1), name="gift_is_of_something"),
            models.CheckConstraint(
                condition=Q(kind__in=facts.GIFT_KINDS), name="gift_is_of_a_known_kind"
            ),
            models.CheckConstraint(
                condition=Q(status__in=facts.GIFT_STATUSES), name="gift_has_a_known_status"
            ),
        ]
        indexes = [
            models.Index(fields=["donor", "given_on"], name="gift_donor_day"),
            models.Index(fields=["given_on"], name="gift_day"),
            models.Index(fields=["source_ref"], name="gift_reference"),
            models.Index(fields=["import_id"], name="gift_import"),
        ]

    def __str__(self) -> str:
        return f"{self.given_on}: {self.amount_minor} {self.currency}"


class Commitment(models.Model):
    """A standing commitment: a direct debit, a card charged every month."""

    ref = models.TextField(unique=True)
    mandate_ref = models.TextField(null=True)
    donor = models.ForeignKey(Donor, models.PROTECT, related_name="commitments")
    record = models.ForeignKey(Record, models.PROTECT, null=True, related_name="+")
    months_between = models.PositiveSmallIntegerField(default=1)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    started_on = models.DateField()
    first_collected_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    end_reason = models.TextField(null=True)
    payment_method = models.TextField(null=True)
    campaign_code = models.TextField(null=True)
    source_ref = models.TextField()
    import_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(months_between__gte=1), name="commitment_comes_back"
            ),
            models.CheckConstraint(
                condition=Q(end_reason__isnull=True) | Q(end_reason__in=facts.END_REASONS),
                name="commitment_ends_for_a_known_reason",
            ),
        ]
        indexes = [models.Index(fields=["import_id"], name="commitment_import")]

    def __str__(self) -> str:
        return self.ref


class CommitmentChange(models.Model):
    """A new amount, a pause or a resumption of a commitment."""

    commitment = models.ForeignKey(Commitment, models.PROTECT, related_name="changes")
    effective_on = models.DateField()
    kind = models.TextField()
    amount_minor = models.BigIntegerField(null=True)
    source_ref = models.TextField()
    import_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=("amount", "pause", "resume")),
                name="change_is_of_a_known_kind",
            )
        ]

    def __str__(self) -> str:
        return f"{self.effective_on}: {self.kind}"


class Correction(models.Model):
    """A gift that was undone later: what it was before, so that this can be taken back.

    A refund read in a file has the import's number; a mistake of ours says who found it, and why.
    """

    gift = models.ForeignKey(Gift, models.CASCADE, related_name="corrections")
    import_id = models.BigIntegerField(null=True, db_index=True)
    status_before = models.TextField()
    status_on_before = models.DateField(null=True)
    reason = models.TextField(blank=True)
    at = models.DateTimeField(null=True)
    by = models.ForeignKey("accounts.Staff", models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.gift_id}: {self.status_before}"


class Revision(models.Model):
    """What a later file said of a commitment or a campaign known before; what stood there before.

    ``before`` and ``after`` hold the columns that changed, so that the import can be taken back.
    """

    commitment = models.ForeignKey(Commitment, models.PROTECT, null=True, related_name="revisions")
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, related_name="revisions")
    import_id = models.BigIntegerField(db_index=True)
    before = models.JSONField()
    after = models.JSONField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(commitment__isnull=True) ^ Q(campaign__isnull=True),
                name="revision_is_of_one_thing",
            )
        ]

    def __str__(self) -> str:
        return f"{self.commitment_id or self.campaign_id}: {', '.join(self.after)}"


class Batch(models.Model):
    """Cheques that go to the bank together; closed, it balances, and nothing of it changes."""

    announced_count = models.PositiveIntegerField()
    announced_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey("accounts.Staff", models.PROTECT, related_name="+")
    token = models.TextField(unique=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey("accounts.Staff", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(announced_count__gte=1, announced_minor__gte=1),
                name="batch_announces_something",
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class Entry(models.Model):
    """A gift written by hand: by whom, when, from which page (a page counts once), in which batch.

    ``corrects`` is the mistaken gift that this one replaces.
    """

    token = models.TextField(unique=True)
    gift = models.OneToOneField(Gift, models.PROTECT, related_name="entry")
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="entries")
    bank = models.TextField(blank=True)
    number = models.TextField(blank=True)
    corrects = models.OneToOneField(Gift, models.PROTECT, null=True, related_name="replaced_by")
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.Staff", models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.gift_id}"
