"""What the core hears: marks, silenced addresses and art. 9 weigh as a donor's own words would."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from mecene.features import summary
from mecene.law import consent as law
from mecene_web.consent import state, suppression
from mecene_web.consent.models import Consent, Mark
from mecene_web.donors.models import Donor, Record
from mecene_web.organisation.models import Organisation
from mecene_web.scores import snapshot

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
AS_OF = date(2026, 11, 22)


def person(key: int, **told) -> Donor:
    told = {"email": f"d{key}@exemple.fr", "phone": None, "acquired_on": date(2020, 1, 1)} | told
    donor = Donor.objects.create(last_name=f"n{key}", **told)
    Record.objects.create(key=key, donor=donor, last_name=f"n{key}", declared=True)
    donor.gifts.create(given_on=date(2025, 1, 1), amount_minor=1_000, currency="EUR",
                       kind="one_off", source_ref=f"g{key}")  # fmt: skip
    return donor


def said(donor, status, purpose=None, channel=None, days=0):
    at = NOW - timedelta(days=days)
    Consent.objects.create(donor=donor, status=status, purpose=purpose, channel=channel,
                           occurred_at=at, written_at=at, source_ref="x")  # fmt: skip


def heard(tmp_path) -> dict[int, dict]:
    store = snapshot.write(tmp_path / "facts", on_progress=lambda *told: None)
    parts = list(summary.batches(store, as_of=AS_OF, families=("reach",)))
    return {row["donor_id"]: row for row in pl.concat(parts).to_dicts()}


def test_a_mark_weighs_more_than_a_later_yes(tmp_path):
    donor, free = person(1), person(2)
    Mark.objects.create(donor=donor, kind="vulnerable", since=date(2020, 1, 1), reason="x", at=NOW)
    said(donor, "granted", "appeal")
    said(free, "granted", "appeal")

    found = heard(tmp_path)

    assert (found[donor.pk]["reachable"], found[free.pk]["reachable"]) == (False, True)
    assert found[donor.pk]["objects_profiling"]
    assert not found[free.pk]["objects_profiling"]


def test_who_is_marked_dead_is_dead(tmp_path):
    donor = person(1)
    Mark.objects.create(donor=donor, kind="deceased", since=date(2026, 1, 1), reason="x", at=NOW)

    assert heard(tmp_path)[donor.pk]["deceased"]


def test_a_lifted_mark_weighs_nothing(tmp_path):
    donor = person(1)
    Mark.objects.create(donor=donor, kind="deceased", since=date(2026, 1, 1), reason="x", at=NOW,
                        lifted_at=NOW)  # fmt: skip

    found = heard(tmp_path)[donor.pk]
    assert found["reachable"]
    assert not found["deceased"]


def test_a_silenced_address_is_not_written_to(tmp_path):
    donor = person(1)
    said(donor, "granted", "appeal", "email")
    suppression.add([("email", donor.email)], reason="erasure", now=NOW)

    found = heard(tmp_path)[donor.pk]
    assert found["objects_email"]
    assert not found["objects_appeal"]
    assert not found["reachable"]


def test_beliefs_are_not_profiled_without_a_yes_that_names_it(tmp_path):
    silent, broad, clear = person(1), person(2), person(3)
    said(broad, "granted")
    said(clear, "granted", "profiling")
    Organisation.objects.update_or_create(pk=1, defaults={"sensitive": True})

    found = heard(tmp_path)

    assert found[silent.pk]["objects_profiling"]
    assert found[broad.pk]["objects_profiling"]
    assert not found[clear.pk]["objects_profiling"]
    assert all(row["reachable"] for row in found.values())


def test_the_page_and_the_figures_say_the_same(tmp_path):
    words = [
        [("objected", "appeal", None, 5), ("granted", "appeal", "email", 3)],
        [("objected", None, None, 5), ("granted", "appeal", None, 3)],
        [("granted", "appeal", "email", 5), ("withdrawn", "appeal", "email", 3)],
        [("objected", "appeal", "post", 5), ("unknown", "appeal", None, 1)],
        [("refused", "newsletter", None, 5)],
        [("granted", None, None, 3), ("objected", "appeal", "sms", 3)],
    ]
    donors = [person(n + 1, phone=f"+3361234567{n}", address="1 rue", city="Lyon")
              for n in range(len(words))]  # fmt: skip
    for donor, each in zip(donors, words, strict=True):
        for status, purpose, channel, days in each:
            said(donor, status, purpose, channel, days)

    found = heard(tmp_path)

    for donor in donors:
        told = state.of(donor.pk, on=AS_OF)
        row = found[donor.pk]
        for channel in law.CHANNELS:
            refused = row["objects_appeal"] or row[f"objects_{channel}"]
            assert told["appeal", channel].allowed == (not refused), (donor.pk, channel)
        assert told["profiling", law.ANY].allowed == (not row["objects_profiling"])
