"""Something happens to a donor: journeys hear it once, move people once, and say why."""

from datetime import UTC, datetime, timedelta

import pytest

from mecene_web.donors.models import Attribute
from mecene_web.journeys import advance, always, hear
from mecene_web.journeys.models import Heard, Trace, Traveller, Unheard
from mecene_web.messages.models import Outgoing

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)


def test_a_gift_is_thanked_once_at_once_and_the_rest_follows(donor, gift, thanking) -> None:
    thanking()
    given = gift(donor())

    hear.hear(now=NOW)

    sent = Outgoing.objects.get()
    inside = Traveller.objects.get()
    assert (sent.kind, sent.channel, sent.state) == ("thanks", "email", "queued")
    assert sent.origin == f"thanks/1/{given.donor_id}-1/say/1"
    assert sent.values["gift"] == {"amount_minor": 5_000, "currency": "EUR",
                                   "given_on": "2026-03-03"}  # fmt: skip
    assert inside.step == "rest"
    assert inside.due_at == NOW + timedelta(days=3)
    assert not Unheard.objects.exists()
    assert [row.code for row in Trace.objects.order_by("pk")] == ["entered", "acted", "waits"]

    always.caught_up(now=NOW + timedelta(days=3, seconds=1))

    inside.refresh_from_db()
    assert (inside.step, inside.outcome) == (None, "completed")
    assert Attribute.objects.get().value == "thanked"
    assert Outgoing.objects.count() == 1


def test_what_was_heard_is_not_heard_again(donor, gift, thanking) -> None:
    thanking()
    given = gift(donor())
    hear.hear(now=NOW)

    for minutes in (1, 5, 60):
        hear.tell([given.donor_id], now=NOW)
        always.caught_up(now=NOW + timedelta(minutes=minutes))

    assert Traveller.objects.count() == Outgoing.objects.count() == Heard.objects.count() == 1
    assert not Trace.objects.filter(traveller=None).exists()


def test_nothing_older_than_the_journey_starts_it(donor, gift, thanking) -> None:
    thanking(now=NOW)
    gift(donor(), on=(NOW - timedelta(days=2)).date())

    hear.hear(now=NOW)

    assert not Traveller.objects.exists()


def test_looked_at_by_two_workers_a_donor_moves_once(donor, gift, thanking) -> None:
    thanking()
    gift(donor())
    hear.hear(now=NOW)
    later = NOW + timedelta(days=4)
    number = Traveller.objects.get().pk

    mine = advance.claim([number], worker="one", now=later)
    theirs = advance.claim([number], worker="two", now=later)
    moves = advance.decided(mine, events={}, now=later)
    # The lease of the first runs out while it thinks; another takes the traveller up.
    other = advance.claim([number], worker="two", now=later + 2 * advance.LEASE)
    taken = advance.decided(other, events={}, now=later)
    saved = [
        advance.save(taken, worker="two", now=later),
        advance.save(moves, worker="one", now=later),
    ]

    assert (len(mine), theirs, len(other)) == (1, [], 1)
    assert saved == [1, 0]
    assert Attribute.objects.count() == 1
    assert Traveller.objects.get().moves == 1
