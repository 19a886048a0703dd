"""Tags: what a rule may be about, in groups."""

from itertools import groupby

from django import template

from mecene_web.segments import edit
from mecene_web.segments.columns import Named

register = template.Library()


@register.simple_tag
def offered() -> list[tuple[str, list[Named]]]:
    """Return (group, columns) of everything a rule may be about."""
    return [(group, list(of)) for group, of in groupby(edit.offered(), key=lambda one: one.group)]
