"""Whoever is looked for is found as one types: beginnings of words, any order, no accents."""

import polars as pl
import pytest
from django.db import connection, transaction

from mecene.sources import folding
from mecene_web.donors import search, searching
from mecene_web.donors.models import Donor, Record
from mecene_web.organisation import bulk

pytestmark = pytest.mark.django_db


def donor(number, last="Durand", first="Zoé", *, reference=None, **told):
    said = {"last_name": last, "first_name": first, **told}
    text = " ".join(str(part) for part in [*said.values(), number])
    made = Donor.objects.create(pk=number, sought=folding.fold(text), **said)
    Record.objects.create(key=number, donor=made, external_id=reference, **said)
    return made


def numbers(text):
    return [found.pk for found in search.search(text)]


@pytest.fixture
def people():
    donor(1, "Durand", "Zoé", email="zoe.durand@example.org", postcode="75011", city="Paris")
    donor(2, "Lefèvre-Œuf", "Émile", postcode="13001", city="Marseille", reference="AB-0042")
    donor(3, "Du", "Lan", postcode="75020", city="Paris")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("durand", [1]), ("DURAND zoé", [1]), ("zo du", [1]), ("du", [3, 1]), ("d", [1, 3]),
        ("lefevre", [2]), ("oeuf emile", [2]), ("zoe.durand@example.org", [1]), ("7501", [1]),
        ("paris du", [3, 1]), ("ab-00", [2]), ("AB-0042", [2]), ("nobody", []), ("", []),
        ("  ", []), ("du & | ! :* \" ' ( )", [3, 1]), ("\0", []), ("*", []), ("and or not", []),
        ("x" * 5_000, []), ("2", [2]),
    ],
)  # fmt: skip
def test_a_donor_is_found_by_any_part_of_what_is_known(people, text, found):
    assert numbers(text) == found


@pytest.mark.django_db(transaction=True)
def test_what_is_written_in_bulk_is_found_and_what_is_changed_or_gone_is_not(people):
    rows = pl.DataFrame(
        {"id": [1, 9], "kind": ["person"] * 2, "last_name": ["Martin", "Neuf"]}
    ).with_columns(
        pl.lit(None, pl.String).alias(name)
        for name in ("first_name", "organisation_name", "email", "phone", "postcode", "city")
    )
    rows = rows.with_columns(searching.folded(number="id").alias("sought"))

    with bulk.batch() as batch:
        batch.add(Donor, rows, replacing=True)
        with transaction.atomic():
            batch.write()
    Record.objects.create(key=9, donor_id=9)

    assert numbers("durand") == []
    assert numbers("martin") == [1]
    assert numbers("neuf") == [9]
    Record.objects.filter(donor_id=9).delete()
    assert numbers("neuf") == []  # joined to another: nothing is told of them any more
    Donor.objects.filter(pk=9).delete()
    assert numbers("neuf") == []


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="triggers are SQLite's")
def test_the_index_is_kept_by_triggers_after_every_migration():
    with connection.cursor() as cursor:
        cursor.execute("select name from sqlite_master where type = 'trigger'")
        held = {row[0] for row in cursor.fetchall()}

    assert {"donors_sought_new", "donors_sought_gone", "donors_sought_changed"} <= held


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_page_shows_whom_it_finds_and_htmx_gets_the_rows_alone(people, browser, lang):
    window = browser("fundraiser", lang=lang)

    whole = window.get("/donors/", {"q": "durand"})
    part = window.get("/donors/", {"q": "durand"}, headers={"hx-request": "true"})

    assert "Zoé Durand" in whole.content.decode()
    assert "75011 Paris" in part.content.decode()
    assert "<html" not in part.content.decode()
    assert "&lt;b&gt;x" in window.get("/donors/", {"q": "<b>x"}).content.decode()


def test_the_empty_page_says_what_to_type_and_nobody_says_what_to_try(people, browser):
    window = browser("fundraiser", lang="en")

    assert "Type a few letters" in window.get("/donors/").content.decode()
    assert "Nobody answers to “zzz”" in window.get("/donors/", {"q": "zzz"}).content.decode()


@pytest.mark.parametrize(("role", "status"), [("caller", 403), ("auditor", 403), (None, 302)])
def test_who_may_not_see_donors_finds_none(people, browser, role, status):
    assert browser(role).get("/donors/", {"q": "durand"}).status_code == status
