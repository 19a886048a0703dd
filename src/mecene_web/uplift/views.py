"""Uplift's pages: the campaigns that can teach, what one taught, the audience made of it."""

import contextlib
from datetime import datetime
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_POST

from mecene_web.accounts import doors
from mecene_web.design import page, words
from mecene_web.experiments import curve as pictures
from mecene_web.experiments.models import Experiment
from mecene_web.uplift import adopt, curve, learn, shown
from mecene_web.uplift.models import Aim, Study

_WRONG = (adopt.NotShown, adopt.NoShares, adopt.NoBase, adopt.NoName, learn.NotBegun)
_HUNDRED = 100


@doors.needs("see_overview")
def every(request: HttpRequest) -> HttpResponse:
    """Show the campaigns that can teach, and the audiences made of them."""
    told = {"title": words.say("uplift", "titles.all")} | shown.everything(request.user)
    return page.render(request, "uplift/all.html", told)


@doors.needs("see_overview")
def one(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """Show what a campaign taught of whom to write to."""
    held = get_object_or_404(Experiment.objects.select_related("campaign"), pk=experiment_id)
    return page.render(request, "uplift/one.html", shown.one(held, request.user))


@doors.needs("run_experiments")
@require_POST
def study(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """Have a campaign studied."""
    get_object_or_404(Experiment, pk=experiment_id)
    try:
        learn.begin(experiment_id, by=request.user, now=timezone.now())
        messages.success(request, words.say("uplift", "done.study"))
    except _WRONG as wrong:
        messages.error(request, words.say("uplift", f"wrong.{type(wrong).__name__}"))
    return redirect("uplift:one", experiment_id)


@doors.needs("run_experiments")
@require_POST
def make(request: HttpRequest, study_id: int) -> HttpResponse:
    """Make an audience of what a study says."""
    held = get_object_or_404(Study, pk=study_id)
    try:
        made = _adopted(request, held, timezone.now())
    except _WRONG as wrong:
        messages.error(request, words.say("uplift", f"wrong.{type(wrong).__name__}"))
        return redirect("uplift:one", held.experiment_id)
    messages.success(request, words.say("uplift", "done.adopt"))
    return redirect("uplift:aim", made.pk)


@doors.needs("see_overview")
def aim(request: HttpRequest, aim_id: int) -> HttpResponse:
    """Show an audience: who is in it, why, and what the policy proved to be worth since."""
    rows = Aim.objects.select_related("study__experiment", "base", "segment", "made_by")
    held = get_object_or_404(rows, pk=aim_id)
    return page.render(request, "uplift/aim.html", shown.aim(held, request.user))


@doors.needs("see_overview")
def picture(request: HttpRequest, study_id: int, kind: str) -> HttpResponse:
    """Return the curve of a study as a file: SVG, PNG or CSV."""
    held = get_object_or_404(Study.objects.select_related("experiment"), pk=study_id, state="said")
    if kind == "csv":
        header = [words.say("uplift", f"curve.{name}")
                  for name in ("share", "net", "low", "high", "line")]  # fmt: skip
        return _file(curve.table(held.told["curve"], header=header, lang=words.language()),
                     "text/csv", f"uplift-{held.pk}.csv")  # fmt: skip
    svg = render_to_string("uplift/curve.svg", shown.drawn(held) | {"alone": True})
    if kind == "svg":
        return _file(svg, "image/svg+xml", f"uplift-{held.pk}.svg")
    if kind == "png":
        return _file(pictures.png(svg), "image/png", f"uplift-{held.pk}.png")
    raise Http404


@doors.needs("run_experiments")
def model(_request: HttpRequest, study_id: int) -> HttpResponse:
    """Return the frozen model as the file it is: weights, trees and cuts, and nobody."""
    held = get_object_or_404(Study, pk=study_id, state="said")
    return _file(learn.text_of(held), "application/json", f"uplift-model-{held.pk}.json")


def _adopted(request: HttpRequest, held: Study, now: datetime) -> Aim:
    base = request.POST.get("base", "")
    wanted = adopt.Wanted(
        request.POST.get("name", ""), int(base) if base.isdecimal() else 0,
        _share(request, "never"), _share(request, "always"),
    )  # fmt: skip
    return adopt.adopt(held.pk, wanted, by=request.user, now=now, token=_token(request))


def _share(request: HttpRequest, name: str) -> float:
    """Return a percentage as a share; 0, which is refused, for what is none."""
    with contextlib.suppress(ValueError):
        return float(request.POST.get(name, "").replace(",", ".")) / _HUNDRED
    return 0.0


def _token(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("token", ""))
    except ValueError:
        return uuid4()


def _file(body: str | bytes, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(body, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
