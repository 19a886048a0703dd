"""Rows written in bulk are those that Django would have written, all of them or none."""

from datetime import UTC, date, datetime

import polars as pl
import pytest
from django.db import IntegrityError, transaction

from mecene_web.donors.models import Donor, Record
from mecene_web.giving.models import Gift
from mecene_web.organisation import bulk, numbers

pytestmark = pytest.mark.django_db(transaction=True)


def donors(*ids: int) -> pl.DataFrame:
    return pl.DataFrame(
        {"id": ids, "kind": "person", "sought": "", "last_name": 'O\'Hara, "Zoé"\n\\N;'},
        schema_overrides={"id": pl.Int64},
    )


def gift(donor: int | None, **told) -> pl.DataFrame:
    return pl.DataFrame(
        [{"id": 1, "donor_id": donor, "given_on": date(2025, 2, 28),
          "given_at": datetime(2025, 2, 28, 9, 30, 1, 250_000, tzinfo=UTC),
          "amount_minor": 5_000, "currency": "EUR", "kind": "one_off", "status": "received",
          "source_ref": "g1"} | told]
    )  # fmt: skip


def test_rows_read_back_as_they_were_given():
    with bulk.batch() as batch:
        batch.add(Donor, donors(1, 2))
        batch.add(Gift, gift(1))
        batch.add(Gift, gift(None, id=2))
        with transaction.atomic():
            batch.write()

    assert Donor.objects.get(pk=2).last_name == 'O\'Hara, "Zoé"\n\\N;'
    found = Gift.objects.get(pk=1)
    assert (found.donor_id, found.given_on, found.amount_minor) == (1, date(2025, 2, 28), 5_000)
    assert found.given_at == datetime(2025, 2, 28, 9, 30, 1, 250_000, tzinfo=UTC)
    assert found.campaign_code is None
    assert Gift.objects.filter(donor=None).count() == 1


@pytest.mark.parametrize("wrong", [{"amount_minor": 0}, {"kind": "loan"}, {"donor_id": 99}])
def test_one_row_that_the_database_refuses_leaves_none(wrong):
    with bulk.batch() as batch:
        batch.add(Donor, donors(1))
        batch.add(Gift, gift(1))
        batch.add(Gift, gift(1, id=2, **{"source_ref": "g2"} | wrong))
        with pytest.raises(IntegrityError), transaction.atomic():
            batch.write()

    assert not Donor.objects.exists()
    assert not Record.objects.exists()


def test_numbers_are_handed_out_once_whoever_asks():
    first = numbers.block(Donor, size=3)
    with bulk.batch() as batch:
        batch.add(Donor, donors(*first))
        with transaction.atomic():
            batch.write()
    single = Donor.objects.create()
    second = numbers.block(Donor, size=2)
    Donor.objects.all().delete()
    third = numbers.block(Donor, size=1)

    handed = [*first, single.pk, *second, *third]
    assert handed == sorted(set(handed))
    assert numbers.block(Donor, size=0) == range(0)
