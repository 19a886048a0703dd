"""Zones: by which clock a donor lives, and which days are holidays there?"""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import holidays

HOME = "FR"


@dataclass(frozen=True)
class Zone:
    """Where a donor lives, as far as clocks and holidays go.

    Attributes:
        name: IANA name of the clock.
        country: Whose public holidays are kept, ISO 3166-1.
        part: Of that country, with holidays of its own (``6AE`` Alsace, ``971`` …); None: none.
    """

    name: str = "Europe/Paris"
    country: str = HOME
    part: str | None = None

    def holiday(self, day: date, *, lang: str = "fr") -> str | None:
        """Return the name of the public holiday a day is; None for any other day."""
        return _holidays(self.country, self.part, day.year, lang).get(day)


def of(*, country: str | None, postcode: str | None) -> Zone:
    """Return where a donor lives; mainland France where nothing, or nothing known, is said.

    Args:
        country: ISO 3166-1 alpha-2.
        postcode: Of that country; only a French one tells more.
    """
    said = (country or HOME).strip().upper()
    row = _table()["country"].get(said)
    if row is None:
        return Zone()
    found = Zone(row["zone"], row["holidays"], row.get("part"))
    if said != HOME:
        return found
    digits = "".join((postcode or "").split())
    for length in (5, 3, 2):
        part = _table()["postcode"].get(digits[:length])
        if part is not None and len(digits) == 5:
            return Zone(part.get("zone", found.name), HOME, part.get("part"))
    return found


@cache
def _holidays(country: str, part: str | None, year: int, lang: str) -> dict[date, str]:
    language = {"fr": "fr", "en": "en_US"}[lang]
    known = holidays.country_holidays(country, subdiv=part, years=year)
    if language in known.supported_languages:
        known = holidays.country_holidays(country, subdiv=part, years=year, language=language)
    return {day: str(name) for day, name in known.items() if day.year == year}


@cache
def _table() -> dict[str, Any]:
    text = resources.files("mecene.pressure").joinpath("zones.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
