"""A journey's message leaves only if the core's pressure lets it, and why it waits is told."""

from datetime import UTC, datetime, timedelta

import pytest

from mecene_web.events.models import Contact
from mecene_web.journeys import hear
from mecene_web.messages import overview, send
from mecene_web.messages.models import Outgoing

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)


def sent(now=NOW):
    send.send(worker="w", clock=lambda: now, channels=["email"])
    return list(Outgoing.objects.order_by("pk").values_list("state", "reason"))


def test_the_thank_you_leaves_and_an_ask_waits_for_it(
    donor, gift, thanking, template, settings, mailoutbox
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    thanking()
    given = gift(donor())
    hear.hear(now=NOW)
    thanks = Outgoing.objects.get()
    asks = Outgoing.objects.create(
        origin="other", donor=given.donor, channel="email", purposes=["transactional"], kind="ask",
        version=thanks.version, key="b" * 32, due_at=NOW - timedelta(days=1), asked_at=NOW,
    )  # fmt: skip

    first = sent()
    second = sent(NOW + timedelta(minutes=1))

    asks.refresh_from_db()
    # One message a person at a time: the ask, due first, is held, then the thanks leave.
    assert ("handed_over", "") in second
    assert asks.state == "queued"
    assert asks.reason == "pressure"
    assert asks.due_at > NOW
    assert len(mailoutbox) == 1
    assert Contact.objects.get().purpose == "transactional"
    assert first[1][0] == "queued"
    assert "2026" in overview.why(asks)
