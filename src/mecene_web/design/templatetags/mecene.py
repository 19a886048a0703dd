"""Tags: sentences, numbers, money and days as the reader writes them."""

from datetime import date, datetime
from uuid import uuid4

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from mecene import money, period
from mecene.report import spreadsheet
from mecene_web.design import words

register = template.Library()
_RARE = 0.01
_TENTH = 0.1


@register.simple_tag
def say(key: str, **values: object) -> str:
    """Return the sentence ``app:section.name``, its blanks filled."""
    app, _, name = key.partition(":")
    return words.say(app, name, **values)


@register.simple_tag
def say_of(section: str, name: str) -> str:
    """Return the sentence of a section that a value names: ``say_of "app:states" state``."""
    app, _, place = section.partition(":")
    return words.say(app, f"{place}.{name}")


@register.filter
def number(value: float | None) -> str:
    """Return 12345 as « 12 345 »; nothing for nothing."""
    return "" if value is None else money.number(value, lang=words.language())


@register.filter
def percent(share: float | None) -> str:
    """Return 0.123 as « 12 % »; nothing for nothing."""
    return "" if share is None else money.percent(share, lang=words.language())


@register.filter
def fine(share: float | None) -> str:
    """Return a share as a percentage, with a decimal below a tenth; nothing for nothing."""
    if share is None:
        return ""
    return money.percent(share, lang=words.language(), decimals=1 if share < _TENTH else 0)


@register.filter
def chance(share: float | None) -> str:
    """Return a chance as a percentage that never says never, nor always: « > 99 % »."""
    if share is None:
        return ""
    sign = "<" if share < _RARE else ">" if share > 1 - _RARE else ""
    told = percent(min(max(share, _RARE), 1 - _RARE))
    return f"{sign}\u00a0{told}" if sign else told


@register.filter
def amount(minor: float | None, currency: str | None = "EUR") -> str:
    """Return 12345 minor units as « 123,45 € »; nothing for nothing."""
    if minor is None:
        return ""
    return money.text(minor, currency=currency or "EUR", lang=words.language())


@register.filter
def whole(minor: float | None, currency: str | None = "EUR") -> str:
    """Return 12345 minor units as « 123 € », cents left out; nothing for nothing."""
    if minor is None:
        return ""
    return money.text(minor, currency=currency or "EUR", lang=words.language(), decimals=0)


@register.filter
def day(value: date | None) -> str:
    """Return a day as « 3 mars 2026 »; of a moment, its day here; nothing for nothing."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return period.written(value, lang=words.language())


@register.filter
def moment(value: datetime | None) -> str:
    """Return a moment as « 3 mars 2026 à 14:05 »; nothing for nothing."""
    if value is None:
        return ""
    here = timezone.localtime(value)
    at = {"fr": "à", "en": "at"}[words.language()]
    return f"{day(here)} {at} {here:%H:%M}"


@register.simple_tag
def counted(section: str, name: str, count: int) -> str:
    """Return ``section.name_one`` or ``section.name_many``, its ``count`` written."""
    # « 0 personne », and 0 people.
    form = "one" if count == 1 or (count == 0 and words.language() == "fr") else "many"
    return say(f"{section}.{name}_{form}", count=number(count))


@register.simple_tag
def where(address: str) -> str:
    """Return where a named page is; the door of the house where it is not there yet."""
    try:
        return reverse(address)
    except NoReverseMatch:
        return "/"


@register.simple_tag
def fresh() -> str:
    """Return what makes a form sent twice count once."""
    return str(uuid4())


@register.filter
def cut_words(text: str) -> list[str]:
    """Return the words of a text, to go through in a template."""
    return text.split()


@register.filter
def stage(segment: str | None) -> str:
    """Return a stage of the donors' life, ``at_risk``, as « à risque »; nothing for nothing."""
    return "" if not segment else spreadsheet.code("segment", segment, lang=words.language())
