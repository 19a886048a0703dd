"""Experiments' pages: the list, a test to plan, one test with all that is done with it."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_POST

from mecene.experiments.difference import NoVariation, TooFewDonors
from mecene.experiments.plan import InvalidPlan
from mecene.experiments.plan_text import FrozenTooLate
from mecene_web.accounts import doors
from mecene_web.design import page, words
from mecene_web.experiments import conclude, curve, form, freeze, planner, prepare, shown
from mecene_web.experiments.models import Experiment
from mecene_web.messages import campaigns
from mecene_web.messages.models import Campaign
from mecene_web.tasks import ask

_WRONG = (
    prepare.NothingCompared, prepare.NoReason, prepare.TooLate, campaigns.NothingToSend,
    freeze.NotADraft, FrozenTooLate, conclude.NotNow, conclude.NotRead, conclude.MisRandomised,
    conclude.NoSuchArm, conclude.NobodyLeft,
)  # fmt: skip


@doors.needs("see_overview")
def every(request: HttpRequest) -> HttpResponse:
    """Show the experiments there are."""
    told = {"title": words.say("experiments", "titles.all")} | shown.everything(request.user)
    return page.render(request, "experiments/all.html", told)


@doors.needs("see_overview")
def one(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """Show an experiment: its plan, what it says, and what to do with it."""
    held = get_object_or_404(Experiment.objects.select_related("campaign"), pk=experiment_id)
    return page.render(request, "experiments/one.html", shown.one(held, request.user))


@doors.needs("run_experiments")
def new(request: HttpRequest) -> HttpResponse:
    """Plan a test, and the campaign it is of."""
    return _planned(request, None)


@doors.needs("run_experiments")
def of_campaign(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Plan the test of a campaign that waits."""
    return _planned(request, get_object_or_404(Campaign, pk=campaign_id))


@doors.needs("run_experiments")
def size(request: HttpRequest) -> HttpResponse:
    """Show what a test asks for, and what the people there are could show."""
    found, why = None, ""
    try:
        found = form.size(request.GET, now=timezone.now(), audience=_audience(request))
    except form.Unusable:
        why = "unfilled"
    except (planner.NoPast, TooFewDonors, NoVariation) as no:
        why = type(no).__name__
    told = {"size": found, "measure": request.GET.get("measure", ""),
            "why": words.say("experiments", f"size.{why}") if why else ""}  # fmt: skip
    return page.render(request, "experiments/size.html", told | shown.sized(found, request.GET))


@doors.needs("run_experiments")
@require_POST
def act(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """Freeze a plan, have it read, stop, conclude, or roll out what stays."""
    get_object_or_404(Experiment, pk=experiment_id)
    do, now = request.POST.get("do", ""), timezone.now()
    try:
        where = _done(request, do, experiment_id, now)
        messages.success(request, words.say("experiments", f"done.{do}"))
        return where or redirect("experiments:one", experiment_id)
    except _WRONG as wrong:
        messages.error(request, words.say("experiments", f"wrong.{type(wrong).__name__}"))
    return redirect("experiments:one", experiment_id)


@doors.needs("see_overview")
def picture(request: HttpRequest, experiment_id: int, place: int, kind: str) -> HttpResponse:
    """Return the curve of an arm as a file: SVG, PNG or CSV."""
    held = get_object_or_404(Experiment, pk=experiment_id)
    told = shown.drawn(held, place)
    if told is None:
        raise Http404
    if kind == "csv":
        header = [words.say("experiments", f"curve.{name}")
                  for name in ("day", "estimate", "low", "high")]  # fmt: skip
        return _file(curve.table(told["points"], header=header, lang=words.language()), "text/csv",
                     f"experiment-{held.pk}.csv")  # fmt: skip
    svg = render_to_string("experiments/curve.svg", told)
    if kind == "svg":
        return _file(svg, "image/svg+xml", f"experiment-{held.pk}.svg")
    return _file(curve.png(svg), "image/png", f"experiment-{held.pk}.png")


@doors.needs("see_overview")
def method(request: HttpRequest) -> HttpResponse:
    """Say how tests are drawn, counted and read."""
    return page.render(request, "experiments/method.html",
                       {"title": words.say("experiments", "titles.method")})  # fmt: skip


def _planned(request: HttpRequest, campaign: Campaign | None) -> HttpResponse:
    wrong = ""
    if request.method == "POST":
        try:
            return redirect("experiments:one", _prepared(request, campaign).pk)
        except form.Unusable as field:
            wrong = words.say("experiments", f"mistakes.{field.field}")
        except InvalidPlan as no:
            wrong = no.text(lang=words.language())
        except _WRONG as no:
            wrong = words.say("experiments", f"wrong.{type(no).__name__}")
    told = {"title": words.say("experiments", "titles.new"), "token": uuid4(), "wrong": wrong}
    return page.render(request, "experiments/new.html",
                       told | shown.new(posted=request.POST, campaign=campaign),
                       status=422 if wrong else 200)  # fmt: skip


def _prepared(request: HttpRequest, campaign: Campaign | None) -> Experiment:
    now = timezone.now()
    sent = form.read(request.POST, now=now, audience=campaign.audience if campaign else "")
    if campaign is not None:
        return prepare.beside(campaign.pk, sent.wanted, population=sent.population,
                              by=request.user, now=now)  # fmt: skip
    return prepare.prepare(
        sent.wanted, audience=sent.audience, population=sent.population, due_at=sent.due_at,
        by=request.user, now=now, token=_token(request), cost_each_minor=sent.cost_each_minor,
    )  # fmt: skip


def _done(request: HttpRequest, do: str, number: int, now: datetime) -> HttpResponse | None:
    by: Any = request.user
    match do:
        case "freeze":
            freeze.freeze(number, by=by, now=now)
        case "read":
            ask.ask("experiments.read", now=now, subject_id=number)
        case "stop":
            conclude.stop(number, by=by, now=now)
        case "conclude":
            conclude.conclude(number, keep=request.POST.get("keep", ""),
                              why=request.POST.get("why", ""), by=by, now=now)  # fmt: skip
        case "roll_out":
            conclude.roll_out(number, by=by, now=now, token=_token(request))
        case _:
            raise Http404
    return None


def _audience(request: HttpRequest) -> str:
    asked = request.GET.get("campaign", "")
    held = Campaign.objects.filter(pk=int(asked) if asked.isdecimal() else 0).first()
    return held.audience if held else ""


def _token(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("token", ""))
    except ValueError:
        return uuid4()


def _file(body: str | bytes, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(body, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
