"""Fields: a draft as the fields of a form, and the changes that its buttons ask for.

A field is named for what it holds and where it stands: ``sign.0.2`` is the sign of the third part
of the outermost group, which stands at ``0``.
"""

from collections.abc import Mapping

from mecene.conditions.asked import SIGNATURES
from mecene_web.segments import draft
from mecene_web.segments.draft import DraftGroup, DraftRule

_LONGEST = 1_000


def read(told: Mapping[str, str]) -> DraftGroup:
    """Return the draft that a form holds, unfinished or strange as it may be."""
    group = _group(told, "0", 1)
    return group if isinstance(group, DraftGroup) else DraftGroup()


def changed(group: DraftGroup, action: str) -> DraftGroup:
    """Return the draft after a button: ``rule 0``, ``group 0.1``, ``remove 0.1``, ``add COLUMN``.

    A button of another page, or of none, changes nothing.
    """
    verb, _, what = action.partition(" ")
    if verb == "add":
        kind = draft.kind_of(what)
        if kind and len(group.parts) < draft.MOST_PARTS:
            group.parts.append(DraftRule(what, draft.SIGNS[kind][0]))
        return group
    way = [int(step) for step in what.split(".") if step.isdecimal() and len(step) < 4][1:]
    if verb == "remove" and way:
        holder = _at(group, way[:-1])
        if holder is not None and way[-1] < len(holder.parts):
            holder.parts.pop(way[-1])
    elif verb in ("rule", "group"):
        holder = _at(group, way)
        if holder is not None and len(holder.parts) < draft.MOST_PARTS:
            other = "or" if holder.joint == "and" else "and"
            fresh = DraftRule() if verb == "rule" else DraftGroup(other, parts=[DraftRule()])
            if verb == "rule" or len(way) + 1 < draft.DEEPEST:
                holder.parts.append(fresh)
    return group


def _at(group: DraftGroup, way: list[int]) -> DraftGroup | None:
    for step in way:
        part = group.parts[step] if step < len(group.parts) else None
        if not isinstance(part, DraftGroup):
            return None
        group = part
    return group


def _group(told: Mapping[str, str], place: str, depth: int) -> DraftGroup | DraftRule | None:
    if f"joint.{place}" in told and depth <= draft.DEEPEST:
        parts = []
        for number in range(draft.MOST_PARTS):
            part = _group(told, f"{place}.{number}", depth + 1)
            if part is not None:
                parts.append(part)
        joint = "or" if told[f"joint.{place}"] == "or" else "and"
        return DraftGroup(joint, f"not.{place}" in told, parts)
    if f"name.{place}" in told:
        return _rule(told, place)
    return None


def _rule(told: Mapping[str, str], place: str) -> DraftRule:
    def typed(what: str) -> str:
        return told.get(f"{what}.{place}", "")[:_LONGEST]

    name = typed("name")
    kind = draft.kind_of(name)
    sign = typed("sign")
    if kind and sign not in draft.SIGNS[kind]:
        sign = draft.SIGNS[kind][0]
    arguments = SIGNATURES[name].arguments if name in SIGNATURES else ()
    said = {argument.name: typed(argument.name) for argument in arguments}
    negated = f"not.{place}" in told
    return DraftRule(name, sign, typed("value"), typed("until"), negated, said)
