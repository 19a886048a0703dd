"""Many at once: a worker killed in the middle loses nobody; what is written fast is right."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mecene_web.donors.models import Attribute, Donor
from mecene_web.journeys import advance, hear
from mecene_web.journeys.models import Trace, Traveller, Unheard
from mecene_web.messages.models import Outgoing
from mecene_web.organisation import many, numbered

NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=4)


class _Killed(BaseException):
    pass


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_loses_nobody_and_keeps_nobody(
    donor, gift, thanking, monkeypatch
) -> None:
    if not connection.features.has_select_for_update_skip_locked:
        pytest.skip("the claim is a lease here: test_looked_at_by_two_workers_a_donor_moves_once")
    thanking()
    gift(donor())
    hear.hear(now=NOW)
    deciding, dead, whole = threading.Event(), threading.Event(), advance.save

    def killed(moves, **how):
        whole(moves, **how)  # all is written, and not kept yet
        deciding.set()
        dead.wait(20)
        raise _Killed

    def worker():
        try:
            advance.advance(now=LATER)
        except _Killed:
            pass
        finally:
            connection.close()

    with monkeypatch.context() as patched:
        patched.setattr(advance, "save", killed)
        one = threading.Thread(target=worker)
        one.start()
        assert deciding.wait(20)
    other = advance.advance(now=LATER)
    before = Attribute.objects.count()
    dead.set()
    one.join()
    looked = [advance.advance(now=LATER), advance.advance(now=LATER)]

    assert (other, before) == (0, 0)
    assert looked == [1, 0]
    assert Attribute.objects.count() == 1
    assert Traveller.objects.get().moves == 1
    assert Traveller.objects.get().outcome == "completed"


@pytest.mark.django_db
def test_a_thousand_cost_no_more_questions_than_one(donor, gift, thanking) -> None:
    thanking()
    asked = []
    for people in (1, 12):
        for _ in range(people):
            gift(donor())
        with CaptureQueriesContext(
            connection,
        ) as seen:
            hear.hear(now=NOW)
        asked.append(len(seen))
        with CaptureQueriesContext(connection) as seen:
            assert advance.advance(now=LATER) == people
        asked.append(len(seen))

    assert asked[2:] == asked[:2]
    assert Traveller.objects.filter(moves=1).count() == 13


@pytest.mark.django_db
def test_what_all_rows_say_alike_and_what_each_says_comes_back(donor) -> None:
    one, two = donor(), donor()
    event = {"kind": "manual", "values": {"event_name": "l'été « ½ » \\ \n"}}
    names = ("donor_id", "at", "event")

    alike = many.insert(Unheard, names, [(one.pk, NOW, event), (one.pk, NOW, event)])
    mixed = many.insert(Unheard, names, [(one.pk, NOW, None), (two.pk, LATER, event)])

    rows = list(Unheard.objects.order_by("pk").values_list(*names))
    assert (alike, mixed) == (2, 2)
    assert rows == [(one.pk, NOW, event)] * 2 + [(one.pk, NOW, None), (two.pk, LATER, event)]
    assert Unheard.objects.filter(event__isnull=True).count() == 1

    many.update(Unheard, ("at",), [(LATER, row.pk) for row in Unheard.objects.all()])
    assert set(Unheard.objects.values_list("at", flat=True)) == {LATER}


@pytest.mark.django_db
def test_rows_are_found_by_their_numbers(donor) -> None:
    people = [donor() for _ in range(3)]
    wanted = [people[0].pk, people[2].pk, 10**12]

    found = Donor.objects.filter(numbered.among("pk", wanted)).order_by("pk")

    assert list(found) == [people[0], people[2]]
    assert list(Donor.objects.exclude(numbered.among("pk", wanted))) == [people[1]]
    assert not Donor.objects.filter(numbered.among("pk", [])).exists()
    assert not Trace.objects.filter(numbered.among("donor_id", wanted)).exists()
    assert not Outgoing.objects.filter(numbered.among("donor_id", wanted)).exists()
    with pytest.raises(ValueError, match="invalid literal"):
        numbered.among("pk", ["1) or (1=1"])  # type: ignore[list-item]
