"""Donors' pages: writing one down, and putting one right."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from mecene_web.accounts import doors
from mecene_web.design import page, words
from mecene_web.donors import alike, enter
from mecene_web.donors.models import Donor


@doors.needs("edit_donors")
def new(request: HttpRequest) -> HttpResponse:
    """Write down a donor."""
    problems: dict[str, str] = {}
    if request.method == "POST":
        try:
            made = enter.new(request.POST, by=request.user, now=timezone.now())  # type: ignore[arg-type]
            messages.success(request, words.say("donors", "enter.made", name=made))
            return redirect("overview:donor", made.pk)
        except enter.KnownAlready as known:
            messages.info(request, words.say("donors", "enter.known"))
            return redirect("overview:donor", known.donor_id)
        except enter.Unusable as wrong:
            problems = wrong.problems
    return _form(request, request.POST, problems, title=words.say("donors", "enter.new"))


@doors.needs("edit_donors")
def edit(request: HttpRequest, donor_id: int) -> HttpResponse:
    """Put a donor right."""
    donor = get_object_or_404(Donor, pk=donor_id)
    problems: dict[str, str] = {}
    if request.method == "POST":
        try:
            enter.edit(donor_id, request.POST, by=request.user, now=timezone.now())  # type: ignore[arg-type]
            messages.success(request, words.say("donors", "enter.changed"))
            return redirect("overview:donor", donor_id)
        except enter.Unusable as wrong:
            problems = wrong.problems
    said = request.POST if problems else {name: getattr(donor, name) for name in enter.FIELDS}
    return _form(request, said, problems, title=words.say("donors", "enter.edit"), donor=donor)


@doors.needs("edit_donors")
def alike_(request: HttpRequest) -> HttpResponse:
    """Show, while somebody is being written down, who they may be already."""
    besides = request.GET.get("besides", "")
    found = alike.alike(request.GET, besides=int(besides) if besides.isdecimal() else None)
    told = {"alike": found, "pick": "pick" in request.GET}
    return page.render(request, "donors/alike.html", told)


def _form(
    request: HttpRequest, said: object, problems: dict[str, str], *, title: str,
    donor: Donor | None = None,
) -> HttpResponse:  # fmt: skip
    told = {
        "title": title,
        "said": said,
        "problems": problems,
        "donor": donor,
        "names": enter.FIELDS,
        "longest": enter.LONGEST,
    }
    status = 422 if problems else 200
    return page.render(request, "donors/enter.html", told, status=status)
