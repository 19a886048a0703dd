"""Journeys' pages: the list, a journey as drawn, its publication and its pauses."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from mecene.journeys.publishing import InvalidGraph
from mecene.journeys.ready import NoSuchJourney
from mecene.journeys.writing import UnreadableGraph
from mecene_web.accounts import doors
from mecene_web.design import page, words
from mecene_web.experiments.declare import NoCap
from mecene_web.journeys import copy, draft, drawing, edit, overview, pause, publish
from mecene_web.journeys.models import Journey
from mecene_web.messages.views import token

_STATES = {"pause": pause.pause, "resume": pause.resume, "archive": pause.archive}
_REFUSED = (
    edit.NoSuchStep, edit.TooManySteps, draft.Overtaken, draft.NothingToUndo, UnreadableGraph,
)  # fmt: skip


@doors.needs("send_messages")
def every(request: HttpRequest) -> HttpResponse:
    """Show the journeys, with their people, and those that come ready-made."""
    told = {"title": words.say("journeys", "titles.all"), "journeys": overview.everything(),
            "offered": copy.offered(lang=words.language()),
            "may_set": request.user.may("manage_settings")}  # fmt: skip
    return page.render(request, "journeys/all.html", told)


@doors.needs("send_messages")
@require_POST
def new(request: HttpRequest) -> HttpResponse:
    """Begin a journey of one's own."""
    name = request.POST.get("name", "")
    try:
        made = draft.begin(name, request.POST.get("name_en", ""), by=request.user,
                           now=timezone.now(), token=token(request))  # fmt: skip
    except draft.NoName:
        messages.error(request, words.say("journeys", "wrong.NoName"))
        return redirect("journeys:all")
    return redirect("journeys:one", made.pk)


@doors.needs("send_messages")
@require_POST
def copied(request: HttpRequest, code: str) -> HttpResponse:
    """Make a ready-made journey one's own."""
    try:
        made = copy.copy(code, by=request.user, now=timezone.now(), token=token(request))
    except NoSuchJourney:
        messages.error(request, words.say("journeys", "wrong.NoSuchJourney"))
        return redirect("journeys:all")
    messages.success(request, words.say("journeys", "done.copied"))
    return redirect("journeys:one", made.pk)


@doors.needs("send_messages")
def one(request: HttpRequest, journey_id: int) -> HttpResponse:
    """Show a journey: how it is drawn, and how many people stand at each step."""
    journey = get_object_or_404(Journey, pk=journey_id)
    asked = request.GET.get("open", "")
    told = overview.one(journey, open_=asked, focus=asked)
    told["may_see"] = request.user.may("see_donors")
    return page.render(request, "journeys/one.html", told)


@doors.needs("send_messages")
@require_POST
def draw(request: HttpRequest, journey_id: int) -> HttpResponse:
    """Draw a journey otherwise, by one of the editor's buttons."""
    journey = get_object_or_404(Journey, pk=journey_id)
    wrong, open_ = "", ""
    there = edit.keys(draft.plain(draft.latest(journey)))
    try:
        open_ = _drawn(request, journey)
    except _REFUSED as no:
        wrong = (no.message(lang=words.language()) if isinstance(no, UnreadableGraph)
                 else words.say("journeys", f"wrong.{type(no).__name__}"))  # fmt: skip
    if not wrong and (at := drawing.condition(request.POST, open_)):
        return _elsewhere(request, f"/journeys/{journey_id}/condition/?{urlencode({'at': at})}")
    if request.htmx:  # type: ignore[attr-defined]
        focus = "" if open_ in there else open_
        told = overview.one(journey, open_=open_, focus=focus, wrong=wrong)
        told["may_see"] = request.user.may("see_donors")
        return page.render(request, "journeys/drawn.html", told)
    if wrong:
        messages.error(request, wrong)
    return redirect(f"/journeys/{journey_id}/?open={open_}#step-{open_}")


@doors.needs("send_messages")
@require_POST
def published(request: HttpRequest, journey_id: int) -> HttpResponse:
    """Publish a journey: what is drawn is what people follow from now on."""
    get_object_or_404(Journey, pk=journey_id)
    try:
        made = publish.publish(journey_id, by=request.user, now=timezone.now())
        messages.success(request, words.say("journeys", "done.published", number=made.number))
    except InvalidGraph as wrong:
        for problem in wrong.problems[:5]:
            messages.error(request, problem.text(lang=words.language()))
    except (publish.Lacking, NoCap) as wrong:
        messages.error(request, words.say("journeys", f"wrong.{type(wrong).__name__}"))
    return redirect("journeys:one", journey_id)


@doors.needs("send_messages")
@require_POST
def state(request: HttpRequest, journey_id: int) -> HttpResponse:
    """Pause a journey, go on with it, or put it away."""
    get_object_or_404(Journey, pk=journey_id)
    verb = request.POST.get("do", "")
    try:
        _STATES[verb](journey_id, by=request.user, now=timezone.now())
        messages.success(request, words.say("journeys", f"done.{verb}"))
    except (KeyError, pause.NotNow):
        messages.error(request, words.say("journeys", "wrong.NotNow"))
    return redirect("journeys:all" if verb == "archive" else "journeys:one",
                    *(() if verb == "archive" else (journey_id,)))  # fmt: skip


def _elsewhere(request: HttpRequest, address: str) -> HttpResponse:
    """Lead to a page of its own, from a form that htmx sent or the browser itself."""
    htmx = request.htmx  # type: ignore[attr-defined]
    return HttpResponseClientRedirect(address) if htmx else redirect(address)


def _drawn(request: HttpRequest, journey: Journey) -> str:
    """Do what a button asks; return the key of the step that is open now."""
    number = request.POST.get("seen", "")
    seen = int(number) if number.isdecimal() and len(number) < 9 else -1
    if request.POST.get("do") == "undo":
        draft.undo(journey.pk, seen=seen)
        return ""
    made, open_ = drawing.done(draft.plain(draft.latest(journey)), request.POST)
    draft.change(journey.pk, made, seen=seen, by=request.user, now=timezone.now())
    return open_
