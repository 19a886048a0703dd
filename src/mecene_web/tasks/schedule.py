"""Schedule: the works that come back by themselves."""

from datetime import datetime, timedelta

from django.conf import settings

from mecene_web.tasks import ask
from mecene_web.tasks.models import Work


def follow(*, now: datetime) -> list[Work]:
    """Ask for each daily work whose hour has come, and that was not asked for since.

    ``settings.MECENE_DAILY`` has kind → hour of the day, in the installation's time zone. An
    installation that slept through the hour catches up once.
    """
    asked = []
    for kind, hour in settings.MECENE_DAILY.items():
        due = now.replace(hour=hour, minute=0, second=0, microsecond=0)
        if due > now:
            due -= timedelta(days=1)
        if not Work.objects.filter(kind=kind, asked_at__gte=due).exists():
            asked.append(ask.ask(kind, now=now))
    return asked
