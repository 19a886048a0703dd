"""Giving's pages: a gift by hand, a regular one, and putting a mistake right."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from mecene_web.accounts import doors
from mecene_web.design import page, words
from mecene_web.donors import enter as enter_donor
from mecene_web.donors import search
from mecene_web.donors.models import Donor
from mecene_web.giving import enter, form, mistake, promise
from mecene_web.giving.models import Commitment, Gift

_SHOWN = 8


@doors.needs("enter_gifts")
def enter_(request: HttpRequest) -> HttpResponse:
    """Write a gift; then the page is ready for the next one."""
    who = {"by": request.user}
    if request.method == "POST":
        try:
            done = enter.enter(request.POST, now=timezone.now(), **who)  # type: ignore[arg-type]
        except enter.Unusable as wrong:
            told = form.told(request.POST, wrong.problems, **who)  # type: ignore[arg-type]
            return _page(request, told, status=422)
        messages.success(request, _said(done))
        return redirect("giving:enter")
    donor = request.GET.get("donor", "")
    return _page(request, form.blank(today=timezone.localdate(), donor_id=donor, **who))  # type: ignore[arg-type]


@doors.needs("enter_gifts")
def people(request: HttpRequest) -> HttpResponse:
    """Show who answers to what is typed, to be picked."""
    field = "payer" if request.GET.get("field") == "payer" else "donor"
    asked = request.GET.get("payer_q" if field == "payer" else "q", "").strip()[: search.LONGEST]
    told = {"found": search.search(asked)[:_SHOWN], "field": field, "asked": asked}
    return page.render(request, "giving/people.html", told)


@doors.needs("enter_gifts")
def correct(request: HttpRequest, gift_id: int) -> HttpResponse:
    """Take a mistaken gift back, alone or for another in its place."""
    gift = get_object_or_404(Gift.objects.select_related("donor"), pk=gift_id)
    said, problems = form.of(gift), {}
    if request.method == "POST":
        said = request.POST  # type: ignore[assignment]
        try:
            return _corrected(request, gift_id)
        except enter.Unusable as wrong:
            problems = wrong.problems
        except mistake.NotToCorrect:
            messages.warning(request, words.say("giving", "enter.not_to_correct"))
            return redirect("giving:enter")
    told = form.told(said, problems, by=request.user)  # type: ignore[arg-type]
    return _page(request, told | {"gift": gift}, status=422 if problems else 200)


@doors.needs("enter_gifts")
def promise_(request: HttpRequest, donor_id: int) -> HttpResponse:
    """Write down a regular gift of a donor."""
    get_object_or_404(Donor, pk=donor_id)
    said: object = {"token": form.token(), "started_on": timezone.localdate()}
    problems: dict[str, str] = {}
    if request.method == "POST":
        try:
            promise.promise(donor_id, request.POST, by=request.user, now=timezone.now())  # type: ignore[arg-type]
            messages.success(request, words.say("giving", "promise.made"))
            return redirect("overview:donor", donor_id)
        except enter.Unusable as wrong:
            said, problems = request.POST, wrong.problems
    told = form.promise_told(donor_id, said, problems) | {
        "title": words.say("giving", "promise.title")
    }  # type: ignore[arg-type]
    return page.render(request, "giving/promise.html", told, status=422 if problems else 200)


@doors.needs("enter_gifts")
def end(request: HttpRequest, donor_id: int, ref: str) -> HttpResponse:
    """Say that a regular gift stopped."""
    if request.method == "POST":
        try:
            on = enter_donor.day(request.POST.get("ended_on", ""))
            reason = request.POST.get("reason", "")
            promise.end(ref, on=on, reason=reason, by=request.user, now=timezone.now())  # type: ignore[arg-type]
            messages.success(request, words.say("giving", "promise.ended"))
        except (promise.EndedAlready, Commitment.DoesNotExist):
            messages.warning(request, words.say("giving", "promise.ended_already"))
        except (enter.Unusable, ValueError):
            messages.error(request, words.say("giving", "promise.not_that_day"))
    return redirect("overview:donor", donor_id)


def _corrected(request: HttpRequest, gift_id: int) -> HttpResponse:
    told = {"by": request.user, "now": timezone.now()}
    if "alone" in request.POST:
        reason = request.POST.get("reason", "")
        mistake.mistaken(gift_id, reason=reason, **told)  # type: ignore[arg-type]
    else:
        enter.enter(request.POST, corrects=gift_id, **told)  # type: ignore[arg-type]
    messages.success(request, words.say("giving", "enter.corrected"))
    return redirect("giving:enter")


def _said(done: enter.Entered) -> str:
    return words.say("giving", "enter.again" if done.again else "enter.done",
                     who=done.gift.donor or words.say("giving", "enter.anonymous"))  # fmt: skip


def _page(request: HttpRequest, told: dict[str, object], *, status: int = 200) -> HttpResponse:
    title = words.say("giving", "enter.correct" if "gift" in told else "enter.title")
    return page.render(request, "giving/enter.html", told | {"title": title}, status=status)
