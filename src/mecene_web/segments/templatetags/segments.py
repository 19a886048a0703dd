"""Tags: what a rule may be about, in groups."""

from itertools import groupby

from django import template

from mecene_web.segments import edit
from mecene_web.segments.columns import Named

register = template.Library()


@register.simple_tag
def offered(at_hand: bool) -> list[tuple[str, list[Named]]]:
    """Return (group, columns) of everything a rule may be about."""
    columns = edit.offered(at_hand=bool(at_hand))
    return [(group, list(of)) for group, of in groupby(columns, key=lambda one: one.group)]
