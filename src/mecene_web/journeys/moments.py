"""Moments: at which hour a message of a journey is best sent to each donor, from what they did.

The hour at which they act (gifts, clicks, replies; never opens, which a machine may make), where
it is sure enough, as the last night worked it out (``mecene.channels``). Thanks and service answer
a gesture: they do not wait for it.
"""

from collections.abc import Callable, Collection
from datetime import date, datetime
from functools import cache

from mecene.engine.store import FactStore
from mecene.journeys import moment
from mecene.journeys.traveller import Effect
from mecene.pressure import zones
from mecene_web.donors.models import Donor
from mecene_web.organisation import numbered


def hours(donors: Collection[int]) -> dict[int, tuple[int, str]]:
    """Return donor → the hour at which they act, and their zone; nothing where it is not sure."""
    rows = Donor.objects.filter(numbered.among("pk", donors), standing__best_hour__isnull=False)
    told = rows.values_list("pk", "standing__best_hour", "country", "postcode")
    return {
        donor: (hour, zones.of(country=country, postcode=postcode).name)
        for donor, hour, country, postcode in told
    }


def best(effect: Effect, kind: str, channel: str, known: tuple[int, str] | None) -> datetime:
    """Return when a message is best sent, within a day of its decision and before it expires.

    Args:
        effect: What was decided.
        kind: ``ask``, ``thanks``, ``news`` or ``service``.
        channel: By which.
        known: At what hour the donor acts, and their zone; None: it is not known.
    """
    hour, zone = known or (None, "UTC")
    return moment.best(effect.decided_at, kind=kind, channel=channel, hour=hour, zone=zone,
                       expires_at=effect.expires_at)  # fmt: skip


def over(store: FactStore) -> Callable[[date], dict[int, int]]:
    """Return what tells, of a day of the past, donor → the hour that its night would have known.

    A third of a second a day for three thousand donors: it is asked of days on which it matters.
    """
    from mecene.channels import traits
    from mecene.features import summary
    from mecene.report import reach

    @cache
    def known(day: date) -> dict[int, int]:
        people = summary.of(store, as_of=day, families=("people", *traits.FAMILIES))
        habits = reach.fitted(people)
        told = reach.of(people, habits)
        if told is None:
            return {}
        return {donor: hour for donor, hour in told.select("donor_id", "best_hour").rows()
                if hour is not None}  # fmt: skip

    return known
