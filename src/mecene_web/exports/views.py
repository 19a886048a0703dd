"""The pages of exports."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from mecene_web.accounts import doors
from mecene_web.design import page, words
from mecene_web.exports import ask, audience, lately, write
from mecene_web.exports.models import Export


@doors.needs("export")
def every(request: HttpRequest) -> HttpResponse:
    """Show what may leave, and what was made lately."""
    told = {
        "title": words.say("exports", "titles.all"),
        "exports": lately.lately(),
        "tools": audience.TOOLS,
        "today": timezone.localdate(),
        "year": timezone.localdate().replace(month=1, day=1),
        "once": uuid4(),
    }
    template = "exports/made.html" if request.htmx else "exports/all.html"
    return page.render(request, template, told)


@doors.needs("export")
@require_POST
def new(request: HttpRequest) -> HttpResponse:
    """Have a file made."""
    try:
        once = UUID(request.POST.get("once", ""))
    except ValueError:
        once = uuid4()
    choice = {**request.POST.dict(), "lang": words.language()}
    try:
        ask.ask(request.POST.get("kind", ""), choice, once=once, by=request.user,
                now=timezone.now())  # fmt: skip
    except ask.NotToExport as refused:
        messages.error(request, words.say("exports", refused.words))
    return redirect("exports:all")


@doors.needs("export")
def file(request: HttpRequest, export_id: int) -> HttpResponseBase:
    """Give a file that is ready."""
    export = Export.objects.filter(pk=export_id, state="ready").first()
    if export is None:
        raise Http404
    place = write.folder_of(export) / export.name
    return FileResponse(place.open("rb"), as_attachment=True, filename=export.name)
