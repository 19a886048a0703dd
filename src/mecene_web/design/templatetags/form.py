"""Form: what a field was filled with, as it is written back."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import phonenumbers
from django import template

from mecene.report import lexicon, spreadsheet
from mecene.words import UnknownWords
from mecene_web.design import words
from mecene_web.design.templatetags.mecene import day

register = template.Library()
_HOME = 33


@register.filter
def at(said: Mapping[str, Any] | None, name: str) -> Any:
    """Return what stands under a name; nothing where nothing does."""
    return said.get(name, "") if said else ""


@register.filter
def written(value: Any) -> str:
    """Return a value as a person types it: a day as 01/03/2026."""
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)


@register.filter
def shown(value: Any) -> str:
    """Return a value as it is read: a day in words."""
    return day(value) if isinstance(value, date) else str(value)


@register.filter
def telephone(number: str) -> str:
    """Return +33612345678 as « 06 12 34 56 78 », a foreign one with its country."""
    try:
        read = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    home = read.country_code == _HOME
    return phonenumbers.format_number(
        read, phonenumbers.PhoneNumberFormat.NATIONAL if home
        else phonenumbers.PhoneNumberFormat.INTERNATIONAL,
    )  # fmt: skip


@register.simple_tag
def coded(section: str, code: str) -> str:
    """Return the word of a code that a file may have made up: then the code itself."""
    app, _, name = section.partition(":")
    try:
        return words.say(app, f"{name}.{code}")
    except UnknownWords:
        return code


@register.simple_tag
def segment_name(code: str) -> str:
    """Return a stage of the donors' life in words."""
    return spreadsheet.code("segment", code, lang=words.language())


@register.simple_tag
def tag_name(name: str) -> str:
    """Return a tag in words; the association's own are their own words."""
    return lexicon.labels("columns", lang=words.language()).get(name, name)
