"""Reading: pages of rows, in the order of their numbers.

A page begins after the last number of the one before, so that rows written meanwhile move
nothing: who reads to the end has each row that was there at the beginning once, and none twice.
"""

from typing import Annotated, Any

from django.db.models import Exists, Model, OuterRef, QuerySet
from ninja import Schema
from ninja.orm import create_schema
from pydantic import Field, create_model

from mecene_web.api import rows
from mecene_web.donors.models import Donor, Record

_HIDDEN = frozenset({"import_id", "record_id", "sought", "household_id"})


class Asked(Schema):
    """Which page."""

    after: Annotated[int, Field(ge=0, le=2**63 - 1)] = 0
    limit: Annotated[int, Field(ge=1, le=rows.MOST)] = 100


class AskedOf(Asked):
    """Which page, of whom."""

    donor_id: rows.Id | None = None


class AskedDonors(Asked):
    """Which page, of donors found by what."""

    email: rows.Email | None = None
    external_id: rows.Ref | None = None
    postcode: rows.Word | None = None


def page(
    found_in: QuerySet[Any, Any], *, after: int, limit: int
) -> tuple[list[dict[str, Any]], int | None]:
    """Return a page of rows, and after which number the next one begins; None: there is none."""
    names = columns(found_in.model)
    found = list(found_in.filter(pk__gt=after).order_by("pk").values(*names)[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    return found, (found[-1]["id"] if more else None)


def one(model: type[Model], number: int) -> dict[str, Any] | None:
    """Return a row by its number; None where there is none."""
    return model._default_manager.filter(pk=number).values(*columns(model)).first()


def columns(model: type[Model]) -> list[str]:
    """Return the columns of a model that are shown."""
    return [f.attname for f in model._meta.concrete_fields if f.attname not in _HIDDEN]


def shape(model: type[Model], **more: Any) -> type[Schema]:
    """Return what a row of a model is as JSON, for the description; ``more`` by name."""
    shown = [f for f in model._meta.concrete_fields if f.attname in columns(model)]
    drawn = create_schema(model, fields=[f.name for f in shown]).model_fields
    told: Any = {f.attname: (drawn[f.name].annotation, ...) for f in shown}
    return create_model(
        model.__name__,
        __base__=Schema,
        **told,
        **{name: (kind, ...) for name, kind in more.items()},
    )


def page_of(row: type[Schema]) -> type[Schema]:
    """Return what a page of rows is as JSON: ``next`` begins the next one; null: that was all."""
    told: Any = {"items": (list[row], ...), "next": (int | None, ...)}  # type: ignore[valid-type]
    return create_model(f"{row.__name__}Page", __base__=Schema, **told)


def donors() -> QuerySet[Donor, Donor]:
    """Return the donors there are; one found to be another is not."""
    return Donor.objects.filter(Exists(Record.objects.filter(donor=OuterRef("pk"))))


def with_references(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return donors with the references their files and programs know them by."""
    told = Record.objects.filter(
        donor_id__in=[row["id"] for row in found], external_id__isnull=False
    ).values_list("donor_id", "external_id")
    references: dict[int, set[str]] = {}
    for number, reference in told:
        references.setdefault(number, set()).add(reference)
    return [row | {"external_ids": sorted(references.get(row["id"], ()))} for row in found]
