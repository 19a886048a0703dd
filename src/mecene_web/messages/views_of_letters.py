"""Letters' pages: what is due is printed, fetched for the printer, and what came back is told."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from mecene_web.accounts import doors
from mecene_web.design import page, words
from mecene_web.messages import letters, overview, seeds
from mecene_web.messages.models import Letters, Seed


@doors.needs("send_messages")
def every(request: HttpRequest) -> HttpResponse:
    """Show the letters that wait, the batches that were printed, and the seeds."""
    told = {"title": words.say("messages", "titles.letters")} | overview.letters()
    return page.render(request, "messages/letters.html", told)


@doors.needs("send_messages")
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Print the letters that are due."""
    code = request.POST.get("media_code", "").strip()[:40]
    try:
        made = letters.make(media_code=code or "-", by=request.user, now=timezone.now())
        messages.success(request, words.say("messages", "done.printed", n=made.count))
    except letters.NothingToPrint:
        messages.error(request, words.say("messages", "wrong.NothingToPrint"))
    return redirect("messages:letters")


@doors.needs("export")
def file(request: HttpRequest, letters_id: int, name: str) -> HttpResponseBase:
    """Give a file of a batch."""
    batch = get_object_or_404(Letters, pk=letters_id)
    try:
        place = letters.place(batch, name)
    except FileNotFoundError as gone:
        raise Http404 from gone
    return FileResponse(place.open("rb"), as_attachment=True,
                        filename=f"{batch.pk}-{name}")  # fmt: skip


@doors.needs("send_messages")
@require_POST
def returned(request: HttpRequest) -> HttpResponse:
    """Write which letters the post gave back: a reference a line, then why."""
    told = [line.replace(";", " ").partition(" ")[::2]
            for line in request.POST.get("references", "")[:100_000].splitlines()]  # fmt: skip
    found = letters.returned(told, by=request.user, now=timezone.now())
    messages.success(request, words.say("messages", "done.returned", n=found, of=len(told)))
    return redirect("messages:letters")


@doors.needs("send_messages")
@require_POST
def seed(request: HttpRequest) -> HttpResponse:
    """Add a colleague's address to those that are slipped in, or take one out."""
    leaving = request.POST.get("leave", "")
    if leaving.isdecimal():
        seeds.leave(get_object_or_404(Seed, pk=int(leaving)).pk, by=request.user,
                    now=timezone.now())  # fmt: skip
        return redirect("messages:letters")
    try:
        seeds.add(request.POST.get("name", ""), request.POST.get("lines", ""), by=request.user,
                  now=timezone.now())  # fmt: skip
    except seeds.Unusable:
        messages.error(request, words.say("messages", "wrong.Seed"))
    return redirect("messages:letters")
