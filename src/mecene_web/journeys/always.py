"""Always: what the worker does for journeys: hear what happened, advance who is due."""

import gc
import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import OperationalError, close_old_connections, connection
from django.utils import timezone

from mecene_web.journeys import advance, hear, hearing, passages

_REST_SECONDS = 0.2
# Nobody waits for a minute by the second; who has just come in has gone on already.
_DUE_EVERY = timedelta(seconds=1)
_FORGET_EVERY = timedelta(hours=6)

# A thousand travellers are some 30,000 things, all let go at the end of their batch.
_LOOKS_FOR_WASTE = (50_000, 20, 100)

log = logging.getLogger("mecene.journeys")


def work(over: threading.Event) -> None:
    """Keep up with events and with time until told to end."""
    at_rest()
    heard, next_due = 0, timezone.now()
    next_forgetting = timezone.now() + _FORGET_EVERY
    try:
        while not over.wait(0 if heard else _REST_SECONDS):
            close_old_connections()
            now = timezone.now()
            heard = _tried(lambda: passages.read(now=timezone.now()))
            heard += _tried(lambda: hear.hear(now=timezone.now()))
            if now >= next_due:
                looked = _tried(lambda: advance.advance(now=timezone.now()))
                next_due = now if looked else now + _DUE_EVERY
            if now >= next_forgetting:
                _tried(lambda: hearing.forget(now=timezone.now()))
                next_forgetting = now + _FORGET_EVERY
    finally:
        hearing.close()
        connection.close()


def at_rest() -> None:
    """Have nobody look through what was read to start, nor too often through what a batch makes."""
    gc.freeze()  # it stays for good
    gc.set_threshold(*_LOOKS_FOR_WASTE)


def caught_up(*, now: datetime) -> int:
    """Do all there is to do now, and return how much that was: for a rehearsal with the clock."""
    done = 0
    while looked := passages.read(now=now) + hear.hear(now=now) + advance.advance(now=now):
        done += looked
    return done


def _tried(do: Callable[[], int]) -> int:
    """Do one thing; whatever goes wrong is written down, and tried again at the next round."""
    try:
        return do()
    except OperationalError:
        return 0  # somebody else is writing: it comes back
    except Exception:
        log.exception("journeys: a round failed")
        return 0
