"""Changing: what the forms about people say: whom to let in, and where those on a step go."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from mecene_web.journeys import choices, following, move
from mecene_web.journeys.models import Version
from mecene_web.segments.models import Membership, Segment

OUT = "."


class NobodyChosen(ValueError):
    """Neither a donor's number nor a segment was given."""


def chosen(posted: Mapping[str, Any]) -> Sequence[int]:
    """Return the donors that a form names: one by number, or those of a segment now.

    Raises:
        NobodyChosen: it names none.
    """
    number, code = str(posted.get("donor", "")).strip(), str(posted.get("segment", ""))
    if number.isdecimal() and len(number) < 16:
        return [int(number)]
    segment = Segment.objects.filter(code=code, archived_at=None).first()
    if segment is None:
        raise NobodyChosen(code)
    held = Membership.objects.filter(segment=segment).order_by("donor_id")
    return list(held.values_list("donor_id", flat=True))


def previewed(old: Version, posted: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what moving those inside a version to the last would do, as chosen or as suggested."""
    new = following.latest(old.journey) or old
    before, after = following.of(old, said={}), following.of(new, said={})
    mapping: dict[str, str | None] = dict(move.moving.suggested(before, after))
    if posted is not None:
        mapping = {
            step: None if said == OUT else said
            for step in before.steps
            if (said := str(posted.get(f"to.{step}", "")))
        }
    return {
        "old": old, "new": new, "journey": old.journey, "mapping": mapping, "out": OUT,
        "rows": [_row(row, old) for row in move.preview(old, new, mapping=mapping)],
        "steps": _titles(new).items(),
    }  # fmt: skip


def _row(row: Any, old: Version) -> dict[str, Any]:
    return {"row": row, "name": _titles(old).get(row.step, row.step),
            "to": OUT if row.placed and row.to is None else row.to or ""}  # fmt: skip


def _titles(version: Version) -> dict[str, str]:
    drawn = json.loads(version.text)
    return {one["key"]: choices.title(one) for one in drawn["steps"]}
