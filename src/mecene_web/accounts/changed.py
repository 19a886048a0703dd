"""Changed: what was before and what came after, in the reader's words."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from mecene_web.design import words
from mecene_web.design.templatetags import mecene as written

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T")


def changes(before: Any, after: Any) -> Iterator[tuple[str, str, str]]:
    """Yield (what, before, after) of each thing that differs, as a reader understands them."""
    if not isinstance(before, Mapping | None) or not isinstance(after, Mapping | None):
        yield "", _value("", before, {}), _value("", after, {})
        return
    old, new = before or {}, after or {}
    for name in old | new:
        if old.get(name) != new.get(name):
            yield (
                words.known("accounts", "changed", str(name)),
                _value(name, old.get(name), old),
                _value(name, new.get(name), new),
            )


def _value(name: str, value: Any, beside: Mapping[str, Any]) -> str:
    if value is None or value == "":
        return ""
    if name.endswith("_minor") and isinstance(value, int):
        return written.amount(value, beside.get("currency"))
    if name == "role" and isinstance(value, str):
        return words.known("accounts", "roles", value)
    if isinstance(value, bool):
        return words.known("accounts", "codes", json.dumps(value))
    if isinstance(value, str):
        return _text(value)
    return json.dumps(value, ensure_ascii=False)


def _text(value: str) -> str:
    """Return a day or a moment as people write them, a code in words; other text as it is."""
    try:
        if _DAY.fullmatch(value):
            return written.day(date.fromisoformat(value))
        if _MOMENT.match(value):
            return written.moment(datetime.fromisoformat(value))
    except ValueError:
        return value
    return words.known("accounts", "codes", value) if value.isidentifier() else value
