"""Overview: what the pages of journeys show."""

from typing import Any
from uuid import uuid4

from django.db.models import Count, Q

from mecene.journeys import writing
from mecene.journeys.graph import Graph
from mecene.journeys.problems import Problem
from mecene_web.design import words
from mecene_web.experiments import shown
from mecene_web.journeys import (
    choices,
    draft,
    edit,
    flow,
    following,
    form,
    judging,
    publish,
    repair,
)
from mecene_web.journeys.flow import Card, Line
from mecene_web.journeys.models import Journey, Traveller
from mecene_web.messages import overview as messages
from mecene_web.messages.models import Outgoing
from mecene_web.organisation import indexed
from mecene_web.segments import said


def everything() -> list[dict[str, Any]]:
    """Return the journeys there are, each with its people and its messages."""
    inside = Count("travellers", filter=Q(travellers__step__isnull=False))
    stuck = Count("travellers", filter=~Q(travellers__stuck="") & Q(travellers__step__isnull=False))
    reached = Count("travellers", filter=Q(travellers__outcome__startswith="goal"))
    rows = Journey.objects.exclude(state="archived").annotate(
        inside=inside, stuck=stuck, reached=reached, came=Count("travellers")
    )
    lang = words.language()
    return [{"row": row, "name": row.name(lang)} for row in rows.order_by("name_fr", "pk")]


def one(journey: Journey, *, open_: str = "", focus: str = "", wrong: str = "") -> dict[str, Any]:
    """Return what the page of a journey shows.

    Args:
        journey: Which.
        open_: Key of the step whose form is open.
        focus: Key of the step to which the keyboard goes: it is new.
        wrong: What is to be said of what was just tried.
    """
    held = draft.latest(journey)
    drawn = draft.plain(held)
    graph = writing.from_json(held.text)
    offered = choices.of(drawn)
    problems = publish.problems(graph)
    lacking = publish.lacks(graph)
    last = following.latest(journey)
    counts = people(journey)
    line, lost = flow.lay(drawn)
    seen = _Seen(drawn, offered, _by_step(problems, lacking), counts, open_, focus, graph)
    return {
        "title": journey.name(words.language()), "journey": journey, "drawn": drawn,
        "seen": held.number, "line": _shown(line, seen, f"{edit.START}|next"),
        "lost": [_card(card, seen) for card in lost],
        "problems": [_said(one) for one in problems if not one.step], "wrong": wrong,
        "steps_wrong": [(one.step, named(drawn, one.step), _said(one))
                        for one in problems if one.step],
        "lacking": [(key, named(drawn, key), _lacked(*lack))
                    for key, lack in lacking.items()],
        "publishable": not lacking and not any(one.is_error for one in problems),
        "version": last, "is_published": last is not None
        and last.fingerprint == writing.fingerprint(graph),
        "older": _older(journey, last), "kinds": choices.kinds_of_steps(),
        "kinds_of_triggers": choices.kinds_of_triggers(),
        "triggers": [_trigger(row, number, offered)
                     for number, row in enumerate(drawn.get("triggers", ()))],
        "rules": [(family, [_rule(family, row, number, offered)
                            for number, row in enumerate(drawn.get(family, ()))])
                  for family in ("goals", "exits")],
        "audience": {"text": drawn.get("audience", ""), "said": said.said(drawn["audience"])
                     if drawn.get("audience") else ""},
        "purposes": choices.purposes(), "steps": offered["steps"][1:],
        "segments": offered["segments"],
        "reentry": {"allowed": "never", "after_days": 0} | drawn.get("reentry", {}),
        "reentries": [(name, words.say("journeys", f"reentry.{name}"))
                      for name in ("never", "after_leaving", "each_event")],
        "held_out": drawn.get("held_out", True), "figures": figures(journey),
        "stuck": len(repair.stuck(journey_id=journey.pk)), "token": uuid4(),
        "judged": judging.shown(graph), "measures": offered["measures"],
        "tests": shown.of_source(f"journey:{journey.code}"),
    }  # fmt: skip


def people(journey: Journey) -> dict[str, int]:
    """Return step → people who stand there now, whatever their version."""
    # By its versions: the index of those inside is theirs.
    inside = Traveller.objects.filter(version__in=journey.versions.all(), step__isnull=False)
    return dict(inside.values_list("step").annotate(n=Count("pk")).order_by())


def figures(journey: Journey) -> dict[str, Any]:
    """Return how many came, are inside, reached a goal, left otherwise; and their messages."""
    rows = Traveller.objects.filter(journey=journey)
    told = rows.aggregate(
        came=Count("pk"), inside=Count("pk", filter=Q(step__isnull=False)),
        reached=Count("pk", filter=Q(outcome__startswith="goal")),
    )  # fmt: skip
    sent = Outgoing.objects.filter(indexed.begins("group", f"journey:{journey.code}:"))
    states = dict(sent.values_list("state").annotate(n=Count("pk")).order_by())
    left = sum(
        states.get(name, 0) for name in ("handed_over", "delivered", "bounced", "complained")
    )
    return told | {"sent": left, "waiting": states.get("queued", 0),
                   "refused": states.get("refused", 0)}  # fmt: skip


class _Seen:
    """What the cards of a drawing are shown with."""

    def __init__(
        self, drawn: dict[str, Any], offered: dict[str, Any], wrong: dict[str, list[str]],
        counts: dict[str, int], open_: str, focus: str, graph: Graph,
    ) -> None:  # fmt: skip
        self.graph = graph
        self.drawn, self.offered, self.wrong = drawn, offered, wrong
        self.counts, self.open_, self.focus = counts, open_, focus
        self.places = [(f"{key}|{by}", _place(drawn, key, by)) for key, by in flow.places(drawn)]


def _shown(line: Line, seen: _Seen, begin: str) -> dict[str, Any]:
    key, begun = begin.split("|")
    step = None if key == edit.START else edit.step(seen.drawn, key)
    return {
        "cards": [_card(card, seen) for card in line.cards], "begin": begin,
        "after": f"{choices.title(step)}, {way(step, begun)}" if step
        else words.say("journeys", "titles.start"),
        "ends": line.ends, "to": line.to,
        "to_name": choices.title(edit.step(seen.drawn, line.to)) if line.to else "",
    }  # fmt: skip


def _card(card: Card, seen: _Seen) -> dict[str, Any]:
    kind, step = card.step["do"], card.step
    if kind == "split":
        step = {**step, "judged": judging.shown(seen.graph, card.key)}
    return {
        "key": card.key, "kind": kind, "name": choices.title(dict(card.step)),
        "summary": choices.summary(dict(card.step)), "label": card.step.get("label", {}),
        "count": seen.counts.get(card.key, 0), "wrong": seen.wrong.get(card.key, ()),
        "open": card.key == seen.open_, "focus": card.key == seen.focus,
        "fields": form.fields(form.STEPS[kind], step, at="step.", choices=seen.offered,
                              place=f"step|{card.key}", says=said.said),
        "ways": [
            {"name": way(card.step, one.name),
             "line": _shown(one.line, seen, f"{card.key}|{one.name}")}
            for one in card.ways
        ],
        "places": seen.places,
        "at": "|".join(next(iter(edit.leading(seen.drawn, card.key)), ("", ""))),
    }  # fmt: skip


def way(step: Any, name: str) -> str:
    """Return a way out of a step in words."""
    family, _, number = name.partition(".")
    if family == "paths":
        return said.said(str(step["paths"][int(number) - 1]["when"]))
    if family == "arms":
        arm = step["arms"][int(number) - 1]
        return words.say("journeys", "flow.arm", name=arm["name"], weight=arm["weight"])
    return words.say("journeys", f"flow.{step['do']}_{name}")


def _place(drawn: dict[str, Any], key: str, by: str) -> str:
    if key == edit.START:
        return words.say("journeys", "flow.first")
    step = edit.step(drawn, key)
    after = words.say("journeys", "flow.after", name=choices.title(step))
    return after if len(list(edit.ways(step))) == 1 else f"{after} ({way(step, by)})"


def _trigger(row: dict[str, Any], number: int, offered: dict[str, Any]) -> dict[str, Any]:
    fields = form.fields(form.TRIGGERS[row["on"]], row, at="trigger.", choices=offered,
                         place=f"trigger|{number}", says=said.said)  # fmt: skip
    return {"kind": row["on"], "name": choices.trigger(row), "fields": fields}


def _rule(family: str, row: dict[str, Any], number: int, offered: dict[str, Any]) -> dict[str, Any]:
    fields = form.fields(form.RULE[1:], row, at="rule.", choices=offered,
                         place=f"{family}|{number}", says=said.said)  # fmt: skip
    return {"name": choices.rule(row), "fields": fields}


def _by_step(
    problems: tuple[Problem, ...], lacking: dict[str, tuple[str, str]]
) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in problems:
        if one.step:
            found.setdefault(one.step, []).append(_said(one))
    for key, lack in lacking.items():
        found.setdefault(key, []).append(_lacked(*lack))
    return found


def named(drawn: dict[str, Any], key: str) -> str:
    """Return what a step is called; its key where the drawing has none of it."""
    try:
        return choices.title(edit.step(drawn, key))
    except edit.NoSuchStep:
        return key


def _lacked(why: str, name: str) -> str:
    """Return what a step lacks, in words."""
    if why == "not_given":
        name = ", ".join(messages.called(each) or each for each in name.split(","))
    return words.say("journeys", f"lacking.{why}", name=name)


def _said(problem: Problem) -> str:
    return problem.text(lang=words.language())


def _older(journey: Journey, last: Any) -> list[dict[str, Any]]:
    """Return the earlier versions that somebody still follows."""
    rows = journey.versions.exclude(pk=last.pk if last else 0).annotate(
        n=Count("travellers", filter=Q(travellers__step__isnull=False))
    )
    return [{"version": row, "people": row.n} for row in rows.order_by("-number") if row.n]
