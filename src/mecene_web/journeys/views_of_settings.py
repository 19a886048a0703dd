"""Pages of what journeys need around them: programs to tell, the hold-out; and of rehearsals."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from mecene.journeys.publishing import InvalidGraph
from mecene_web.accounts import doors
from mecene_web.design import page, words
from mecene_web.experiments import conclude
from mecene_web.experiments.models import Experiment
from mecene_web.journeys import judging, regulate, rehearse, roll_out
from mecene_web.journeys.models import Journey


@doors.needs("manage_settings")
def settings(request: HttpRequest) -> HttpResponse:
    """Show the programs that journeys may tell and the hold-out; on POST, change one of them."""
    if request.method == "POST":
        try:
            regulate.regulate(request.POST, by=request.user, now=timezone.now())
            messages.success(request, words.say("journeys", "done.settings"))
            return redirect("journeys:settings")
        except regulate.Unusable as wrong:
            messages.error(request, words.say("journeys", f"mistakes.{wrong.field}"))
    told = {"title": words.say("journeys", "titles.settings")} | regulate.settings()
    return page.render(request, "journeys/settings.html", told)


@doors.needs("send_messages")
def rehearsals(request: HttpRequest, journey_id: int) -> HttpResponse:
    """Show the rehearsals of a journey; on POST, ask for one of what is drawn now."""
    journey = get_object_or_404(Journey, pk=journey_id)
    if request.method == "POST":
        try:
            rehearse.ask(journey_id, by=request.user, now=timezone.now())
            messages.success(request, words.say("journeys", "done.rehearsing"))
        except InvalidGraph as wrong:
            messages.error(request, wrong.problems[0].text(lang=words.language()))
        return redirect("journeys:rehearsals", journey_id)
    told = {"title": words.say("journeys", "titles.rehearsal", name=journey.name(words.language())),
            "journey": journey} | rehearse.shown(journey)  # fmt: skip
    part = "rehearsal" if request.htmx else "rehearsals"  # type: ignore[attr-defined]
    return page.render(request, f"journeys/{part}.html", told)


@doors.needs("send_messages")
def judged(request: HttpRequest, journey_id: int) -> HttpResponse:
    """Say how many people a measure asks for, and how long they take to come."""
    journey = get_object_or_404(Journey, pk=journey_id)
    told = judging.sized(journey, request.GET, now=timezone.now())
    return page.render(request, "journeys/judged_size.html", told)


@doors.needs("send_messages")
@require_POST
def rolled_out(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """Draw a journey again with nothing left of a split but the arm that won."""
    get_object_or_404(Experiment, pk=experiment_id)
    try:
        journey = roll_out.roll_out(experiment_id, by=request.user, now=timezone.now())
    except (conclude.NotNow, roll_out.NotASplit) as wrong:
        messages.error(request, words.say("journeys", f"wrong.{type(wrong).__name__}"))
        return redirect("experiments:one", experiment_id)
    messages.success(request, words.say("journeys", "done.rolled_out"))
    return redirect("journeys:one", journey.pk)
