"""Always: what the worker does for messages, all the time: send, take up, settle, begin."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import OperationalError, close_old_connections, connection
from django.utils import timezone

from mecene_web.messages import campaigns, claim, follow, letters, returned, send, throttle
from mecene_web.messages.models import Rules

_REST_SECONDS = 1.0
_ROUND_SECONDS = 20.0

log = logging.getLogger("mecene.messages")


def work(over: threading.Event) -> None:
    """Send what is due until told to end; take up now and then what others left."""
    pace = throttle.of(Rules.objects.first() or Rules())
    looked, next_round = 0, timezone.now()
    try:
        while not over.wait(0 if looked else _REST_SECONDS):
            close_old_connections()
            now = timezone.now()
            if now >= next_round:
                _tried(lambda: _round(timezone.now()))
                pace.rates = throttle.of(Rules.objects.first() or Rules()).rates
                next_round = now + timedelta(seconds=_ROUND_SECONDS)
            looked = _tried(lambda: send.send(throttle=pace))
    finally:
        connection.close()


def _round(now: datetime) -> int:
    claim.reap(now=now)
    returned.look(settings.MECENE_RETURNS, now=now)
    campaigns.follow(now=now)
    letters.clear(now=now)
    return follow.settle(now=now)


def _tried(do: Callable[[], int]) -> int:
    """Do one thing; whatever goes wrong is written down, and tried again at the next round."""
    try:
        return do()
    except OperationalError:
        return 0  # somebody else is writing: it comes back
    except Exception:
        log.exception("messages: a round of sending failed")
        return 0
