"""Throttle: how long to wait before the next message to a domain, or to anybody?

Big mailbox providers take so many messages a second from one sender and no more; those of one
company are counted together. The pace is the association's: every worker, in whatever process,
takes its place in the same line, which is kept in the base.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.db import transaction

from mecene_web.messages.models import Pace, Rules

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
    """The pace of an association.

    Attributes:
        rates: Company's domain → messages a second; ``*``: all together. 0 or absent: no bound.
        clock: Seconds since 1970, the same for every process.
    """

    rates: Mapping[str, float] = field(default_factory=dict)
    clock: Callable[[], float] = time.time

    def wait(self, domain: str) -> float:
        """Return how many seconds to wait, at least 0; under a second, the place is taken."""
        company = SAME.get(domain, domain)
        bound = {name: rate for name in (company, _ANYBODY) if (rate := self.rates.get(name, 0))}
        if not bound:
            return 0.0
        Pace.objects.bulk_create([Pace(name=name) for name in bound], ignore_conflicts=True)
        with transaction.atomic():
            # Always in the same order: two workers never wait for each other.
            held = Pace.objects.select_for_update().filter(name__in=bound).order_by("name")
            lines, now = list(held), self.clock()
            wait = max(0.0, *(line.free_at - now for line in lines))
            if wait <= 1.0:
                for line in lines:
                    line.free_at = max(line.free_at, now) + 1 / bound[line.name]
                    line.save(update_fields=["free_at"])
        return wait


def of(rules: Rules) -> Throttle:
    """Return the pace that an association chose."""
    told = {SAME.get(name, name): float(rate) for name, rate in rules.per_domain.items()}
    return Throttle(rates=told | {_ANYBODY: float(rules.per_second)})
