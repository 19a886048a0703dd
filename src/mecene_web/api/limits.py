"""Limits: how often one caller may call.

Kept in the memory of the process (one serves an installation), a bucket a caller that refills
by itself: no request waits for the database to be counted. A restart fills the buckets.
"""

import threading
import time
from math import ceil

PER_KEY_MINUTE = 3_000
PER_VISITOR_MINUTE = 120
_MOST_CALLERS = 50_000


class TooOften(Exception):
    """The caller must wait; ``seconds`` says how long."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"wait {seconds} s")
        self.seconds = seconds


_buckets: dict[str, tuple[float, float]] = {}
_lock = threading.Lock()


def spend(caller: str, *, per_minute: int) -> None:
    """Take one call of a caller's; the bucket holds a minute's worth.

    Raises:
        TooOften: the bucket is empty.
    """
    now = time.monotonic()
    rate = per_minute / 60
    with _lock:
        left, since = _buckets.get(caller, (float(per_minute), now))
        left = min(float(per_minute), left + (now - since) * rate)
        if left < 1:
            raise TooOften(ceil((1 - left) / rate))
        if len(_buckets) >= _MOST_CALLERS and caller not in _buckets:
            _buckets.clear()
        _buckets[caller] = (left - 1, now)


def forget() -> None:
    """Fill every bucket."""
    with _lock:
        _buckets.clear()
