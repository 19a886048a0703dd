"""Pages of the people on their way: who comes in by hand, who is stuck, who is moved, and why."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from mecene.journeys.moving import NoPlace
from mecene_web.accounts import doors
from mecene_web.design import page, words
from mecene_web.donors.models import Donor
from mecene_web.journeys import changing, enrol, repair, standing
from mecene_web.journeys import move as moving
from mecene_web.journeys import why as reasons
from mecene_web.journeys.models import Journey, Traveller, Version
from mecene_web.messages.views import token


@doors.needs("send_messages")
@require_POST
def enrolled(request: HttpRequest, journey_id: int) -> HttpResponse:
    """Have a donor, or a segment, enter a journey."""
    journey = get_object_or_404(Journey, pk=journey_id)
    try:
        count = enrol.enrol(changing.chosen(request.POST), journey_id=journey.pk,
                            token=token(request), by=request.user, now=timezone.now())  # fmt: skip
        messages.success(request, words.say("journeys", "done.enrolled", count=count))
    except (enrol.NotLive, enrol.TooMany, changing.NobodyChosen) as no:
        messages.error(request, words.say("journeys", f"wrong.{type(no).__name__}"))
    return redirect("journeys:one", journey_id)


@doors.needs("see_donors")
def stand(request: HttpRequest, journey_id: int, step: str) -> HttpResponse:
    """Show who stands on a step now."""
    journey = get_object_or_404(Journey, pk=journey_id)
    told = standing.standing(journey, step, text=request.GET.get("q", ""),
                             number=request.GET.get("page"), now=timezone.now())  # fmt: skip
    told |= {"title": words.say("journeys", "titles.standing", name=told["name"]),
             "may_send": request.user.may("send_messages")}  # fmt: skip
    return page.render(request, "journeys/standing.html", told)


@doors.needs("send_messages")
def stuck(request: HttpRequest, journey_id: int) -> HttpResponse:
    """Show who cannot go on in a journey, why, and what may help."""
    journey = get_object_or_404(Journey, pk=journey_id)
    told = {"title": words.say("journeys", "titles.stuck", name=journey.name(words.language())),
            "journey": journey, "stuck": repair.stuck(journey_id=journey_id),
            "gone": repair.gone(journey_id=journey_id)}  # fmt: skip
    return page.render(request, "journeys/stuck.html", told)


@doors.needs("send_messages")
@require_POST
def repaired(request: HttpRequest, traveller_id: int) -> HttpResponse:
    """Have somebody stuck go on, elsewhere, or no more."""
    row = get_object_or_404(Traveller, pk=traveller_id)
    try:
        repair.repair(traveller_id, request.POST.get("way", ""), by=request.user,
                      now=timezone.now(), why=request.POST.get("why", "")[:200])  # fmt: skip
        messages.success(request, words.say("journeys", "done.repaired"))
    except (repair.NotStuck, NoPlace, KeyError) as no:
        messages.error(request, words.say("journeys", f"wrong.{type(no).__name__}"))
    return redirect("journeys:stuck", row.journey_id)


@doors.needs("send_messages")
def moved(request: HttpRequest, journey_id: int, version_id: int) -> HttpResponse:
    """Show what moving those inside a version to the last one would do; on POST, move them."""
    old = get_object_or_404(Version, pk=version_id, journey_id=journey_id)
    shown = changing.previewed(old, request.POST if request.method == "POST" else None)
    if request.method == "POST" and "go" in request.POST:
        try:
            count = moving.move(old.pk, shown["new"].pk, mapping=shown["mapping"], by=request.user,
                                now=timezone.now())  # fmt: skip
            messages.success(request, words.say("journeys", "done.moved", count=count))
            return redirect("journeys:one", journey_id)
        except (NoPlace, moving.SameVersion) as no:
            messages.error(request, words.say("journeys", f"wrong.{type(no).__name__}"))
    told = {"title": words.say("journeys", "titles.move", number=old.number)} | shown
    return page.render(request, "journeys/move.html", told)


@doors.needs("send_messages")
def why(request: HttpRequest, donor_id: int) -> HttpResponse:
    """Show what journeys did with a donor, step by step, and why."""
    donor = get_object_or_404(Donor.objects.filter(records__isnull=False).distinct(), pk=donor_id)
    told = {"title": words.say("journeys", "titles.why", name=str(donor)), "donor": donor,
            "visits": reasons.of(donor)}  # fmt: skip
    return page.render(request, "journeys/why.html", told)
