"""Segments' pages."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from mecene_web.accounts import doors
from mecene_web.design import page, words
from mecene_web.segments import archive, edit, history, save
from mecene_web.segments.models import Segment


@doors.needs("build_segments")
def every(request: HttpRequest) -> HttpResponse:
    """Show every segment, and how many came and went lately."""
    told = {"title": words.say("segments", "titles.all"),
            "segments": history.lately(now=timezone.now())}  # fmt: skip
    return page.render(request, "segments/all.html", told)


@doors.needs("build_segments")
def one(request: HttpRequest, segment_id: int) -> HttpResponse:
    """Show a segment: its condition, its members, who came and went and why."""
    segment = get_object_or_404(Segment, pk=segment_id)
    told = {"title": segment.name, "segment": segment, "versions": history.versions(segment),
            "members": history.members(segment), "passages": history.passages(segment),
            "may_export": request.user.may("export")}  # fmt: skip
    return page.render(request, "segments/one.html", told)


@doors.needs("build_segments")
def new(request: HttpRequest) -> HttpResponse:
    """Make a segment."""
    if request.method == "POST" and "do" not in request.POST:
        return _saved(request, None)
    told = edit.sent(request.POST) if request.method == "POST" else edit.begun()
    return _form(request, told, None)


@doors.needs("build_segments")
def change(request: HttpRequest, segment_id: int) -> HttpResponse:
    """Change a segment."""
    segment = get_object_or_404(Segment, pk=segment_id, archived_at=None)
    if request.method == "POST" and "do" not in request.POST:
        return _saved(request, segment)
    if request.method == "POST":
        return _form(request, edit.sent(request.POST), segment)
    told = edit.begun(segment.condition, solicited=segment.solicited)
    return _form(request, told, segment)


@doors.needs("build_segments")
@require_POST
def shown(request: HttpRequest) -> HttpResponse:
    """Show what a form being filled in says: its rules, its text, who answers."""
    told = {"edited": edit.sent(request.POST), "redrawn": request.POST.get("condition") == (
        request.POST.get("was"))}  # fmt: skip
    return page.render(request, "segments/shown.html", told)


@doors.needs("build_segments")
def columns(request: HttpRequest) -> HttpResponse:
    """Show what a rule may be about, among what is sought."""
    asked = request.GET
    told = {"offered": edit.found(asked.get("sought", ""), at_hand="at_hand" in asked)}
    return page.render(request, "segments/offered.html", told)


@doors.needs("build_segments")
@require_POST
def archived(request: HttpRequest, segment_id: int) -> HttpResponse:
    """Put a segment away."""
    get_object_or_404(Segment, pk=segment_id)
    try:
        archive.archive(segment_id, by=request.user, now=timezone.now())
    except archive.StillNamed as refused:
        names = ", ".join(refused.names)
        messages.error(request, words.say("segments", "wrong.named", names=names))
        return redirect("segments:one", segment_id)
    messages.success(request, words.say("segments", "done.archived"))
    return redirect("segments:all")


def _saved(request: HttpRequest, segment: Segment | None) -> HttpResponse:
    edited = edit.sent(request.POST)
    wanted = save.Wanted(request.POST.get("name", ""), edited.text, "solicited" in request.POST)
    try:
        made = save.save(wanted, by=request.user, now=timezone.now(), token=_token(request),
                         segment_id=segment.pk if segment else None)  # fmt: skip
    except (save.NoName, *edit.MISTAKES) as wrong:
        messages.error(request, edit.mistaken(wrong))
        return _form(request, edited, segment, status=422)
    messages.success(request, words.say("segments", "done.saved"))
    return redirect("segments:one", made.pk)


def _form(
    request: HttpRequest, edited: edit.Edited, segment: Segment | None, *, status: int = 200
) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    told = {
        "title": words.say("segments", "titles.change" if segment else "titles.new"),
        "segment": segment, "edited": edited,
        "token": _token(request) if posted else uuid4(),
        "name": posted.get("name", "") if posted else segment.name if segment else "",
        "solicited": "solicited" in posted if posted else segment.solicited if segment else True,
    }  # fmt: skip
    return page.render(request, "segments/edit.html", told, status=status)


def _token(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("token", ""))
    except ValueError:
        return uuid4()
