"""Messages: what is written, to whom it goes, and what became of each."""

from django.db import models
from django.db.models import Q

from mecene_web.accounts.models import Staff
from mecene_web.donors.models import Donor
from mecene_web.messages.texts import Part, Template, Version

# Under way: something is still to happen. Over: nothing is, unless somebody outside says so.
UNDER_WAY = ("queued", "claimed", "sending", "unknown")
STATES = (*UNDER_WAY, "handed_over", "delivered", "bounced", "complained", "refused", "cancelled")
LEFT = ("handed_over", "delivered", "bounced", "complained")


class Campaign(models.Model):
    """A message sent once to many: to whom, when, who agreed to it, and where it stands."""

    STATES = ("draft", "waiting", "approved", "sending", "paused", "done", "cancelled")

    name = models.TextField()
    code = models.TextField(unique=True)
    template = models.ForeignKey(Template, models.PROTECT, related_name="campaigns")
    version = models.ForeignKey(Version, models.PROTECT, null=True, related_name="campaigns")
    # What names the people: an audience of the floors above (``campaigns.audience``).
    audience = models.TextField(blank=True)
    state = models.TextField(default="draft")
    due_at = models.DateTimeField(null=True)
    most_cost_minor = models.BigIntegerField(null=True)
    cost_each_minor = models.BigIntegerField(default=0)
    # What left, or may have left, has cost.
    spent_minor = models.BigIntegerField(default=0)
    # Given to the template of every donor of the campaign.
    values = models.JSONField(default=dict)
    token = models.UUIDField(unique=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    paused_why = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=(
                        "draft", "waiting", "approved", "sending", "paused", "done", "cancelled",
                    )
                ),
                name="campaign_has_a_known_state",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("draft", "waiting", "cancelled"))
                | Q(approved_at__isnull=False),
                name="campaign_leaves_once_approved",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class Outgoing(models.Model):
    """One message to one donor by one channel, from the moment it is decided.

    Nothing leaves that is not first such a row. ``origin`` says what decided it (a step of a
    traveller, a campaign): the same origin, donor and channel are written once.
    """

    origin = models.TextField()
    # Those decided for the same reason, whoever they go to: a campaign, a step of a journey.
    group = models.TextField(default="", blank=True)
    donor = models.ForeignKey(Donor, models.PROTECT, related_name="outgoing", db_index=False)
    channel = models.TextField()
    purposes = models.JSONField(default=list)
    kind = models.TextField(default="news")
    # Written by the thousand a second: what nothing looks for has no index. What was published is
    # never taken away: nobody locks its row to say so at each message.
    version = models.ForeignKey(Version, models.PROTECT, null=True, related_name="outgoing",
                                db_index=False, db_constraint=False)  # fmt: skip
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, related_name="outgoing",
                                 db_index=False)  # fmt: skip
    motive = models.TextField(default="", blank=True)
    segments = models.JSONField(default=list)
    # What the origin adds to what is known of the donor: an ask array, the gift thanked for.
    values = models.JSONField(default=dict)
    campaign_code = models.TextField(null=True)
    cost_minor = models.BigIntegerField(default=0)
    # A trial goes to a colleague, filled in with this donor: nobody was written to.
    trial_to = models.TextField(blank=True)
    # Our own number for it, which providers hand back.
    key = models.CharField(max_length=32)
    state = models.TextField(default="queued")
    reason = models.TextField(blank=True)
    details = models.JSONField(default=dict)
    due_at = models.DateTimeField()
    # After this moment it is of no use any more.
    until = models.DateTimeField(null=True)
    asked_at = models.DateTimeField()
    claimed_by = models.TextField(blank=True)
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    address = models.TextField(blank=True)
    domain = models.TextField(blank=True)
    provider = models.TextField(blank=True)
    provider_ref = models.TextField(blank=True)
    part = models.ForeignKey(Part, models.PROTECT, null=True, related_name="outgoing",
                             db_index=False)  # fmt: skip
    handed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+",
                                   db_index=False)  # fmt: skip

    class Meta:
        constraints = [
            # One index; a field that is unique has a second on PostgreSQL, for how it begins.
            models.UniqueConstraint(fields=["key"], name="outgoing_key_is_its_own"),
            models.UniqueConstraint(
                fields=["origin", "donor", "channel"], name="outgoing_is_decided_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=(
                        "queued", "claimed", "sending", "unknown", "handed_over", "delivered",
                        "bounced", "complained", "refused", "cancelled",
                    )
                ),
                name="outgoing_has_a_known_state",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(reason=""), name="refused_has_a_reason"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("claimed", "sending")) | Q(leased_until__isnull=False),
                name="claimed_is_leased",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state="queued"), name="outgoing_due"),
            models.Index(fields=["leased_until"], condition=Q(state__in=("claimed", "sending")),
                         name="outgoing_held"),
            models.Index(fields=["asked_at"], condition=Q(state="unknown"),
                         name="outgoing_unknown"),
            models.Index(fields=["donor", "asked_at"], name="outgoing_donor"),
            models.Index(fields=["campaign", "state"], condition=Q(campaign__isnull=False),
                         name="outgoing_campaign"),
            models.Index(fields=["part"], condition=Q(part__isnull=False), name="outgoing_part"),
            models.Index(fields=["decided_by"], condition=Q(decided_by__isnull=False),
                         name="outgoing_decided"),
            models.Index(fields=["group", "state"], name="outgoing_group"),
            models.Index(fields=["group", "address"], condition=~Q(address=""),
                         name="outgoing_address"),
            models.Index(fields=["id"], condition=Q(kind="thanks", trial_to=""),
                         name="outgoing_thanks"),
            models.Index(fields=["provider_ref"], condition=~Q(provider_ref=""),
                         name="outgoing_reference"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.origin} → {self.donor_id} by {self.channel}: {self.state}"


class Click(models.Model):
    """A link of a message that was followed; by whom only where they allowed it."""

    group = models.TextField()
    # One for each mail that left, drawn at random and kept nowhere else: it leads to nobody.
    mark = models.TextField()
    # Only of who granted it; nobody otherwise.
    outgoing = models.ForeignKey(Outgoing, models.CASCADE, null=True, related_name="clicks")
    url = models.TextField()
    at = models.DateTimeField()
    # A machine that reads mail before people do: kept, and counted in nothing.
    machine = models.BooleanField(default=False)
    settled = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["group", "machine"], name="click_group"),
            models.Index(fields=["mark", "at"], name="click_mark"),
            models.Index(fields=["at"], condition=Q(settled=False), name="click_unsettled"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {self.url[:40]}"


class Bounce(models.Model):
    """A message that came back, and what its code says of the address."""

    donor = models.ForeignKey(Donor, models.CASCADE, related_name="bounces")
    outgoing = models.ForeignKey(Outgoing, models.CASCADE, null=True, related_name="bounces")
    at = models.DateTimeField(db_index=True)
    code = models.TextField(blank=True)
    kind = models.TextField()
    hashed = models.CharField(max_length=64)
    domain = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=("hard", "full", "soft", "policy")),
                name="bounce_is_of_a_known_kind",
            )
        ]
        indexes = [models.Index(fields=["hashed", "at"], name="bounce_address")]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"


class Letters(models.Model):
    """Letters handed to the printer together: one PDF, one file of addresses."""

    origin = models.TextField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    media_code = models.TextField()
    count = models.PositiveIntegerField()
    seeds = models.PositiveIntegerField(default=0)
    folder = models.TextField()

    def __str__(self) -> str:
        return f"{self.media_code}: {self.count}"


class Seed(models.Model):
    """A colleague's own address, slipped among those of a letter to see when and how it comes."""

    name = models.TextField()
    lines = models.JSONField(default=list)
    left_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Halt(models.Model):
    """Sending by a channel is stopped, by a colleague or by what a provider answered."""

    channel = models.TextField()
    domain = models.TextField(blank=True)
    why = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "domain"], condition=Q(lifted_at__isnull=True),
                name="halt_stands_once",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.channel}: {self.why}"


class Pace(models.Model):
    """Until when the place of a company of mailboxes is taken, whoever sends; ``*``: all."""

    name = models.TextField(primary_key=True)
    # Seconds since 1970.
    free_at = models.FloatField(default=0)

    def __str__(self) -> str:
        return self.name


class Rules(models.Model):
    """How this association sends; one row, always."""

    THE_ONE = 1

    # A second person agrees to a campaign before it leaves.
    two_people = models.BooleanField(default=False)
    # Links lead through us, to be counted; by whom only where they allowed it.
    count_clicks = models.BooleanField(default=True)
    donation_url = models.URLField(blank=True)
    # Name → address of what messages lead to (``regulate.LINKS``).
    links = models.JSONField(default=dict)
    postal_address = models.TextField(blank=True)
    sender_name = models.TextField(blank=True)
    per_second = models.PositiveIntegerField(default=0)
    # Domain → messages a second; those of one company are one domain's.
    per_domain = models.JSONField(default=dict)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1),
                                              name="rules_are_alone")]  # fmt: skip

    def __str__(self) -> str:
        return "rules"
