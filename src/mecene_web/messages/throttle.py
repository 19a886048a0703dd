"""Throttle: how long to wait before the next message to a domain, or to anybody?

Big mailbox providers take so many messages a second from one sender and no more; those of one
company are counted together. The pace is one worker's.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mecene_web.messages.models import Rules

# Domains served by the same company.
SAME = {
    "wanadoo.fr": "orange.fr", "hotmail.fr": "outlook.com", "hotmail.com": "outlook.com",
    "live.fr": "outlook.com", "live.com": "outlook.com", "msn.com": "outlook.com",
    "outlook.fr": "outlook.com", "googlemail.com": "gmail.com", "neuf.fr": "sfr.fr",
    "cegetel.net": "sfr.fr", "club-internet.fr": "sfr.fr", "aol.com": "yahoo.com",
    "yahoo.fr": "yahoo.com", "ymail.com": "yahoo.com", "me.com": "icloud.com",
    "mac.com": "icloud.com", "aliceadsl.fr": "free.fr",
}  # fmt: skip
_ANYBODY = "*"


@dataclass
class Throttle:
    """The pace of one worker.

    Attributes:
        rates: Company's domain → messages a second; ``*``: all together. 0 or absent: no bound.
        clock: Seconds that only go forward.
    """

    rates: Mapping[str, float] = field(default_factory=dict)
    clock: Callable[[], float] = time.monotonic
    _free_at: dict[str, float] = field(default_factory=dict)

    def wait(self, domain: str) -> float:
        """Return how many seconds to wait, at least 0; under a second, the place is taken."""
        now, company = self.clock(), SAME.get(domain, domain)
        bound = [(name, self.rates.get(name, 0)) for name in (company, _ANYBODY)]
        bound = [(name, rate) for name, rate in bound if rate]
        wait = max([0.0] + [self._free_at.get(name, 0.0) - now for name, _ in bound])
        if wait <= 1.0:
            for name, rate in bound:
                self._free_at[name] = max(self._free_at.get(name, 0.0), now) + 1 / rate
        return wait


def of(rules: Rules) -> Throttle:
    """Return the pace that an association chose."""
    told = {SAME.get(name, name): float(rate) for name, rate in rules.per_domain.items()}
    return Throttle(rates=told | {_ANYBODY: float(rules.per_second)})
