"""Scores: what was worked out of the facts, and when; the pages show it, they never compute."""

from django.db import models

from mecene_web.donors.models import Donor


class Run(models.Model):
    """One working out of everything, as of a day; the last one done is what pages show."""

    as_of = models.DateField()
    language = models.CharField(max_length=2, default="fr")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    donors = models.BigIntegerField(default=0)
    # ``metrics.json`` of the report, whose schema is documented.
    metrics = models.JSONField(default=dict)

    class Meta:
        get_latest_by = "ended_at"

    def __str__(self) -> str:
        return f"{self.as_of}"


class Standing(models.Model):
    """Where a donor stands, as of the last run: a row of the core's roll (``mecene.report.roll``).

    Chances are in [0, 1], money in minor units of ``currency``. Empty is unknown.
    """

    donor = models.OneToOneField(
        Donor, models.CASCADE, primary_key=True, related_name="standing", db_column="id"
    )
    run = models.ForeignKey(Run, models.CASCADE, related_name="standings")
    segment = models.TextField(db_index=True)
    reason = models.TextField()
    sentence_fr = models.TextField()
    sentence_en = models.TextField()
    recurring_state = models.TextField(null=True)
    rfm = models.TextField(null=True)
    currency = models.TextField(null=True)
    first_gift_on = models.DateField(null=True)
    last_gift_on = models.DateField(null=True)
    gifts = models.BigIntegerField(default=0)
    amount_minor = models.BigIntegerField(default=0)
    gifts_12m = models.BigIntegerField(default=0)
    amount_12m_minor = models.BigIntegerField(default=0)
    last_gift_minor = models.BigIntegerField(null=True)
    largest_gift_minor = models.BigIntegerField(null=True)
    recurring_monthly_minor = models.BigIntegerField(null=True)
    p_gives_12m = models.FloatField(null=True)
    retention_alarm = models.BooleanField(null=True)
    next_gift_from = models.DateField(null=True)
    next_gift_until = models.DateField(null=True)
    p_starts_recurring = models.FloatField(null=True)
    suggested_monthly_minor = models.BigIntegerField(null=True)
    score_confidence = models.TextField(null=True)
    expected_value_12m_minor = models.FloatField(null=True)
    expected_value_36m_minor = models.FloatField(null=True)
    value_confidence = models.TextField(null=True)
    # By what they act, and when, on their own clock (``mecene.channels``); empty: not sure enough.
    best_channel = models.TextField(null=True)
    best_weekday = models.PositiveSmallIntegerField(null=True)
    best_hour = models.PositiveSmallIntegerField(null=True)
    reachable = models.BooleanField(default=False)
    objects_appeal = models.BooleanField(default=False)
    objects_profiling = models.BooleanField(default=False)
    # Names of ``segments.tags`` that hold, and of the association's own.
    tags = models.JSONField(default=list)

    class Meta:
        indexes = [
            models.Index(fields=["-expected_value_12m_minor"], name="standing_value"),
            models.Index(fields=["last_gift_on"], name="standing_last_gift"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.segment}"


class Why(models.Model):
    """Why a donor stands there: what moves their chance, and the weak signals, in sentences."""

    standing = models.OneToOneField(
        Standing, models.CASCADE, primary_key=True, related_name="why", db_column="id"
    )
    reasons_fr = models.JSONField(default=list)
    reasons_en = models.JSONField(default=list)
    # ``watch``, ``alarm``, ``strong`` (``mecene.signals.alarms``); nothing where all is usual.
    alarm_level = models.TextField(null=True)
    alarm_fr = models.TextField(null=True)
    alarm_en = models.TextField(null=True)
    reach_fr = models.TextField(null=True)
    reach_en = models.TextField(null=True)

    def __str__(self) -> str:
        return f"{self.pk}"


class Listed(models.Model):
    """A donor of one of the lists to act on, with the reason why."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="listed")
    list = models.TextField()
    place = models.BigIntegerField()
    donor = models.ForeignKey(Donor, models.CASCADE, related_name="listed")
    reason = models.TextField()
    why = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["run", "list", "place"], name="listed_in_order")]

    def __str__(self) -> str:
        return f"{self.list} {self.place}"
