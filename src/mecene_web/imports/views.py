"""Imports' pages: send files, see what is in them, load them, take them back."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import TooManyFilesSent
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mecene.sources import problems
from mecene_web.accounts import doors
from mecene_web.design import page, words
from mecene_web.imports import (
    approve,
    check,
    progress,
    receive,
    recheck,
    resting,
    retract,
    showing,
    told,
)
from mecene_web.imports import load as loading
from mecene_web.imports import undo as undoing
from mecene_web.imports.models import File, Import
from mecene_web.tasks import ask

_FORM_BESIDE_FILES = 64 << 10
Step = Callable[..., None]


@require_GET
@doors.needs("import_files")
def all_of_them(request: HttpRequest) -> HttpResponse:
    """Show every import, the latest first."""
    return page.render(request, "imports/all.html", {
        "title": words.say("imports", "page.all"),
        "imports": showing.summaries(request.GET.get("page", "1")),
    })  # fmt: skip


@csrf_exempt  # not yet: nothing is read of what is too large; ``_sent`` is protected
@require_http_methods(["GET", "POST"])
@doors.needs("import_files")
def new(request: HttpRequest) -> HttpResponse:
    """Show where files are dropped, or take them."""
    if request.method == "GET":
        return _asked(request)
    announced = int(request.META.get("CONTENT_LENGTH") or 0)
    if announced > settings.MECENE_LARGEST_UPLOAD_BYTES + _FORM_BESIDE_FILES:
        return _asked(request, "too_large", status=413)
    try:
        return _sent(request)
    except TooManyFilesSent:
        return _asked(request, "too_many_files", status=400)
    except (UnreadablePostError, MultiPartParserError):
        return _asked(request, "broke_off", status=400)


@csrf_protect
def _sent(request: HttpRequest) -> HttpResponse:
    # The last field of the form: absent, the line broke before all had come.
    if not request.POST.get("whole"):
        return _asked(request, "broke_off", status=400)
    sent = [(file.name or "", file.file) for file in request.FILES.getlist("files")]
    try:
        made = receive.receive(
            sent,
            by=request.user,
            now=timezone.now(),
            token=request.POST.get("token", "")[:64] or None,
        )
    except receive.NothingSent:
        return _asked(request, "nothing_sent", status=400)
    except receive.TooLarge:
        return _asked(request, "too_large", status=413)
    except OSError:
        return _asked(request, "no_room", status=507)
    return redirect("imports:one", number=made.pk)


def _asked(request: HttpRequest, problem: str = "", *, status: int = 200) -> HttpResponse:
    return page.render(request, "imports/new.html", {
        "title": words.say("imports", "page.new"),
        "problem": problem and f"imports:problems.{problem}",
        "token": get_random_string(32),
        "largest": settings.MECENE_LARGEST_UPLOAD_BYTES,
        "largest_mb": settings.MECENE_LARGEST_UPLOAD_BYTES >> 20,
    }, status=status)  # fmt: skip


@require_GET
@doors.needs("import_files")
def one(request: HttpRequest, number: int) -> HttpResponse:
    """Show an import as it stands; to htmx, how far its work has come."""
    made = get_object_or_404(Import, pk=number)
    work = progress.under_way(made.pk)
    if request.htmx:
        if work is None:
            return HttpResponse(headers={"HX-Refresh": "true"})
        return page.render(request, "imports/_progress.html", {"made": made, "work": work})
    return page.render(request, "imports/one.html", showing.one(made, work))


def _step(view: Step) -> Callable[..., HttpResponse]:
    """Return a view that does one step of an import and comes back to its page."""

    @require_POST
    @doors.needs("import_files")
    @wraps(view)
    def stepped(request: HttpRequest, number: int, **more: Any) -> HttpResponse:
        made = get_object_or_404(Import, pk=number)
        try:
            view(request, made, **more)
        except progress.UnderWay:
            messages.info(request, words.say("imports", "problems.under_way"))
        except (recheck.NotToCheck, loading.NotToLoad, undoing.NotToUndo):
            messages.info(request, words.say("imports", "problems.moved_on"))
        except told.CannotBeTold as refused:
            messages.error(
                request, words.say("imports", f"problems.{refused.problem}", **refused.values)
            )
        except problems.Refusal as refused:
            messages.error(request, refused.written(words.language()))
        return redirect("imports:one", number=number)

    return stepped


@_step
def remap(request: HttpRequest, made: Import, file: int) -> None:
    """Take what somebody says of a file, and check again."""
    described = get_object_or_404(File, pk=file, of=made)
    seen = showing.account_of(made, described)
    said = told.parse(request.POST, seen=seen, before=described.told)
    recheck.recheck(made.pk, told={file: said}, by=request.user, now=timezone.now())


@_step
def again(request: HttpRequest, made: Import) -> None:
    """Check the files again."""
    recheck.recheck(made.pk, told={}, by=request.user, now=timezone.now())


@_step
def load(request: HttpRequest, made: Import) -> None:
    """Load what was checked."""
    approve.approve(
        made.pk, overlap=request.POST.get("overlap", "keep"), by=request.user, now=timezone.now()
    )


@_step
def cancel(request: HttpRequest, made: Import) -> None:
    """End the work under way at its next step."""
    work = progress.under_way(made.pk)
    stopping = work is not None and ask.cancel(work.pk)
    said = "notices.stopping" if stopping else "problems.moved_on"
    messages.info(request, words.say("imports", said))


@require_http_methods(["GET", "POST"])
@doors.needs("import_files")
def undo(request: HttpRequest, number: int) -> HttpResponse:
    """Say exactly what would go; then have it go."""
    return _retracted(request, number) if request.method == "POST" else _going(request, number)


def _going(request: HttpRequest, number: int) -> HttpResponse:
    made = get_object_or_404(Import, pk=number)
    if made.state != "loaded":
        messages.info(request, words.say("imports", "problems.moved_on"))
        return redirect("imports:one", number=number)
    return page.render(request, "imports/undo.html", showing.going(made))


@_step
def _retracted(request: HttpRequest, made: Import) -> None:
    try:
        resting.check(made.pk)
    except resting.StillNeeded:
        messages.error(request, words.say("imports", "problems.still_needed"))
    else:
        retract.retract(made.pk, by=request.user, now=timezone.now())


@require_GET
@doors.needs("import_files")
def rejects(request: HttpRequest, number: int) -> FileResponse:
    """Hand over the rows that were not kept, each with its reason."""
    made = get_object_or_404(Import, pk=number)
    file = receive.folder_of(made.pk) / check.REJECTS
    if not file.exists():
        raise Http404
    return FileResponse(file.open("rb"), as_attachment=True, filename=f"rejects-{made.pk}.csv",
                        content_type="text/csv; charset=utf-8")  # fmt: skip
