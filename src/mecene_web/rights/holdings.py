"""Holdings: which tables hold somebody, and what an erasure does with each.

Every table of ours is here by name; a test fails for one that is not. What is bound to a donor by
a key and stands nowhere in ``KEPT`` goes with them, whoever added it.
"""

from typing import Any

from django.apps import apps
from django.db import models

from mecene_web.donors.models import Donor, Record

# Rows that stay without the person: (table, key to a donor).
KEPT = frozenset({("giving.Gift", "donor"), ("giving.Gift", "payer"), ("rights.Request", "donor")})
# Rows that go with the person, by a key or by their number (``donor_id``, without a key).
ERASED = frozenset(
    {
        "donors.Donor", "donors.Record", "donors.Mention", "donors.Merge", "donors.Proposal",
        "donors.Attribute", "donors.Note", "donors.Touched", "donors.Task", "donors.Following",
        "donors.ContactPerson", "donors.Household", "giving.Commitment",
        "giving.CommitmentChange", "giving.Revision", "events.Contact", "events.Visitor",
        "events.Interaction", "consent.Consent", "consent.Mark", "scores.Standing",
        "scores.Listed", "scores.Why", "audit.DonorKey",
        "mecene_messages.Outgoing", "mecene_messages.Click", "mecene_messages.Bounce",
        "segments.Membership", "segments.Passage", "segments.Settled", "imports.Move",
        "journeys.Traveller", "journeys.Trace", "journeys.Heard", "journeys.Unheard",
        "experiments.Enrolment",
    }
)  # fmt: skip
# Free words in which a person may be named though the row is not theirs: the words are struck.
STRUCK = {
    "donors.Note": ("text",), "donors.Task": ("what", "said"), "donors.Following": ("next_step",),
    "donors.ContactPerson": ("name", "role", "phone", "email"), "donors.Merge": ("evidence",),
    "donors.Proposal": ("evidence",), "donors.Attribute": ("name", "value"),
    "giving.Correction": ("reason",), "giving.Entry": ("bank", "number"),
    "segments.Segment": ("name", "condition"),
    "segments.Version": ("condition",),
    "imports.Import": ("problem", "account"), "tasks.Work": ("problem", "result"),
    "rights.Request": ("asked_by", "note"), "admin.LogEntry": ("object_repr", "change_message"),
    "mecene_messages.Template": ("name",), "mecene_messages.Campaign": ("name", "paused_why"),
    "mecene_messages.Halt": ("why",), "mecene_messages.Outgoing": ("values", "details"),
    "experiments.Experiment": ("title", "why_nobody"), "uplift.Aim": ("name",),
    "loyalty.Element": ("name",),
    "journeys.Journey": ("name_fr", "name_en"), "journeys.Draft": ("text",),
    "journeys.Rehearsal": ("text", "result"),
    "scores.Run": ("metrics",), "exports.Export": ("problem",),
}  # fmt: skip
# Rows kept for a while for machines alone: one that names the person goes whole.
TRANSIENT = {
    "api.Reply": ("body",), "api.Delivery": ("body", "reason"),
    "django_tasks_db.DBTaskResult": ("args_kwargs", "traceback"), "consent.Asked": ("email",),
}  # fmt: skip
# Tables of nobody we follow: settings, staff, campaigns, counters; or of the erased without
# their name: hashes, sealed archives, an audit trail whose key is gone.
OTHERS = frozenset(
    {
        "accounts.Staff", "api.Key", "api.Told", "api.Provider", "audit.Entry", "audit.Head",
        "consent.Wording", "consent.Suppression", "consent.Opening", "giving.Campaign",
        "giving.Gift", "imports.File", "organisation.Organisation",
        "mecene_messages.Version", "mecene_messages.Part", "mecene_messages.Letters",
        "mecene_messages.Seed", "mecene_messages.Rules", "mecene_messages.Pace",
        "experiments.Arm", "experiments.Reading", "uplift.Study",
        "journeys.Version", "journeys.Progress", "journeys.HoldOut", "journeys.Speech",
        "journeys.Endpoint",
        "giving.Batch", "rights.Archive", "rights.Erasure", "rights.Sweep",
    }
)  # fmt: skip


def bound() -> list[tuple[type[models.Model], str]]:
    """Return every key to a donor or to a record of theirs: (model, field), kept ones left out."""
    found = []
    for whose in (Donor, Record):
        for relation in whose._meta.get_fields(include_hidden=True):
            if not relation.auto_created or relation.concrete or not relation.is_relation:
                continue
            model, field = relation.related_model, relation.field.name
            if relation.many_to_many or model is Record or (model._meta.label, field) in KEPT:
                continue
            if model._meta.label == "giving.Gift" or model._meta.auto_created:
                continue
            found.append((model, field))
    return found


def numbered() -> list[type[models.Model]]:
    """Return the tables that name a donor by number, without a key, and lose the row."""
    return [
        model
        for model in apps.get_models()
        if model._meta.label in ERASED
        and any(
            field.name == "donor_id" and not field.is_relation
            for field in model._meta.concrete_fields
        )
    ]


def worded(told: dict[str, tuple[str, ...]]) -> list[tuple[type[models.Model], tuple[str, ...]]]:
    """Return the tables of ``STRUCK`` or ``TRANSIENT`` that are here, with the fields they have."""
    found = []
    for model in apps.get_models():
        names = told.get(model._meta.label, ())
        held = {field.name for field in model._meta.concrete_fields}
        if here := tuple(name for name in names if name in held):
            found.append((model, here))
    return found


def rows(model: type[models.Model]) -> Any:
    """Return all rows of a table, whatever its manager leaves out."""
    return model._base_manager.all()
