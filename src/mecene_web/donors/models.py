"""Donors: a donor, the records that told us of them, and what joined those records."""

from django.db import models
from django.db.models import Q

from mecene import facts


class Household(models.Model):
    """Donors who live together."""

    def __str__(self) -> str:
        return str(self.pk)


class Portrait(models.Model):
    """What may be known of a person, a household or an organisation (``mecene.facts.DONORS``)."""

    civility = models.TextField(null=True)
    first_name = models.TextField(null=True)
    last_name = models.TextField(null=True)
    organisation_name = models.TextField(null=True)
    email = models.TextField(null=True)
    phone = models.TextField(null=True)
    address = models.TextField(null=True)
    postcode = models.TextField(null=True)
    city = models.TextField(null=True)
    country = models.TextField(null=True)
    birth_date = models.DateField(null=True)
    gender = models.TextField(null=True)
    language = models.TextField(null=True)
    acquired_on = models.DateField(null=True)
    acquisition_channel = models.TextField(null=True)
    deceased_on = models.DateField(null=True)
    undeliverable_on = models.DateField(null=True)

    class Meta:
        abstract = True


class Donor(Portrait):
    """Who gives, or may: worked out from their records (``redraw``), never written by hand.

    Its number is never given to another, even once nobody bears it.
    """

    kind = models.TextField(default="person")
    household = models.ForeignKey(Household, models.SET_NULL, null=True, related_name="donors")
    # Where people look for them: folded, without accents (``search``).
    sought = models.TextField(default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=facts.DONOR_KINDS), name="donor_is_of_a_known_kind"
            )
        ]
        indexes = [
            # By beginnings too (``search``): signs are compared, not letters of some language.
            models.Index(fields=["email"], name="donor_email", opclasses=["text_pattern_ops"]),
            models.Index(fields=["postcode", "last_name"], name="donor_place"),
            models.Index(fields=["phone"], name="donor_phone"),
        ]

    def __str__(self) -> str:
        people = " ".join(part for part in (self.civility, self.first_name, self.last_name) if part)
        return people or self.organisation_name or f"n° {self.pk}"


class Record(Portrait):
    """What one source said of one person, word for word; it belongs to a donor, for now.

    ``key`` is the core's: the same words have the same key. ``keys`` for exact look-ups are
    folded as identity folds them.
    """

    key = models.BigIntegerField(unique=True)
    donor = models.ForeignKey(Donor, models.PROTECT, related_name="records")
    external_id = models.TextField(null=True)
    full_name = models.TextField(null=True)
    declared = models.BooleanField(default=False)
    by_hand = models.BooleanField(default=False)
    # Written by a colleague: which columns they decided, empty ones too; these win (``by_hand``).
    decided = models.JSONField(null=True)
    written_at = models.DateTimeField(null=True)
    written_by = models.ForeignKey("accounts.Staff", models.PROTECT, null=True, related_name="+")
    # Why it was given to a donor already known: rule, score, evidence in French and English.
    joined = models.JSONField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["external_id"], name="record_external_id", opclasses=["text_pattern_ops"]
            ),
            models.Index(fields=["email"], name="record_email"),
            models.Index(fields=["phone"], name="record_phone"),
            models.Index(fields=["postcode"], name="record_postcode"),
        ]

    def __str__(self) -> str:
        return f"{self.key}"


class Mention(models.Model):
    """An import in which a record was read; once none is left, nobody said it."""

    record = models.ForeignKey(Record, models.CASCADE, related_name="mentions")
    import_id = models.BigIntegerField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record", "import_id"], name="mention_is_told_once")
        ]

    def __str__(self) -> str:
        return f"{self.record_id} in {self.import_id}"


class Merge(models.Model):
    """Two donors found to be one: what moved, on what evidence, and whether it was undone."""

    kept = models.ForeignKey(Donor, models.PROTECT, related_name="merges_kept")
    absorbed = models.ForeignKey(Donor, models.PROTECT, related_name="merges_absorbed")
    records = models.ManyToManyField(Record, related_name="merges")
    score = models.FloatField(null=True)
    rule = models.TextField(default="by_hand")
    evidence = models.JSONField(default=dict)
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.Staff", models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey("accounts.Staff", models.PROTECT, null=True, related_name="+")
    # Rows that moved and have no record to follow back: "giving.Gift.payer" → their numbers.
    moved = models.JSONField(default=dict)
    # Where the absorbed one lived, and whether the kept one took that home.
    household = models.ForeignKey(Household, models.SET_NULL, null=True, related_name="+")
    gave_household = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["absorbed"],
                condition=Q(undone_at__isnull=True),
                name="merge_absorbs_a_donor_once",
            ),
            models.CheckConstraint(
                condition=~Q(kept=models.F("absorbed")), name="merge_is_of_two_donors"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.absorbed_id} → {self.kept_id}"


class Proposal(models.Model):
    """Two donors who may be one: for a person to judge, once."""

    one = models.ForeignKey(Donor, models.CASCADE, related_name="+")
    other = models.ForeignKey(Donor, models.CASCADE, related_name="+")
    score = models.FloatField()
    evidence = models.JSONField(default=dict)
    refused_at = models.DateTimeField(null=True)
    refused_by = models.ForeignKey("accounts.Staff", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="proposal_is_made_once"),
            models.CheckConstraint(
                condition=Q(one__lt=models.F("other")), name="proposal_has_the_smaller_first"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} = {self.other_id}"


class Attribute(models.Model):
    """Something a donor declared (zero-party) or was seen to prefer (first-party)."""

    donor = models.ForeignKey(Donor, models.PROTECT, related_name="attributes")
    record = models.ForeignKey(Record, models.PROTECT, null=True, related_name="+")
    name = models.TextField()
    value = models.TextField()
    party = models.TextField(default="zero")
    collected_on = models.DateField(null=True)
    by = models.ForeignKey("accounts.Staff", models.PROTECT, null=True, related_name="+")
    given_in_exchange = models.TextField(null=True)
    source_ref = models.TextField()
    import_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(party__in=("zero", "first")), name="attribute_is_of_a_known_party"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} = {self.value}"


class Note(models.Model):
    """What a colleague wrote about a donor."""

    donor = models.ForeignKey(Donor, models.PROTECT, related_name="notes")
    by = models.ForeignKey("accounts.Staff", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = models.TextField()

    def __str__(self) -> str:
        return self.text[:40]


class Touched(models.Model):
    """A donor of whom something new is known since the last night; gone once it was looked at.

    No key binds it to the donor: who writes facts by the hundred a second writes it with them.
    """

    donor_id = models.BigIntegerField(db_index=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.donor_id}"


class Task(models.Model):
    """Something a colleague will do for a donor: a call, or anything else, by a day."""

    KINDS = ("call", "other")
    OUTCOMES = ("done", "reached", "no_answer", "refuses_calls", "call_back", "given_up")

    donor = models.ForeignKey(Donor, models.PROTECT, related_name="tasks")
    kind = models.TextField(default="other")
    what = models.TextField()
    owner = models.ForeignKey("accounts.Staff", models.PROTECT, null=True, related_name="tasks")
    due_on = models.DateField(null=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("accounts.Staff", models.PROTECT, null=True, related_name="+")
    outcome = models.TextField(blank=True)
    said = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey("accounts.Staff", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=("call", "other")), name="task_is_of_a_known_kind"
            ),
            models.CheckConstraint(
                condition=Q(outcome="", done_at__isnull=True)
                | (~Q(outcome="") & Q(done_at__isnull=False)),
                name="task_done_has_an_outcome",
            ),
        ]
        indexes = [models.Index(fields=["owner", "done_at", "due_on"], name="task_to_do")]

    def __str__(self) -> str:
        return self.what[:40]


class Following(models.Model):
    """Who looks after a donor, and what comes next; the latest row holds, earlier ones are past."""

    LEGACIES = ("", "asked", "intends", "confirmed")

    donor = models.ForeignKey(Donor, models.PROTECT, related_name="followings")
    owner = models.ForeignKey("accounts.Staff", models.PROTECT, null=True, related_name="+")
    next_step = models.TextField(blank=True)
    next_on = models.DateField(null=True)
    legacy = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.Staff", models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(legacy__in=("", "asked", "intends", "confirmed")),
                name="following_knows_the_legacy",
            )
        ]
        indexes = [models.Index(fields=["donor", "at"], name="following_latest")]

    def __str__(self) -> str:
        return self.next_step[:40]


class ContactPerson(models.Model):
    """Whom to speak to at a company, or beside a major donor."""

    donor = models.ForeignKey(Donor, models.PROTECT, related_name="contact_persons")
    name = models.TextField()
    role = models.TextField(blank=True)
    phone = models.TextField(blank=True)
    email = models.TextField(blank=True)
    by = models.ForeignKey("accounts.Staff", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
