"""API: keys, what each source told us once, replies kept for a repeat, and webhooks received."""

from django.db import models
from django.db.models import Q

from mecene_web.accounts.models import Staff


class Key(models.Model):
    """What a program signs its requests with; only a hash of it is kept.

    Two keys of one ``source`` are one voice: what either told is not told twice.
    """

    name = models.TextField()
    source = models.SlugField(max_length=60)
    hashed = models.CharField(max_length=64, unique=True)
    begins = models.CharField(max_length=12)
    scopes = models.JSONField(default=list)
    # The form it was asked with: sent twice, it makes one key.
    once = models.CharField(max_length=64, unique=True, null=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.begins}…)"


class Told(models.Model):
    """A row that a source told us under a reference of its own: told again, it adds nothing."""

    source = models.CharField(max_length=80)
    table = models.CharField(max_length=24)
    ref = models.CharField(max_length=200)
    row_id = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "table", "ref"], name="told_once")]

    def __str__(self) -> str:
        return f"{self.source} {self.table} {self.ref}"


class Reply(models.Model):
    """The answer to a request that named itself (``Idempotency-Key``), for when it comes again.

    Without a status it is being worked out, or whoever did so died.
    """

    key = models.ForeignKey(Key, models.CASCADE, related_name="replies")
    name = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    begun_at = models.DateTimeField(db_index=True)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "name"], name="reply_is_given_once")]

    def __str__(self) -> str:
        return self.name


class Provider(models.Model):
    """A service that calls us: the address we gave it, and the secret it signs with."""

    name = models.CharField(max_length=24, unique=True)
    # Part of the address; for who cannot sign, all there is.
    place = models.CharField(max_length=43, unique=True)
    locked_secret = models.TextField(blank=True)
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """A message of a provider, kept as it came before anything is made of it.

    waiting → done, or ``unread`` with the reason, until somebody has it tried again.
    """

    STATES = ("waiting", "done", "unread")

    provider = models.CharField(max_length=24)
    event = models.CharField(max_length=200)
    kind = models.TextField(blank=True)
    content_type = models.TextField(blank=True)
    body = models.BinaryField()
    received_at = models.DateTimeField(db_index=True)
    state = models.CharField(max_length=8, default="waiting")
    worked_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "event"], name="delivery_is_kept_once"),
            models.CheckConstraint(
                condition=Q(state__in=("waiting", "done", "unread")),
                name="delivery_has_a_known_state",
            ),
        ]
        indexes = [models.Index(fields=["state", "id"], name="delivery_state")]

    def __str__(self) -> str:
        return f"{self.provider} {self.event}"
