"""The page of a campaign's key figures: one measure at a time, by group and night after night."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string

from mecene import money
from mecene.experiments import measures
from mecene.experiments.measures import Measure
from mecene_web.accounts import doors
from mecene_web.design import page, words
from mecene_web.experiments import curve, kpis
from mecene_web.experiments.models import Experiment, Reading

Told = dict[str, Any]


@doors.needs("see_overview")
def figures(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """Show a measure of a test in each group, over time, and what a euro cost in each."""
    held = get_object_or_404(Experiment, pk=experiment_id)
    return page.render(request, "experiments/kpis.html",
                       _shown(held, str(request.GET.get("measure", ""))))  # fmt: skip


@doors.needs("see_overview")
def picture(_request: HttpRequest, experiment_id: int, measure: str, kind: str) -> HttpResponse:
    """Return what a measure differed by night after night, as a file: SVG, PNG or CSV."""
    held = get_object_or_404(Experiment, pk=experiment_id)
    readings = list(held.readings.order_by("as_of"))
    row = _row(readings[-1], measure) if readings else None
    told = kpis.points(readings, name=measure)
    if row is None or row["name"] != measure or len(told) < 2:
        raise Http404
    if kind == "csv":
        header = [words.say("experiments", f"curve.{name}")
                  for name in ("day", "estimate", "low", "high")]  # fmt: skip
        body: str | bytes = curve.table(told, header=header, lang=words.language())
        return _file(body, "text/csv", f"{measure}-{held.pk}.csv")
    alone = {"alone": True, "title": held.title}
    svg = render_to_string("experiments/curve.svg", _drawn(row, readings) | alone)
    if kind == "svg":
        return _file(svg, "image/svg+xml", f"{measure}-{held.pk}.svg")
    if kind == "png":
        return _file(curve.png(svg), "image/png", f"{measure}-{held.pk}.png")
    raise Http404


def _shown(held: Experiment, asked: str) -> Told:
    readings = list(held.readings.order_by("as_of"))
    last = readings[-1] if readings else None
    row = _row(last, asked) if last else None
    told: Told = {"title": words.say("experiments", "kpis.title", name=held.title), "held": held,
                  "last": last, "row": None}  # fmt: skip
    if last is None or row is None:
        return told
    measure, currency = _measure(row), last.metrics["currency"]
    found = kpis.points(readings, name=row["name"])
    return told | {
        "row": row, "label": _label(row), "currency": currency,
        "measures": [(one["name"], _label(one)) for one in last.metrics["kpis"]],
        "arms": [one["arm"] for one in row["groups"][0]["levels"]],
        "control": row["against"],
        "groups": [_group(one, measure, currency) for one in row["groups"]],
        "costs": [_cost(one, currency) for one in last.metrics.get("group_costs", ())],
        "drawn": _drawn(row, readings) if len(found) > 1 else None,
    }  # fmt: skip


def _row(last: Reading, asked: str) -> Told | None:
    """Return the measure asked, or the first there is; None of a reading made before there were."""
    rows: list[Told] = last.metrics.get("kpis", [])
    return next((row for row in rows if row["name"] == asked), rows[0] if rows else None)


def _measure(row: Told) -> Measure:
    return Measure(row["name"], row["kind"], row["days"], better=row["better"])


def _label(row: Told) -> str:
    said = _measure(row).label(lang=words.language())
    return f"{said[:1].upper()}{said[1:]}"


def _group(row: Told, measure: Measure, currency: str) -> Told:
    lang, found, gap = words.language(), row["difference"], ""
    if found:
        said = {end: measures.apart(found[end], measure, currency=currency, lang=lang)
                for end in ("estimate", "low", "high")}  # fmt: skip
        gap = words.say("experiments", "page.gap", **said)
    levels = [
        "–" if one["level"] is None
        else measures.written(one["level"], measure, currency=currency, lang=lang)
        for one in row["levels"]
    ]  # fmt: skip
    because = words.say("experiments", f"why.{row['why']}") if row["why"] else ""
    return row | {"said": levels, "gap": gap, "because": because}


def _cost(row: Told, currency: str) -> Told:
    said = ""
    if row["per_euro"] is not None:
        said = money.text(100 * row["per_euro"], currency=currency, lang=words.language())
    return row | {"said": said}


def _drawn(row: Told, readings: list[Reading]) -> Told:
    told = kpis.points(readings, name=row["name"])
    picture_ = curve.drawn(told, measure=_measure(row), lang=words.language(),
                           currency=readings[-1].metrics["currency"])  # fmt: skip
    return {
        "curve": picture_,
        "label": words.say("experiments", "kpis.picture", measure=_label(row)),
    }


def _file(body: str | bytes, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(body, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
