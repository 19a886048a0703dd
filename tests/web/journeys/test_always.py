"""The worker keeps up by itself, and whoever cannot be looked at holds up nobody."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from mecene_web.donors import touch
from mecene_web.donors.models import Attribute
from mecene_web.giving.models import Gift
from mecene_web.journeys import advance, always, hear, hearing
from mecene_web.journeys import enter as entering
from mecene_web.journeys.models import Traveller, Unheard
from mecene_web.messages.models import Outgoing
from mecene_web.segments import live

NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_a_gift_is_at_its_first_step_within_a_second(donor, thanking) -> None:
    thanking(now=timezone.now() - timedelta(days=1))
    who, over = donor(), threading.Event()
    # A first look makes the connections, as a worker that has run for a while has.
    hearing.happened([who.pk], now=timezone.now())
    threads = [threading.Thread(target=each, args=(over,)) for each in (live.follow, always.work)]
    for thread in threads:
        thread.start()
    try:
        time.sleep(0.5)
        given = time.monotonic()
        Gift.objects.create(donor=who, given_on=timezone.localdate(), amount_minor=5_000,
                            kind="one_off", currency="EUR", source_ref="now")  # fmt: skip
        touch.touch([who.pk], now=timezone.now())
        while not Outgoing.objects.exists() and time.monotonic() - given < 10:
            time.sleep(0.02)
        took = time.monotonic() - given
    finally:
        over.set()
        for thread in threads:
            thread.join()

    assert Outgoing.objects.get().donor_id == who.pk
    print(f"event to first step: {took:.2f} s")
    # Ten times what it takes on a calm machine; the asked second is measured in ``benchmarks``.
    assert took < 5


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_what_one_would(donor, gift, thanking) -> None:
    thanking()
    people = [donor() for _ in range(30)]
    for one in people:
        gift(one)
    errors = []

    def works(now) -> None:
        try:
            for _ in range(8):
                hear.hear(now=now, most=7)
                advance.advance(now=now, most=7)
        except Exception as wrong:  # a thread's failure is the test's
            errors.append(wrong)
        finally:
            connection.close()

    for moment in (NOW, NOW + timedelta(days=4)):
        pair = [threading.Thread(target=works, args=(moment,)) for _ in range(2)]
        for thread in pair:
            thread.start()
        for thread in pair:
            thread.join()

    assert errors == []
    assert Outgoing.objects.count() == Traveller.objects.count() == 30
    assert sorted(Attribute.objects.values_list("donor_id", flat=True)) == [p.pk for p in people]


@pytest.mark.django_db
def test_one_who_cannot_be_heard_or_looked_at_holds_up_nobody(
    donor, gift, thanking, monkeypatch
) -> None:
    thanking()
    fine, broken = donor(), donor()
    whole, events = advance.decided, entering.enter

    def let(told, **how):
        if broken.pk in told:
            raise ZeroDivisionError
        return events(told, **how)

    def decided(rows, **how):
        if any(row.donor_id == broken.pk for row in rows):
            raise ZeroDivisionError
        return whole(rows, **how)

    monkeypatch.setattr(entering, "enter", let)
    for one in (broken, fine):
        gift(one)
    hear.hear(now=NOW)
    assert list(Traveller.objects.values_list("donor_id", flat=True)) == [fine.pk]
    assert list(Unheard.objects.values_list("donor_id", flat=True)) == [broken.pk]

    monkeypatch.setattr(entering, "enter", events)
    hear.hear(now=NOW + timedelta(hours=1))
    monkeypatch.setattr(advance, "decided", decided)
    advance.advance(now=NOW + timedelta(days=4))

    assert list(Attribute.objects.values_list("donor_id", flat=True)) == [fine.pk]
    assert Traveller.objects.get(donor=broken).stuck == "Unexpected: ZeroDivisionError"
