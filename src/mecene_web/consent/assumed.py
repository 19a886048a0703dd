"""Assumed: what the core must take as said, beside what people said themselves.

The core hears consents alone. A mark, an address on the suppression list, and the consent that
art. 9 asks for are told to it as words of the donor, dated so that they hold.
"""

from datetime import datetime, time

import polars as pl

from mecene import facts
from mecene_web.consent import suppression
from mecene_web.consent.models import Mark, Suppression
from mecene_web.donors.models import Donor
from mecene_web.organisation import tables
from mecene_web.organisation.models import Organisation

# Before anybody said anything: any word of theirs is later.
_FIRST = datetime(1970, 1, 1)  # noqa: DTZ001 -- facts are in UTC without saying so
_ROW = ("donor_id", "purpose", "channel", "status", "occurred_at", "source_ref")


def heard(consents: pl.DataFrame, *, where: str) -> pl.DataFrame:
    """Return the consents of donors with what is to be taken as said.

    Args:
        consents: ``facts.CONSENTS`` of some donors.
        where: Which donors, as SQL on ``donor_id``.
    """
    rows = [*_marked(where), *_silenced(where)]
    latest = dict(
        consents.filter(pl.col("status") == "granted")
        .group_by("donor_id")
        .agg(pl.col("occurred_at").max())
        .iter_rows()
    )
    told = [
        (donor, None, channel, "objected", max(since, latest.get(donor, _FIRST)), source)
        for donor, channel, since, source in rows
    ]
    if Organisation.objects.filter(sensitive=True).exists():
        consents = _named(consents)
        ids = tables.read(Donor, ["id"], where=where.replace("donor_id", "id"))["id"]
        told += [(donor, "profiling", None, "refused", _FIRST, "law:art9") for donor in ids]
    if not told:
        return consents
    kinds = {name: facts.CONSENTS.schema[name] for name in _ROW}
    added = facts.complete(pl.DataFrame(told, schema=kinds, orient="row"), facts.CONSENTS)
    return pl.concat([consents, added])


def deaths(*, where: str) -> pl.DataFrame:
    """Return (donor_id, died_on) of donors marked as dead."""
    marks = tables.read(
        Mark,
        ["donor_id", "since"],
        where=f"{where} and kind = 'deceased' and lifted_at is null",
    )
    return marks.group_by("donor_id").agg(died_on=pl.col("since").min())


def _marked(where: str) -> list[tuple[int, str | None, datetime, str]]:
    marks = tables.read(Mark, ["donor_id", "since"], where=f"{where} and lifted_at is null")
    return [
        (donor, None, datetime.combine(since, time.min), "mark")
        for donor, since in marks.iter_rows()
    ]


def _silenced(where: str) -> list[tuple[int, str | None, datetime, str]]:
    if not Suppression.objects.exists():
        return []
    people = tables.read(Donor, ["id", "email", "phone"], where=where.replace("donor_id", "id"))
    found = suppression.silenced({row[0]: (row[1], row[2]) for row in people.iter_rows()})
    return [
        (donor, channel, _FIRST, "suppression")
        for donor, channels in found.items()
        for channel in sorted(channels)
    ]


def _named(consents: pl.DataFrame) -> pl.DataFrame:
    """Take a yes to everything for a yes to appeals: explicit consent names its purpose."""
    broad = (pl.col("status") == "granted") & pl.col("purpose").is_null()
    return consents.with_columns(
        pl.when(broad).then(pl.lit("appeal")).otherwise("purpose").alias("purpose")
    )
