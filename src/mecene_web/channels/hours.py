"""Hours: may a message leave now, or when next, where its reader is?

France's départements overseas keep their own clocks; elsewhere in the world a country's capital
gives the hour, and where a country is unknown the installation's own does.
"""

import tomllib
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

import holidays

# First three figures of a French postcode → the clock there.
_OVERSEAS = {
    "971": "America/Guadeloupe", "972": "America/Martinique", "973": "America/Cayenne",
    "974": "Indian/Reunion", "975": "America/Miquelon", "976": "Indian/Mayotte",
    "977": "America/St_Barthelemy", "978": "America/Marigot", "986": "Pacific/Wallis",
    "987": "Pacific/Tahiti", "988": "Pacific/Noumea",
}  # fmt: skip
_COUNTRIES = {
    "FR": "Europe/Paris", "MC": "Europe/Monaco", "BE": "Europe/Brussels", "LU": "Europe/Luxembourg",
    "CH": "Europe/Zurich", "DE": "Europe/Berlin", "ES": "Europe/Madrid", "IT": "Europe/Rome",
    "GB": "Europe/London", "IE": "Europe/Dublin", "PT": "Europe/Lisbon", "NL": "Europe/Amsterdam",
    "CA": "America/Montreal", "US": "America/New_York", "MA": "Africa/Casablanca",
    "RE": "Indian/Reunion", "GP": "America/Guadeloupe", "MQ": "America/Martinique",
    "GF": "America/Cayenne", "YT": "Indian/Mayotte", "NC": "Pacific/Noumea",
    "PF": "Pacific/Tahiti",
}  # fmt: skip
_LOOKS_AHEAD_DAYS = 30


def zone(*, country: str | None, postcode: str | None, ours: str) -> ZoneInfo:
    """Return the clock of a reader.

    Args:
        country: Two letters, or nothing.
        postcode: As told.
        ours: The installation's own, for whom we know nothing of.
    """
    if country in (None, "FR"):
        plain = (postcode or "").replace(" ", "")[:3]
        if plain in _OVERSEAS:
            return ZoneInfo(_OVERSEAS[plain])
    if country is None:
        return ZoneInfo(ours)
    return ZoneInfo(_COUNTRIES.get(country.upper(), ours))


def next_open(kind: str, *, now: datetime, clock: ZoneInfo, country: str | None) -> datetime | None:
    """Return when a message may leave next; None where it may now.

    Args:
        kind: ``sms``, ``call``, ``email``, ``post`` or ``webhook``.
        now: The moment, with its zone.
        clock: The reader's.
        country: Whose public holidays are kept; France's where nobody knows.
    """
    here = now.astimezone(clock)
    rule = held(kind, on=here.date())
    if _open(rule, here, country):
        return None
    for ahead in range(_LOOKS_AHEAD_DAYS):
        on = here.date() + timedelta(days=ahead)
        for begin, _ in rule["spans"]:
            at = datetime.combine(on, _time(begin), tzinfo=clock)
            if at > here and _open(rule, at, country):
                return at
    raise LookupError(f"no hour of `{kind}` within {_LOOKS_AHEAD_DAYS} days; see hours.toml")


def held(kind: str, *, on: date) -> dict[str, Any]:
    """Return the rule that holds on a day.

    Raises:
        KeyError: there is none.
    """
    rows = [row for row in _read()[kind] if row["from"] <= on]
    if not rows:
        raise KeyError(f"no hours of `{kind}` hold on {on}")
    return dict(max(rows, key=lambda row: row["from"]))


def _open(rule: dict[str, Any], here: datetime, country: str | None) -> bool:
    if here.isoweekday() not in rule["days"]:
        return False
    if not rule["holidays"] and here.date() in _holidays(country or "FR", here.year):
        return False
    at = here.strftime("%H:%M")
    return any(begin <= at < end for begin, end in rule["spans"])


def _time(text: str) -> time:
    return time.fromisoformat(text)


@cache
def _holidays(country: str, year: int) -> frozenset[date]:
    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        return frozenset(holidays.country_holidays("FR", years=year))


@cache
def _read() -> dict[str, Any]:
    text = (resources.files("mecene_web.channels") / "hours.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
