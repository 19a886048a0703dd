"""Drawing: what a button of the editor does to a journey as drawn."""

from collections.abc import Callable, Mapping
from typing import Any

from mecene_web.journeys import edit, form, judging
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


def condition(posted: Mapping[str, Any], open_: str) -> str:
    """Return the place of the condition that a button asks to build; nothing for other buttons.

    Args:
        posted: What was sent.
        open_: The key of the step at hand: it may just have been given another.
    """
    verb, _, at = str(posted.get("do", "")).partition(":")
    if verb != "condition":
        return ""
    family, *rest = at.split("|")
    return "|".join((family, open_, *rest[1:])) if family == "step" else at


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
    said |= {name: held[name] for name in ("experiment", "judged") if name in held}
    made = judging.kept(edit.replaced(drawn, key, said), posted, key=key)
    new = form.key(str(posted.get("step.key", ""))) or key
    taken = {one["key"] for one in made["steps"]}
    if new != key and new not in taken:
        return edit.rename(made, key, new), new
    return made, key


def _added(drawn: Mapping[str, Any], what: str, posted: Mapping[str, Any]) -> tuple[Drawn, str]:
    after, way, kind = (*what.split("|"), "", "")[:3]
    kind = kind or str(posted.get("kind", ""))
    return edit.add(drawn, kind, after=after, way=way or "next")


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
    if verb.startswith("add"):
        kind = verb.partition(":")[2] or str(posted.get("kind", ""))
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


def _wider(drawn: Mapping[str, Any], key: str, posted: Mapping[str, Any]) -> tuple[Drawn, str]:
    """Keep what was typed, and add a way."""
    made, key = _saved(drawn, key, posted)
    return edit.widened(made, key), key


def _narrower(drawn: Mapping[str, Any], what: str, posted: Mapping[str, Any]) -> tuple[Drawn, str]:
    key, _, number = what.partition("|")
    made, key = _saved(drawn, key, posted)
    return edit.narrowed(made, key, int(number) if number.isdecimal() else 0), key


def _conditioned(drawn: Mapping[str, Any], at: str, posted: Mapping[str, Any]) -> tuple[Drawn, str]:
    """Keep what was typed around a condition, which is then built on a page of its own."""
    family, _, rest = at.partition("|")
    place = rest.partition("|")[0]
    if family == "step":
        return _saved(drawn, place, posted)
    if family == "trigger":
        return _trigger(drawn, f"{place}|save", posted)
    if family == "audience":
        return _whole(drawn, "", posted)
    return _rule(drawn, f"{family}|{place}|save", posted)


_Does = Callable[[Mapping[str, Any], str, Mapping[str, Any]], tuple[Drawn, str]]
_VERBS: dict[str, _Does] = {
    "save": _saved,
    "add": _added,
    "place": _placed,
    "up": lambda drawn, key, _: (edit.up(drawn, key), key),
    "down": lambda drawn, key, _: (edit.down(drawn, key), key),
    "copy": lambda drawn, key, _: edit.duplicate(drawn, key),
    "remove": lambda drawn, key, _: (edit.remove(drawn, key), ""),
    "more": _wider,
    "less": _narrower,
    "condition": _conditioned,
    "whole": _whole,
    "judged": lambda drawn, _, posted: (judging.kept(drawn, posted), ""),
    "trigger": _trigger,
    "rule": _rule,
}
