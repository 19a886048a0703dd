"""A table that holds somebody cannot be forgotten: each one is declared, and each goes or stays."""

from django.apps import apps
from django.db import models

from mecene.words import Lexicon
from mecene_web.donors.models import Donor, Record
from mecene_web.rights import holdings

DECLARED = (
    holdings.ERASED
    | holdings.OTHERS
    | set(holdings.STRUCK)
    | set(holdings.TRANSIENT)
    | {table for table, _ in holdings.KEPT}
)


def ours() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("mecene_web.")]


def test_every_table_of_ours_says_whether_it_holds_somebody() -> None:
    missing = [model._meta.label for model in ours() if model._meta.label not in DECLARED]

    assert missing == [], "declare each in rights/holdings.py: what does an erasure do with it?"


def test_every_key_to_a_donor_is_followed_or_kept_on_purpose() -> None:
    followed = {(model._meta.label, field) for model, field in holdings.bound()}
    keys = {
        (model._meta.label, field.name)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model in (Donor, Record)
        # Rows that tie a merge to its records go with the merge.
        if not model._meta.auto_created and model is not Record
    }

    left = keys - followed - holdings.KEPT - {("giving.Gift", "record")}

    assert left == set()
    assert len(keys) > 20


def test_what_is_bound_to_a_donor_is_erased_by_name() -> None:
    bound = {model._meta.label for model, _ in holdings.bound()}

    assert bound - holdings.ERASED == set()


def test_a_number_without_a_key_is_not_forgotten() -> None:
    numbered = {
        model._meta.label
        for model in ours()
        for field in model._meta.concrete_fields
        if field.name in ("donor_id", "donor_number") and not field.is_relation
    }

    assert numbered - holdings.ERASED == {"audit.Entry", "rights.Erasure"}


def test_what_is_handed_out_has_a_title() -> None:
    titles = Lexicon("mecene_web.rights").labels("tables", lang="fr")
    bound = {model._meta.label.replace(".", "_") for model, _ in holdings.bound()}

    assert bound - set(titles) == set()
