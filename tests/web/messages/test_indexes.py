"""What is asked all the time of tables of a million rows is answered from an index.

SQLite plans before it knows the values that are bound, and leaves the index of some rows alone
where its condition is not written out. Each plan is read as the question is really asked.
"""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from mecene_web.journeys import overview as journeys
from mecene_web.journeys import pause, repair, standing
from mecene_web.journeys.models import Journey, Traveller, Version
from mecene_web.messages import caps, claim, decide, follow, outcome, overview, twice
from mecene_web.messages.models import Click, Halt, Outgoing
from mecene_web.organisation.indexed import NotPlain, Seen

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
MANY = 1_500


@pytest.fixture
def many(queued, donor, member):
    """A row of everything, among many of other kinds: ``(message, journey)``."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL plans once it knows the values")
    row = queued()
    told = {field.attname: getattr(row, field.attname) for field in Outgoing._meta.concrete_fields}
    del told["id"]
    Outgoing.objects.bulk_create(
        Outgoing(**told | {"origin": f"o{n}", "key": f"{n:032}", "state": "delivered",
                           "address": f"{n}@example.org", "provider_ref": f"r{n}"})
        for n in range(MANY)
    )  # fmt: skip
    Click.objects.bulk_create(
        Click(group="g", mark=f"m{n}", url="https://a.fr/", at=NOW, settled=True)
        for n in range(MANY)
    )
    journey = Journey.objects.create(code="thanks", name_fr="M", name_en="T", made_at=NOW,
                                     token="5e0b2d6a-0000-4000-8000-000000000001")  # fmt: skip
    version = Version.objects.create(journey=journey, number=1, text="{}", fingerprint="f",
                                     published_at=NOW)  # fmt: skip
    Traveller.objects.bulk_create(
        Traveller(journey=journey, version=version, donor_id=row.donor_id, entry=n + 1, unit="u",
                  event_ref=f"e{n}", entered_at=NOW, arrived_at=NOW, outcome="completed",
                  alone=False)
        for n in range(MANY)
    )  # fmt: skip
    return row, journey


def plans(do) -> str:
    """Return how the database answers all that is asked meanwhile, its values bound."""
    asked = []

    def heard(execute, sql, params, many, context):
        if not many and sql.lstrip().split(" ")[0] in ("SELECT", "UPDATE"):
            asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(heard):
        do()
    told = []
    with connection.cursor() as cursor:
        for sql, params in asked:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
            told += [str(row[-1]) for row in cursor.fetchall()]
    return "\n".join(told)


def lifted():
    halt = Halt.objects.create(channel="email", why="x", at=NOW)
    decide.lift(halt.pk, by=None, now=NOW)


ASKED = [
    ("outgoing_due", lambda *_: claim.claim("w", channels={"email"}, most=10, now=NOW)),
    ("outgoing_held", lambda *_: claim.claim("w", channels={"email"}, most=10, now=NOW)),
    ("outgoing_held", lambda *_: claim.reap(now=NOW)),
    ("outgoing_unknown", lambda *_: overview.unknown()),
    ("outgoing_unknown", lambda *_: overview.everything()),
    ("outgoing_due", lambda *_: overview.everything()),
    ("outgoing_due", lambda *_: overview.letters()),
    ("outgoing_due", lambda *_: lifted()),
    ("outgoing_thanks", lambda *_: caps._thanks_since()),
    ("outgoing_reference", lambda *_: outcome.heard(ref="<x@mailin>", event="sent", at=NOW,
                                                    now=NOW)),
    ("outgoing_address", lambda row, _: twice.reader(row, "a@example.org")),
    ("click_unsettled", lambda *_: follow.settle(now=NOW + timedelta(days=1))),
    ("traveller_stuck", lambda _, journey: repair.stuck(journey_id=journey.pk)),
    ("traveller_step", lambda _, journey: journeys.people(journey)),
    ("traveller_step", lambda _, journey: standing.standing(journey, "say", now=NOW)),
    ("outgoing_group", lambda _, journey: journeys.figures(journey)),
    ("outgoing_group", lambda _, journey: pause.archive(journey.pk, by=None, now=NOW)),
]  # fmt: skip


@pytest.mark.parametrize(("index", "do"), ASKED)
def test_it_is_answered_from_its_index(many, index, do, monkeypatch) -> None:
    monkeypatch.setattr(standing.overview, "named", lambda *_: "")
    monkeypatch.setattr(standing.draft, "latest", lambda _: None)
    monkeypatch.setattr(standing.draft, "plain", lambda _: {})
    row, journey = many
    row.kind = "news"

    told = plans(lambda: do(row, journey))

    assert re.search(rf"INDEX {index}\b", told), told
    for table in ("outgoing", "click"):
        assert f"SCAN mecene_messages_{table}\n" not in f"{told}\n", told


@pytest.mark.parametrize("word", ["it's", "é", "a b", "1", "a;drop"])
def test_only_words_of_ours_are_written_out(word) -> None:
    with pytest.raises(NotPlain):
        Seen(word)
