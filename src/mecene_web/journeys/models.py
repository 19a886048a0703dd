"""Journeys: what is drawn, what was published of it, who travels along it, and why they went."""

from django.db import models
from django.db.models import Q

from mecene_web.accounts.models import Staff
from mecene_web.donors.models import Donor
from mecene_web.messages.texts import Template


class Journey(models.Model):
    """A journey: its code is what other journeys, and the keys of what it does, call it by."""

    STATES = ("draft", "live", "paused", "archived")

    code = models.SlugField(max_length=60, unique=True)
    name_fr = models.TextField()
    name_en = models.TextField()
    state = models.TextField(default="draft")
    # Since when events may start it; nothing older than that day does.
    live_since = models.DateTimeField(null=True)
    # Since when nobody looks; what comes meanwhile counts once somebody does again.
    paused_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    # Of the form it was made with: sent twice, it makes one journey.
    token = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=("draft", "live", "paused", "archived")),
                name="journey_has_a_known_state",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("draft", "archived")) | Q(live_since__isnull=False),
                name="journey_lives_since_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def name(self, lang: str) -> str:
        """Return what it is called."""
        return self.name_en if lang == "en" else self.name_fr


class Draft(models.Model):
    """What a journey was drawn as at one moment; the latest is worked on, earlier ones undo it."""

    journey = models.ForeignKey(Journey, models.CASCADE, related_name="drafts")
    number = models.PositiveIntegerField()
    # Canonical JSON (``mecene.journeys.writing``).
    text = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["journey", "number"], name="draft_has_a_number")
        ]

    def __str__(self) -> str:
        return f"{self.journey_id} draft {self.number}"


class Version(models.Model):
    """What was published of a journey; triggers of the database refuse to change it (``publish``)."""  # noqa: E501

    journey = models.ForeignKey(Journey, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    text = models.TextField()
    fingerprint = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["journey", "number"], name="journey_version_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="journey_version_from_one"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.journey_id} v{self.number}"


class Traveller(models.Model):
    """One coming of one donor to one journey: where they are, and when to look at them again.

    ``moves`` goes up at each save; ``worker`` has them until ``leased_until``, and nobody else.
    """

    journey = models.ForeignKey(Journey, models.PROTECT, related_name="travellers", db_index=False)
    version = models.ForeignKey(Version, models.PROTECT, related_name="travellers", db_index=False)
    donor = models.ForeignKey(Donor, models.PROTECT, related_name="travels", db_index=False)
    entry = models.PositiveIntegerField()
    unit = models.TextField()
    event_ref = models.TextField()
    entered_at = models.DateTimeField()
    step = models.TextField(null=True)
    arrived_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    outcome = models.TextField(blank=True)
    # The event that started it, visits, arms: what the core keeps (``state``).
    state = models.JSONField(default=dict)
    # Whether the donor may be inside once at a time; not where each event is a coming of its own.
    alone = models.BooleanField(default=True)
    stuck = models.TextField(blank=True)
    worker = models.TextField(blank=True)
    leased_until = models.DateTimeField(null=True)
    moves = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["donor", "journey", "entry"], name="traveller_comes_in_order"
            ),
            models.UniqueConstraint(
                fields=["journey", "donor", "event_ref"], name="traveller_comes_once_an_event"
            ),
            models.UniqueConstraint(
                fields=["journey", "donor"],
                condition=Q(step__isnull=False, alone=True),
                name="traveller_is_inside_once",
            ),
            models.CheckConstraint(
                condition=Q(step__isnull=True, due_at__isnull=True) & ~Q(outcome="")
                | Q(step__isnull=False, due_at__isnull=False, outcome=""),
                name="traveller_is_inside_or_out",
            ),
        ]
        indexes = [
            # SQLite knows no value that is bound: of the condition, what is asked must be seen.
            # Of a million due at one moment, a thousand are taken without sorting all: by number.
            models.Index(
                fields=["journey", "stuck", "due_at", "id"], condition=Q(due_at__isnull=False),
                name="traveller_due",
            ),
            models.Index(
                fields=["version", "step"], condition=Q(step__isnull=False), name="traveller_step"
            ),
            models.Index(fields=["journey"], condition=~Q(stuck=""), name="traveller_stuck"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.donor_id} in {self.journey_id} at {self.step or self.outcome}"


class Trace(models.Model):
    """One reason: why a donor went on their way as they did, or was not let in."""

    # Written by the thousand a second, with the row of the traveller locked, which says the same of
    # the journey: the database is asked of the donor alone whether they are there.
    journey = models.ForeignKey(Journey, models.PROTECT, related_name="traces", db_index=False,
                                db_constraint=False)  # fmt: skip
    donor = models.ForeignKey(Donor, models.PROTECT, related_name="journey_traces", db_index=False)
    # None: they were not let in.
    traveller = models.ForeignKey(Traveller, models.PROTECT, null=True, related_name="traces",
                                  db_index=False, db_constraint=False)  # fmt: skip
    at = models.DateTimeField()
    code = models.TextField()
    step = models.TextField(blank=True)
    found = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["donor", "journey", "at"], name="trace_of_a_donor")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.code}"


class Heard(models.Model):
    """Something that happened to a donor, and when we learnt it; told to journeys once."""

    donor = models.ForeignKey(Donor, models.PROTECT, related_name="heard", db_index=False)
    ref = models.TextField()
    kind = models.TextField()
    at = models.DateTimeField()
    learnt_at = models.DateTimeField(db_index=True)
    values = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["donor", "ref"], name="event_is_heard_once")]

    def __str__(self) -> str:
        return f"{self.donor_id}: {self.ref}"


class Unheard(models.Model):
    """A donor to whom something happened that journeys did not hear of yet.

    ``event`` is what happened where it is no fact (a segment entered, a day, a command); empty:
    their facts are to be looked at. No key binds it to the donor, as ``donors.Touched``.
    """

    donor_id = models.BigIntegerField()
    at = models.DateTimeField()
    event = models.JSONField(null=True)

    def __str__(self) -> str:
        return f"{self.donor_id}"


class Progress(models.Model):
    """How far something was read: of a table, its highest number seen; of days, the last one."""

    name = models.TextField(primary_key=True)
    number = models.BigIntegerField(default=0)
    on = models.DateField(null=True)

    def __str__(self) -> str:
        return f"{self.name}: {self.number} {self.on or ''}"


class HoldOut(models.Model):
    """From a moment on, this share of the households is solicited by no journey; the latest holds."""  # noqa: E501

    experiment = models.TextField()
    share = models.FloatField()
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(share=0) | Q(share__gte=0.05, share__lte=0.10),
                name="hold_out_is_nobody_or_five_to_ten_percent",
            )
        ]

    def __str__(self) -> str:
        return f"{self.experiment}: {self.share:.0%}"


class Speech(models.Model):
    """Under which name journeys call a template of messages, by a channel."""

    code = models.TextField()
    channel = models.TextField()
    template = models.ForeignKey(Template, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "channel"], name="speech_has_one_template")
        ]

    def __str__(self) -> str:
        return f"{self.code} by {self.channel}"


class Endpoint(models.Model):
    """Another program that journeys may tell of a donor, by the name its address goes by."""

    name = models.SlugField(max_length=60, unique=True)
    url = models.URLField(max_length=500)
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return self.name


class Rehearsal(models.Model):
    """A journey as drawn, replayed over the past: asked when and by whom, and what came of it."""

    journey = models.ForeignKey(Journey, models.CASCADE, related_name="rehearsals")
    text = models.TextField()
    months = models.PositiveSmallIntegerField(default=12)
    asked_at = models.DateTimeField()
    by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    result = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.journey_id} {self.asked_at:%Y-%m-%d}"
