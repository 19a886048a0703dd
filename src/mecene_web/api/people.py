"""People: which donor somebody told to us is, or a new one; what is said of a donor by hand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from django.db import connection, models, transaction
from django.db.models import Q

from mecene.sources import people as persons
from mecene.sources import phones
from mecene_web.api.models import Told
from mecene_web.donors import decide, touch
from mecene_web.donors.models import Donor, Merge, Record
from mecene_web.imports import load, who
from mecene_web.organisation import tables

# Records told here are mentioned by no import, and go with none.
NO_IMPORT = 0
_MOST_NEAR = 2_000
_LOCK = 7_301  # any number, always the same


class NoDonor(LookupError):
    """There is no such donor, or no more; ``merged_into`` says who they are now."""

    def __init__(self, donor_id: int, merged_into: int | None = None) -> None:
        super().__init__(f"there is no donor {donor_id}")
        self.merged_into = merged_into


class Nobody(ValueError):
    """Nothing that was said names anybody."""


@dataclass(frozen=True)
class Known:
    """Who somebody is: the donor, the record of what was said, whether they were known."""

    donor_id: int
    record_id: int
    known: bool
    repeated: bool = False


def welcome(
    told: Sequence[dict[str, Any]], *, source: str, now: datetime, declared: bool = True
) -> list[Known]:
    """Return who each person is: a donor already, by what makes an import sure, or a new one.

    Args:
        told: Persons by field, each with the ``source_ref`` of who tells.
        source: Who tells.
        now: The moment.
        declared: Whether a person said so of themselves, or of who they know.

    Raises:
        Nobody: a person has neither name, address nor reference.
    """
    with transaction.atomic():
        _alone()
        refs = [row["source_ref"] for row in told]
        before = dict(
            Told.objects.filter(source=source, table="donor", ref__in=refs).values_list(
                "ref", "row_id"
            )
        )
        said = _staged(told, declared)
        if said["person_key"].null_count():
            raise Nobody("a person has a name, an e-mail, a phone, an address or a reference")
        keys = said["person_key"].to_list()
        old = _records(keys)
        fresh = said.filter(~pl.col("person_key").is_in(list(old)))
        donors_before = set()
        if fresh.height:
            fresh = fresh.unique("person_key", keep="first").sort("person_key")
            near = _near(fresh)
            donors_before = set(near["donor_id"].to_list())
            known, held = who.remember(near)
            # Only newcomers are mentioned: the others were not spoken of.
            held = held.with_columns(records=pl.lit(0, pl.Int64))
            load.write_people(_Rows(), who.among(fresh, known, held), NO_IMPORT)
        donors_before |= {donor for _, donor in old.values()}
        found = _records(keys)
        told_before = dict(
            Record.objects.filter(pk__in=before.values()).values_list("pk", "donor_id")
        )
        answer = []
        for ref, key in zip(refs, keys, strict=True):
            record, donor = found[key]
            if ref in before and before[ref] in told_before:
                record, donor = before[ref], told_before[before[ref]]
            elif ref not in before:
                Told.objects.create(source=source, table="donor", ref=ref, row_id=record)
            answer.append(Known(donor, record, donor in donors_before, ref in before))
            before.setdefault(ref, record)
            told_before.setdefault(record, donor)
        if fresh.height:
            touch.touch((found[key][1] for key in fresh["person_key"].to_list()), now=now)
        return answer


def donor(donor_id: int) -> Donor:
    """Return a donor.

    Raises:
        NoDonor: there is none, or they were erased, or found to be another.
    """
    found = Donor.objects.filter(pk=donor_id, records__isnull=False).distinct().first()
    if found is None:
        merged = Merge.objects.filter(absorbed_id=donor_id, undone_at=None).order_by("-pk").first()
        raise NoDonor(donor_id, merged.kept_id if merged else None)
    return found


def change(donor_id: int, said: dict[str, Any], *, source: str, now: datetime) -> Donor:
    """Say something of a donor by hand; what was said before elsewhere stays in its records.

    Raises:
        NoDonor: there is no such donor.
    """
    with transaction.atomic():
        donor(donor_id)
        decide.decide(donor_id, _read(said), by=None, now=now, source=source)
    return donor(donor_id)


class _Rows:
    """A batch of a few rows, written as they come, in the transaction under way."""

    def add(
        self, model: type[models.Model], frame: pl.DataFrame, *, replacing: bool = False
    ) -> None:
        """Write rows; with ``replacing``, those there already take the new values."""
        rows = [model(**row) for row in _loaded(model, frame)]
        if not replacing:
            model._default_manager.bulk_create(rows)
            return
        columns = [name for name in frame.columns if name != "id"]
        fields = [_field(model, name) for name in columns]
        model._default_manager.bulk_create(
            rows, update_conflicts=True, unique_fields=["id"], update_fields=fields
        )


def _loaded(model: type[models.Model], frame: pl.DataFrame) -> Iterator[dict[str, Any]]:
    import json

    texts = [f.column for f in model._meta.concrete_fields if isinstance(f, models.JSONField)]
    for row in frame.iter_rows(named=True):
        yield row | {
            name: json.loads(row[name]) for name in texts if isinstance(row.get(name), str)
        }


def _field(model: type[models.Model], column: str) -> str:
    return next(field.name for field in model._meta.concrete_fields if field.column == column)


def _alone() -> None:
    """Keep two newcomers of one name from becoming two donors; SQLite writes one at a time."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])


def _records(keys: Sequence[int]) -> dict[int, tuple[int, int]]:
    rows = Record.objects.filter(key__in=set(keys)).values_list("key", "pk", "donor_id")
    return {key: (pk, donor) for key, pk, donor in rows}


def _read(said: dict[str, Any]) -> dict[str, Any]:
    """Return what was said as records hold it: e-mail folded, phone in E.164."""
    told = dict(said)
    if told.get("email"):
        told["email"] = told["email"].lower()
    if told.get("phone"):
        country = pl.Series([told.get("country")], dtype=pl.String)
        read = phones.read(pl.Series([told["phone"]]), country=country)[0]
        told["phone"] = read or told["phone"]
    if told.get("postcode"):
        told["postcode"] = "".join(told["postcode"].upper().split())
    return told


def _staged(told: Sequence[dict[str, Any]], declared: bool) -> pl.DataFrame:
    rows = [_read(row) for row in told]
    frame = pl.DataFrame(
        [{name: row.get(name) for name in persons.PERSON} for row in rows],
        schema=dict(persons.PERSON),
    )
    return frame.with_columns(
        person_key=persons.keys(frame),
        declared=pl.lit(declared),
        records=pl.lit(1, pl.Int64),
    )


def _near(fresh: pl.DataFrame) -> pl.DataFrame:
    """Return (id, key, donor_id) of the records of donors who share something with newcomers."""
    said = {name: fresh[name].drop_nulls().unique().to_list()
            for name in ("external_id", "email", "phone")}  # fmt: skip
    places = fresh.select("postcode", "last_name").drop_nulls().unique().iter_rows()
    shares = Q(pk__in=[])
    for name, values in said.items():
        shares |= Q(**{f"{name}__in": values})
    for postcode, name in places:
        shares |= Q(postcode=postcode, last_name__iexact=name)
    donors = set(
        Record.objects.filter(shares).order_by("pk").values_list("donor_id", flat=True)[:_MOST_NEAR]
    )
    return tables.read(Record, ["id", "key", "donor_id"], among=donors, by="donor_id")
