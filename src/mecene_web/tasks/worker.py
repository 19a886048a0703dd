"""Worker: the process that does the works, keeps the schedule and takes up what was lost."""

import threading
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import close_old_connections, connection
from django.utils import timezone
from django.utils.module_loading import import_string

from mecene_web.tasks import reap, schedule

_ROUND_SECONDS = 20.0
# Less than who started us waits before it kills (``serving``).
_LEAVE_SECONDS = 8.0
_ALIVE = "mecene.worker.alive"


def work(*, once: bool = False) -> None:
    """Do what is due, for ever; or until nothing is left to do."""
    over = threading.Event()
    beside = [] if once else [_rounds, *map(import_string, settings.MECENE_ALWAYS)]
    threads = [threading.Thread(target=each, args=(over,), daemon=True) for each in beside]
    for thread in threads:
        thread.start()
    try:
        call_command("db_worker", batch=once, interval=0.25, startup_delay=False, reload=False)
    finally:
        over.set()
        # An interpreter that ends while a thread is inside DuckDB aborts the process.
        until = time.monotonic() + _LEAVE_SECONDS
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))


def is_alive(*, now: datetime) -> bool:
    """Return whether a worker said, a minute ago at most, that it is there."""
    said = cache.get(_ALIVE)
    return said is not None and now - said < timedelta(seconds=3 * _ROUND_SECONDS)


def _rounds(over: threading.Event) -> None:
    try:
        while True:
            close_old_connections()
            cache.set(_ALIVE, timezone.now(), timeout=None)
            reap.reap(now=timezone.now())
            schedule.follow(now=timezone.localtime())
            if over.wait(_ROUND_SECONDS):
                return
    finally:
        connection.close()
