"""Rights' pages: requests, a donor's consent, erasure, retention, the archive."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from mecene_web.accounts import doors
from mecene_web.consent import ask_link, shown
from mecene_web.consent import record as recording
from mecene_web.consent import silence as silencing
from mecene_web.consent.models import Mark
from mecene_web.design import page, words
from mecene_web.donors.models import Donor
from mecene_web.rights import access, asked, rules, sweep
from mecene_web.rights import archive as archiving
from mecene_web.rights import erase as erasing
from mecene_web.rights import requests as requesting
from mecene_web.rights.models import Archive, Request, Sweep


def _said(request: HttpRequest, key: str, *, well: bool = True, **values: object) -> None:
    tell = messages.success if well else messages.error
    tell(request, words.say("rights", key, **values))


@doors.needs("handle_rights")
def everything(request: HttpRequest) -> HttpResponse:
    """Show the requests, those due first; on POST, write one down."""
    wrong, sent = "", request.POST
    if request.method == "POST":
        try:
            made = requesting.receive(**asked.request(sent), by=request.user, now=timezone.now())
            return redirect("rights:one", made.pk)
        except requesting.NotAsked as missing:
            wrong = words.say("rights", f"wrong.{missing}")
    told = {
        "title": words.say("rights", "all.title"), "wrong": wrong, "sent": sent,
        "token": sent.get("token") or uuid.uuid4().hex, "kinds": asked.kinds(),
        "may": request.user.may("manage_settings"),
        "today": timezone.localdate(), "waiting": ask_link.waiting(site=asked.site(request)),
        "requests": Request.objects.select_related("donor").order_by("-state", "due_on")[:200],
    }  # fmt: skip
    return page.render(request, "rights/all.html", told, status=400 if wrong else 200)


@doors.needs("handle_rights")
def one(request: HttpRequest, number: int) -> HttpResponse:
    """Show a request, and what it takes to answer it."""
    found = get_object_or_404(Request.objects.select_related("donor", "by", "closed_by"), pk=number)
    told = {"request_": found, "title": words.say("rights", f"kinds.{found.kind}"),
            "what": words.say("rights", f"what.{found.kind}"),
            "today": timezone.localdate()}  # fmt: skip
    return page.render(request, "rights/one.html", told)


@doors.needs("handle_rights")
@require_POST
def close(request: HttpRequest, number: int) -> HttpResponse:
    """Write down that a request was answered, or refused."""
    get_object_or_404(Request, pk=number)
    told = {name: request.POST.get(name, "") for name in ("state", "note")}
    try:
        requesting.close(number, **told, by=request.user, now=timezone.now())
        _said(request, "done.closed")
    except requesting.NotAsked as missing:
        _said(request, f"wrong.{missing}", well=False)
    except requesting.Closed:
        _said(request, "wrong.closed", well=False)
    return redirect("rights:one", number)


@doors.needs("handle_rights")
@require_POST
def answered(request: HttpRequest, number: int) -> HttpResponse:
    """Forget who asked for a link."""
    ask_link.answered(number)
    _said(request, "done.answered")
    return redirect("rights:all")


@doors.needs("handle_rights")
@never_cache
def consent(request: HttpRequest, number: int) -> HttpResponse:
    """Show a donor's consent; to htmx, what is allowed today, in brief."""
    donor = get_object_or_404(Donor, pk=number)
    told = shown.panel(donor) | asked.choices() | {
        "title": words.say("rights", "consent.title", name=donor),
        "site": asked.site(request), "token": uuid.uuid4().hex,
    }  # fmt: skip
    part = bool(request.htmx)  # type: ignore[attr-defined]
    return page.render(request, "rights/brief.html" if part else "rights/consent.html", told)


@doors.needs("handle_rights")
@require_POST
def record(request: HttpRequest, number: int) -> HttpResponse:
    """Write down what a donor said."""
    donor = get_object_or_404(Donor, pk=number)
    try:
        told = asked.statement(request.POST)
        recording.record(donor, **told, by=request.user, now=timezone.now())
        _said(request, "done.recorded")
    except (recording.NothingSaid, recording.FromTheFuture, asked.NotADay) as wrong:
        _said(request, f"wrong.{type(wrong).__name__}", well=False)
    return redirect("rights:consent", number)


@doors.needs("handle_rights")
@require_POST
def silence(request: HttpRequest, number: int) -> HttpResponse:
    """Silence every channel of a donor at once."""
    donor = get_object_or_404(Donor, pk=number)
    try:
        silencing.silence(donor, **asked.mark(request.POST), by=request.user, now=timezone.now())
        _said(request, "done.silenced")
    except (silencing.NoReason, silencing.NotADay, asked.NotADay) as wrong:
        _said(request, f"wrong.{type(wrong).__name__}", well=False)
    return redirect("rights:consent", number)


@doors.needs("handle_rights")
@require_POST
def lift(request: HttpRequest, number: int) -> HttpResponse:
    """Lift a mark."""
    mark = get_object_or_404(Mark, pk=number)
    silencing.lift(number, by=request.user, now=timezone.now())
    _said(request, "done.lifted")
    return redirect("rights:consent", mark.donor_id)


@doors.needs("handle_rights")
@require_POST
def export(request: HttpRequest, number: int) -> HttpResponse:
    """Hand out everything held of a donor."""
    try:
        lang = words.language()
        kept = access.export(number, lang=lang, by=request.user, now=timezone.now())
    except access.NobodyThere as gone:
        raise Http404 from gone
    answer = HttpResponse(kept, content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="mecene-{number}.zip"'
    answer["Cache-Control"] = "no-store"
    return answer


@doors.needs("handle_rights")
def erase(request: HttpRequest, number: int) -> HttpResponse:
    """Ask whether a donor is to be erased; on POST with their number, erase them."""
    donor = get_object_or_404(Donor, pk=number)
    wrong = request.method == "POST" and request.POST.get("number", "").strip() != str(number)
    if request.method == "POST" and not wrong:
        try:
            erasing.erase(number, reason="request", by=request.user, now=timezone.now())
        except erasing.NobodyThere as gone:
            raise Http404 from gone
        _said(request, "done.erased", number=number)
        return redirect("rights:all")
    told = {"donor": donor, "wrong": wrong, "title": words.say("rights", "erase.title", name=donor)}
    return page.render(request, "rights/erase.html", told, status=400 if wrong else 200)


@doors.needs("handle_rights")
@never_cache
def retention(request: HttpRequest) -> HttpResponse:
    """Show what each rule finds; nothing goes."""
    today = timezone.localdate()
    told: dict[str, Any] = {
        "title": words.say("rights", "retention.title"),
        "found": [asked.rule(rules.found(name, today=today)) for name in rules.RULES],
        "sweeps": [asked.swept(one) for one in Sweep.objects.order_by("-pk")[:20]],
        "may": request.user.may("manage_settings"),
    }
    return page.render(request, "rights/retention.html", told)


@doors.needs("manage_settings")
@require_POST
def confirm(request: HttpRequest, name: str) -> HttpResponse:
    """Have a rule applied."""
    try:
        sweep.confirm(
            name, seen=asked.number(request.POST.get("seen")), by=request.user,
            today=timezone.localdate(), now=timezone.now(),
        )  # fmt: skip
        _said(request, "done.swept")
    except KeyError as unknown:
        raise Http404 from unknown
    except (sweep.NothingFound, sweep.Changed) as wrong:
        _said(request, f"wrong.{type(wrong).__name__}", well=False)
    return redirect("rights:retention")


@doors.needs("manage_settings")
def archives(request: HttpRequest) -> HttpResponse:
    """Show which archives are kept, and until when; not what they hold."""
    told = {"title": words.say("rights", "archive.title"),
            "archives": Archive.objects.order_by("-pk").defer("sealed")[:200]}  # fmt: skip
    return page.render(request, "rights/archives.html", told)


@doors.needs("manage_settings")
@never_cache
@require_POST
def archive(request: HttpRequest, number: int) -> HttpResponse:
    """Open an archive, for a reason."""
    get_object_or_404(Archive.objects.only("pk"), pk=number)
    try:
        reason = request.POST.get("reason", "")[:300]
        held = archiving.opened(number, reason=reason, by=request.user, now=timezone.now())
    except archiving.NoReason:
        _said(request, "wrong.NoReason", well=False)
        return redirect("rights:archives")
    told = {"title": words.say("rights", "archive.title"), "held": held}
    return page.render(request, "rights/archive.html", told)
