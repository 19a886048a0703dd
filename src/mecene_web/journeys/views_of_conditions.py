"""The page on which a condition of a journey is built, with the segments' own builder."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from mecene.journeys.writing import UnreadableGraph
from mecene_web.accounts import doors
from mecene_web.design import page, words
from mecene_web.journeys import conditions, draft, edit
from mecene_web.journeys.models import Journey
from mecene_web.segments import edit as builder


@doors.needs("send_messages")
def condition(request: HttpRequest, journey_id: int) -> HttpResponse:
    """Build a condition of a journey; on POST, keep it in the drawing."""
    journey = get_object_or_404(Journey, pk=journey_id)
    held, at = draft.latest(journey), request.GET.get("at", "")
    drawn = draft.plain(held)
    try:
        text = conditions.held(drawn, at)
    except edit.NoSuchStep as gone:
        raise Http404(at) from gone
    posted = request.POST if request.method == "POST" else None
    edited = builder.sent(posted) if posted else builder.begun(
        text, solicited=False, at_hand=True)  # fmt: skip
    if posted is not None and "do" not in posted and _kept(request, journey, edited, at):
        key = conditions.step(at)
        place = f"step-{key}" if key else "drawn"
        return redirect(f"/journeys/{journey_id}/?open={key}#{place}")
    told = {"title": words.say("journeys", "titles.condition"), "journey": journey,
            "of": conditions.title(drawn, at), "edited": edited,
            "key": conditions.step(at), "needed": conditions.needed(at)}  # fmt: skip
    status = 422 if posted is not None and "do" not in posted else 200
    return page.render(request, "journeys/condition.html", told, status=status)


def _kept(request: HttpRequest, journey: Journey, edited: builder.Edited, at: str) -> bool:
    """Keep a condition in the drawing; say what is wrong where it cannot be."""
    if edited.problem or (not edited.text and conditions.needed(at)):
        messages.error(request, edited.problem or words.say("journeys", "wrong.NoCondition"))
        return False
    held = draft.latest(journey)
    try:
        made = conditions.put(draft.plain(held), at, edited.text)
        draft.change(journey.pk, made, seen=held.number, by=request.user, now=timezone.now())
    except (edit.NoSuchStep, draft.Overtaken) as no:
        messages.error(request, words.say("journeys", f"wrong.{type(no).__name__}"))
        return False
    except UnreadableGraph as no:
        messages.error(request, no.message(lang=words.language()))
        return False
    return True
