"""Form: what a field was filled with, as it is written back."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import template

register = template.Library()


@register.filter
def at(said: Mapping[str, Any] | None, name: str) -> Any:
    """Return what stands under a name; nothing where nothing does."""
    return said.get(name, "") if said else ""


@register.filter
def written(value: Any) -> str:
    """Return a value as a person types it: a day as 01/03/2026."""
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)
