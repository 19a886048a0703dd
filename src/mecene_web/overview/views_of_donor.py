"""The donor's pages: all that is known of one, and what a colleague adds to it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from mecene_web.accounts import doors
from mecene_web.accounts.models import Staff
from mecene_web.design import page, words
from mecene_web.donors import declare, enter, follow, to_do
from mecene_web.donors import note as notes
from mecene_web.donors.models import Donor, Following
from mecene_web.giving import promise
from mecene_web.organisation.models import Organisation
from mecene_web.overview import donor as donors
from mecene_web.overview import known as told_to_them
from mecene_web.overview import timeline

_REFUSED = (
    notes.NothingToNote, to_do.NothingToDo, to_do.DoneAlready, follow.Unusable, enter.Unusable,
    declare.Unusable, ValueError,
)  # fmt: skip


@doors.needs("see_donors")
def donor(request: HttpRequest, donor_id: int) -> HttpResponse:
    """Show all that is known of a donor."""
    today, lang = timezone.localdate(), words.language()
    try:
        found = donors.page(donor_id, today=today, lang=lang)
    except donors.MergedInto as merged:
        messages.info(request, words.say("overview", "donor.merged", number=donor_id))
        return redirect("overview:donor", merged.donor_id)
    except Donor.DoesNotExist as nobody:
        raise Http404 from nobody
    told = {
        "title": str(found.donor),
        "page": found,
        "today": today,
        "timeline": timeline.page(donor_id, held=found.there),
        "show": "all",
        "filters": timeline.FILTERS,
        "rights": _rights(donor_id) if request.user.may("handle_rights") else "",  # type: ignore[union-attr]
        "staff": Staff.objects.filter(is_active=True).order_by("name", "email"),
        "legacies": Following.LEGACIES,
        "end_reasons": promise.REASONS,
        "may_edit": request.user.may("edit_donors"),  # type: ignore[union-attr]
        "may_enter": request.user.may("enter_gifts"),  # type: ignore[union-attr]
        "may_send": request.user.may("send_messages"),  # type: ignore[union-attr]
    }
    return page.render(request, "overview/donor.html", told)


@doors.needs("see_donors")
def timeline_(request: HttpRequest, donor_id: int) -> HttpResponse:
    """Show more of what happened, or one sort of it."""
    get_object_or_404(Donor, pk=donor_id)
    show = request.GET.get("show", "all")
    show = show if show in timeline.FILTERS else "all"
    found = timeline.page(donor_id, after=request.GET.get("after", ""), show=show)
    told = {"timeline": found, "show": show, "donor_id": donor_id, "filters": timeline.FILTERS,
            "title": words.say("overview", "donor.timeline"),
            "donor": Donor(pk=donor_id)}  # fmt: skip
    part = "after" in request.GET and request.htmx  # type: ignore[attr-defined]
    name = "lines" if part else "timeline" if request.htmx else "timeline_page"  # type: ignore[attr-defined]
    return page.render(request, f"overview/{name}.html", told)


@doors.needs("see_donors")
def known(request: HttpRequest, donor_id: int) -> HttpResponse:
    """Show what is known and why, in plain words, to print for the donor."""
    try:
        found = told_to_them.known(donor_id, today=timezone.localdate(), lang=words.language())
    except donors.MergedInto as merged:
        return redirect("overview:known", merged.donor_id)
    except Donor.DoesNotExist as nobody:
        raise Http404 from nobody
    own = Organisation.objects.filter(pk=Organisation.THE_ONE).first()
    told = {"title": words.say("overview", "known.title"), "known": found, "own": own,
            "today": timezone.localdate()}  # fmt: skip
    return page.render(request, "overview/known.html", told)


@doors.needs("edit_donors")
@require_POST
def note(request: HttpRequest, donor_id: int) -> HttpResponse:
    """Write a note."""
    return _done(request, donor_id, lambda told: notes.note(donor_id, request.POST.get("text", ""),
                                                             **told))  # fmt: skip


@doors.needs("edit_donors")
@require_POST
def task(request: HttpRequest, donor_id: int) -> HttpResponse:
    """Ask a colleague to do something."""

    def asked(told: dict[str, Any]) -> None:
        said = request.POST
        owner, due = said.get("owner", ""), said.get("due_on", "").strip()
        to_do.ask(
            donor_id, said.get("what", ""), kind=said.get("kind", "other"),
            owner=Staff.objects.filter(pk=int(owner)).first() if owner.isdecimal() else None,
            due_on=enter.day(due) if due else None, **told,
        )  # fmt: skip

    return _done(request, donor_id, asked)


@doors.needs("edit_donors")
@require_POST
def task_done(request: HttpRequest, donor_id: int, task_id: int) -> HttpResponse:
    """Say that something was done."""
    return _done(request, donor_id, lambda told: to_do.done(task_id, outcome="done", **told))


@doors.needs("edit_donors")
@require_POST
def follow_(request: HttpRequest, donor_id: int) -> HttpResponse:
    """Say who looks after a donor, and what comes next."""
    return _done(request, donor_id, lambda told: follow.follow(donor_id, request.POST, **told))


@doors.needs("edit_donors")
@require_POST
def person(request: HttpRequest, donor_id: int) -> HttpResponse:
    """Write down somebody to speak to, or that they left."""
    gone = request.POST.get("gone", "")
    if gone.isdecimal():
        return _done(request, donor_id, lambda told: follow.gone(int(gone[:18]), **told))
    return _done(request, donor_id, lambda told: follow.introduce(donor_id, request.POST, **told))


@doors.needs("edit_donors")
@require_POST
def told(request: HttpRequest, donor_id: int) -> HttpResponse:
    """Write down something the donor told, or that was seen of them."""
    return _done(request, donor_id, lambda told: declare.declare(donor_id, request.POST, **told))


def _done(
    request: HttpRequest, donor_id: int, verb: Callable[[dict[str, Any]], object]
) -> HttpResponse:
    """Do one thing for a donor, say so or why not, and go back to them."""
    get_object_or_404(Donor, pk=donor_id)
    try:
        verb({"by": request.user, "now": timezone.now()})
        messages.success(request, words.say("overview", "donor.noted"))
    except to_do.DoneAlready:
        messages.info(request, words.say("overview", "donor.done_already"))
    except _REFUSED:
        messages.error(request, words.say("overview", "donor.not_noted"))
    return redirect("overview:donor", donor_id)


def _rights(donor_id: int) -> str:
    """Return where the consent of a donor is shown; nothing where that is not installed."""
    try:
        return reverse("rights:consent", args=[donor_id])
    except NoReverseMatch:
        return ""
