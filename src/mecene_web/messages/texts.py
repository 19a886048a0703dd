"""Texts: what is written to say something by a channel; its versions, and their parts."""

from django.db import models
from django.db.models import Q

from mecene_web.accounts.models import Staff

CHANNELS = ("email", "sms", "post", "phone", "webhook")
LANGUAGES = ("fr", "en")
KINDS = ("ask", "thanks", "news", "service")
MOTIVES = ("", "story", "figures", "action")
# What a text mostly is, told apart in what it moves (``mecene.experiments.contents``).
CONTENT_TYPES = (
    "video", "image", "survey", "petition", "social", "story", "figures", "action", "event", "text",
)  # fmt: skip


class Template(models.Model):
    """Something to say by a channel, for a purpose; what it says is in its versions."""

    name = models.TextField()
    channel = models.TextField(default="email")
    # Every purpose it serves; of several, the strictest rule holds.
    purposes = models.JSONField(default=list)
    # What it is to who reads it: the pressure of an ask is not that of thanks.
    kind = models.TextField(default="news")
    # Of ``CONTENT_TYPES``; empty where nobody said.
    content_type = models.TextField(default="", blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    token = models.UUIDField(unique=True)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(channel__in=CHANNELS), name="template_is_for_a_known_channel"
            ),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="template_is_of_a_known_kind"),
            models.CheckConstraint(condition=~Q(name=""), name="template_has_a_name"),
            models.CheckConstraint(
                condition=Q(content_type__in=("", *CONTENT_TYPES)),
                name="template_has_a_known_content",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Version(models.Model):
    """What a template says from a moment on; once published, nothing of it changes.

    Triggers of the database refuse to change a published one (``published``).
    """

    template = models.ForeignKey(Template, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="version_has_a_number"),
            models.UniqueConstraint(
                fields=["template"], condition=Q(published_at__isnull=True),
                name="template_has_one_draft",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.template_id} v{self.number}"


class Part(models.Model):
    """A version in one language, for a motive and a segment; empty: for everybody else.

    ``content`` is what people wrote; ``compiled`` what is filled in for each donor.
    """

    version = models.ForeignKey(Version, models.CASCADE, related_name="parts")
    lang = models.CharField(max_length=2)
    motive = models.TextField(default="", blank=True)
    segment = models.TextField(default="", blank=True)
    content = models.JSONField(default=dict)
    compiled = models.JSONField(default=dict)
    # One more at each change: who writes from an older page is told.
    edition = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(lang__in=LANGUAGES), name="part_is_in_a_known_language"
            ),
            models.CheckConstraint(
                condition=Q(motive__in=MOTIVES), name="part_is_of_a_known_motive"
            ),
            models.UniqueConstraint(
                fields=["version", "lang", "motive", "segment"], name="part_is_said_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.lang} {self.motive} {self.segment}".strip()


def content_type(version_id: int | None) -> str | None:
    """Return what the template of a version mostly is; None where nobody said."""
    found = Template.objects.filter(versions=version_id) if version_id else Template.objects.none()
    return found.values_list("content_type", flat=True).first() or None
