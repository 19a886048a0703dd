"""The page of contents: which type moves people, newcomers and long-standing donors apart."""

from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse

from mecene.experiments import measures
from mecene.experiments.measures import Measure
from mecene_web.accounts import doors
from mecene_web.design import page, words
from mecene_web.experiments import contents, measured
from mecene_web.organisation.models import Organisation

Told = dict[str, Any]
_MEASURES = ("clicks", "answers", "gifts", "unsubscribes")


@doors.needs("see_overview")
def moving(request: HttpRequest) -> HttpResponse:
    """Show which type of content moves people."""
    rows, run = contents.observed()
    told = {
        "title": words.say("experiments", "contents.title"), "as_of": run and run.as_of,
        "measures": [_measure(name, rows) for name in _MEASURES] if rows else [],
        "drawn": [_drawn(one) for one in contents.drawn()],
    }  # fmt: skip
    return page.render(request, "experiments/contents.html", told)


def _measure(name: str, rows: list[Told]) -> Told:
    some = [row for row in rows if row["measure"] == name]
    lines = []
    for kind, both in groupby(some, key=lambda row: str(row["type"])):
        sides = {row["is_new"]: row for row in both}
        lines.append({"type": words.say("experiments", f"types.{kind}"),
                      "fresh": sides.get(True), "old": sides.get(False)})  # fmt: skip
    better = min if name == "unsubscribes" else max
    return {
        "name": words.say("experiments", f"contents.{name}"), "lines": lines,
        "first": {side: _first(lines, side, better) for side in ("fresh", "old")},
    }  # fmt: skip


def _first(lines: list[Told], side: str, better: Any) -> str:
    """Return the type that stands first and apart: its interval meets no other's."""
    told = [(line["type"], line[side]) for line in lines if line[side] and line[side]["share"]]
    if len(told) < 2:
        return ""
    name, best = better(told, key=lambda one: one[1]["share"])
    apart = all(
        row is best or best["low"] > row["high"] or best["high"] < row["low"] for _, row in told
    )
    return str(name) if apart else ""


def _drawn(one: Told) -> Told:
    kind = measured.CHOICES[one["measure"]][0]
    measure, lang = Measure(one["measure"], kind, 1), words.language()
    currency = (Organisation.objects.first() or Organisation()).currency
    said = {end: measures.apart(one[end], measure, currency=currency, lang=lang)
            for end in ("estimate", "low", "high")}  # fmt: skip
    return one | {
        "label": measure.label(lang=lang), "gap": words.say("experiments", "page.gap", **said),
        "type": words.say("experiments", f"types.{one['type']}"),
        "against": words.say("experiments", f"types.{one['against']}"),
        "sure": one["low"] > 0 or one["high"] < 0,
    }  # fmt: skip
