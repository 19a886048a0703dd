"""The caller's page: whom to call, and what came of it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from mecene_web.accounts import doors
from mecene_web.design import page, words
from mecene_web.donors import to_do
from mecene_web.overview import calls as calling


@doors.needs("see_own_list")
def calls(request: HttpRequest) -> HttpResponse:
    """Show whom this colleague is to call today."""
    found = calling.waiting(request.user, today=timezone.localdate())  # type: ignore[arg-type]
    told = {"title": words.say("overview", "calls.title"), "calls": found,
            "outcomes": calling.OUTCOMES}  # fmt: skip
    return page.render(request, "overview/calls.html", told)


@doors.needs("see_own_list")
@require_POST
def result(request: HttpRequest, task_id: int) -> HttpResponse:
    """Write down what came of a call."""
    try:
        outcome = calling.result(task_id, request.POST, by=request.user, now=timezone.now())  # type: ignore[arg-type]
        messages.success(request, words.say("overview", f"calls.said_{outcome}"))
    except calling.NoDay:
        messages.error(request, words.say("overview", "calls.no_day"))
    except to_do.NothingToDo:
        messages.error(request, words.say("overview", "calls.no_outcome"))
    except to_do.DoneAlready:
        messages.info(request, words.say("overview", "calls.done_already"))
    return redirect("overview:calls")
