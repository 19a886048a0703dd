"""Drawing: what a button of the editor does to a journey as drawn."""

from collections.abc import Callable, Mapping
from typing import Any

from mecene_web.journeys import edit, form
from mecene_web.journeys.edit import Drawn, NoSuchStep

_RULES = ("exits", "goals")
_REENTRIES = ("never", "after_leaving", "each_event")
_LONGEST = 2_000


def done(drawn: Mapping[str, Any], posted: Mapping[str, Any]) -> tuple[Drawn, str]:
    """Return a drawing after a button, and the key of the step that is open now.

    Args:
        drawn: The drawing.
        posted: What was sent; ``do`` is ``verb`` or ``verb:what``.

    Raises:
        NoSuchStep: the button is of a page drawn before, or of no page.
        TooManySteps: there are enough of them.
    """
    verb, _, what = str(posted.get("do", "")).partition(":")
    if verb not in _VERBS:
        raise NoSuchStep(verb)
    return _VERBS[verb](drawn, what, posted)


def _saved(drawn: Mapping[str, Any], key: str, posted: Mapping[str, Any]) -> tuple[Drawn, str]:
    held = edit.step(drawn, key)
    kind = held["do"]
    empty = {
        name: "" if isinstance(value, str) else [] if isinstance(value, list) else value
        for name, value in edit.NEW[kind].items()
    }
    usual = {"at": "10:00", "batch": "letters", "event": "click"}
    said = empty | {name: value for name, value in usual.items() if name in empty}
    said |= form.read(form.STEPS[kind], posted, at="step.")
    if label := _label(posted):
        said["label"] = label
    if "experiment" in held:
        said["experiment"] = held["experiment"]
    made = edit.replaced(drawn, key, said)
    new = form.key(str(posted.get("step.key", ""))) or key
    taken = {one["key"] for one in made["steps"]}
    if new != key and new not in taken:
        return edit.rename(made, key, new), new
    return made, key


def _added(drawn: Mapping[str, Any], what: str, posted: Mapping[str, Any]) -> tuple[Drawn, str]:
    after, _, way = what.partition("|")
    return edit.add(drawn, str(posted.get("kind", "")), after=after, way=way or "next")


def _placed(drawn: Mapping[str, Any], key: str, posted: Mapping[str, Any]) -> tuple[Drawn, str]:
    after, _, way = str(posted.get("place", "")).partition("|")
    return edit.move(drawn, key, after=after, way=way or "next"), key


def _whole(drawn: Mapping[str, Any], _what: str, posted: Mapping[str, Any]) -> tuple[Drawn, str]:
    """Say what the journey is for, whom it is for, and whether they may come again."""
    made: Drawn = dict(drawn)
    made["purpose"] = str(posted.get("purpose", "")) or drawn["purpose"]
    made["start"] = str(posted.get("start", "")) or drawn["start"]
    made.pop("audience", None)
    if audience := str(posted.get("audience", "")).strip()[:_LONGEST]:
        made["audience"] = audience
    again = str(posted.get("reentry", ""))
    days = str(posted.get("after_days", ""))
    made["reentry"] = {
        "allowed": again if again in _REENTRIES else "never",
        "after_days": int(days) if days.isdecimal() and len(days) < 6 else 0,
    }
    made["held_out"] = "held_out" in posted
    return made, ""


def _trigger(drawn: Mapping[str, Any], what: str, posted: Mapping[str, Any]) -> tuple[Drawn, str]:
    place, _, verb = what.partition("|")
    rows = [dict(one) for one in drawn.get("triggers", ())]
    if verb == "add":
        kind = str(posted.get("kind", ""))
        if kind not in edit.TRIGGERS:
            raise NoSuchStep(kind)
        return {**drawn, "triggers": [*rows, {"on": kind, **edit.TRIGGERS[kind]}]}, ""
    number = _number(place, len(rows))
    if verb == "remove":
        return {**drawn, "triggers": rows[:number] + rows[number + 1 :]}, ""
    kind = rows[number]["on"]
    usual = {name: value for name, value in edit.TRIGGERS[kind].items() if name != "classes"}
    rows[number] = {"on": kind, **usual, **form.read(form.TRIGGERS[kind], posted, at="trigger.")}
    return {**drawn, "triggers": rows}, ""


def _rule(drawn: Mapping[str, Any], what: str, posted: Mapping[str, Any]) -> tuple[Drawn, str]:
    family, place, verb = (*what.split("|"), "", "")[:3]
    if family not in _RULES:
        raise NoSuchStep(family)
    rows = [dict(one) for one in drawn.get(family, ())]
    if verb == "add":
        taken = {one["key"] for one in rows}
        key = next(f"{family[:-1]}{n}" for n in range(1, len(rows) + 2)
                   if f"{family[:-1]}{n}" not in taken)  # fmt: skip
        return {**drawn, family: [*rows, {"key": key, "event": "gift_received"}]}, ""
    number = _number(place, len(rows))
    if verb == "remove":
        return {**drawn, family: rows[:number] + rows[number + 1 :]}, ""
    rows[number] = {"key": rows[number]["key"]} | form.read(form.RULE, posted, at="rule.")
    return {**drawn, family: rows}, ""


def _label(posted: Mapping[str, Any]) -> dict[str, str]:
    told = {lang: str(posted.get(f"step.label_{lang}", "")).replace("\0", "").strip()[:200]
            for lang in ("fr", "en")}  # fmt: skip
    either = told["fr"] or told["en"]
    return {lang: said or either for lang, said in told.items()} if either else {}


def _number(text: str, rows: int) -> int:
    if not text.isdecimal() or not 0 <= int(text) < rows:
        raise NoSuchStep(text)
    return int(text)


_Does = Callable[[Mapping[str, Any], str, Mapping[str, Any]], tuple[Drawn, str]]
_VERBS: dict[str, _Does] = {
    "save": _saved,
    "add": _added,
    "place": _placed,
    "up": lambda drawn, key, _: (edit.up(drawn, key), key),
    "down": lambda drawn, key, _: (edit.down(drawn, key), key),
    "copy": lambda drawn, key, _: edit.duplicate(drawn, key),
    "remove": lambda drawn, key, _: (edit.remove(drawn, key), ""),
    "whole": _whole,
    "trigger": _trigger,
    "rule": _rule,
}
