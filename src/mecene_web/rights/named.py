"""Named: the words by which somebody is known, and where free text says them."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models
from django.db.models import Q

from mecene_web.donors.models import Donor, Record
from mecene_web.rights import holdings

_STRUCK = "[…]"
_SHORTEST = 5


def words(people: Sequence[int]) -> list[str]:
    """Return the e-mail addresses, telephone numbers and full names of donors, the longest first.

    A first or last name alone is not among them: too many others bear it.
    """
    told: set[str] = set()
    for model, key in ((Record, "donor_id__in"), (Donor, "pk__in")):
        found = model._default_manager.filter(**{key: people}).values_list(
            "email", "phone", "first_name", "last_name", "organisation_name", "address"
        )
        for email, phone, first, last, body, address in found:
            told |= {email, body, address, *_phones(phone)} - {None}
            if first and last:
                told |= {f"{first} {last}", f"{last} {first}"}
    full = Record.objects.filter(donor_id__in=people).values_list("full_name", flat=True)
    told |= {name for name in full if name and " " in name}
    return sorted((word for word in told if len(word) >= _SHORTEST), key=len, reverse=True)


def strike(said: Iterable[str]) -> int:
    """Take somebody's words out of the free text of all others; return how many rows changed."""
    pattern = _pattern(said)
    if pattern is None:
        return 0
    changed = 0
    for model, fields in holdings.worded(holdings.STRUCK):
        for row in _suspects(model, fields, said):
            new = {name: _without(getattr(row, name), pattern) for name in fields}
            if new != {name: getattr(row, name) for name in fields}:
                holdings.rows(model).filter(pk=row.pk).update(**new)
                changed += 1
    for model, fields in holdings.worded(holdings.TRANSIENT):
        going = [row.pk for row in _suspects(model, fields, said)
                 if any(pattern.search(_text(getattr(row, name))) for name in fields)]  # fmt: skip
        changed += len(going)
        holdings.rows(model).filter(pk__in=going).delete()
    return changed


def _suspects(
    model: type[models.Model], fields: Sequence[str], said: Iterable[str]
) -> Iterable[Any]:
    """Return the rows that may say it; the database looks where it can, we read the others."""
    plain = [
        name for name in fields
        if isinstance(model._meta.get_field(name), models.TextField | models.CharField)
    ]  # fmt: skip
    rows = holdings.rows(model)
    if len(plain) < len(fields):
        return rows.iterator(chunk_size=500)
    asked = Q()
    for name in plain:
        for word in said:
            asked |= Q(**{f"{name}__icontains": word})
    return rows.filter(asked)


def _pattern(said: Iterable[str]) -> re.Pattern[str] | None:
    escaped = [re.escape(word) for word in said]
    return re.compile("|".join(escaped), re.IGNORECASE) if escaped else None


def _without(value: Any, pattern: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return pattern.sub(_STRUCK, value)
    if isinstance(value, dict):
        return {_without(key, pattern): _without(one, pattern) for key, one in value.items()}
    if isinstance(value, list):
        return [_without(one, pattern) for one in value]
    return value


def _text(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode(errors="replace")
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _phones(phone: str | None) -> set[str]:
    if not phone:
        return set()
    national = f"0{phone[3:]}" if phone.startswith("+33") else phone
    pairs = " ".join(national[i : i + 2] for i in range(0, len(national), 2))
    return {phone, national, pairs}
