"""Donors' pages: finding one."""

from django.http import HttpRequest, HttpResponse

from mecene_web.accounts import doors
from mecene_web.design import page, words
from mecene_web.donors import search


@doors.needs("see_donors")
def found(request: HttpRequest) -> HttpResponse:
    """Show who answers to what is typed; to htmx, the rows alone."""
    asked = request.GET.get("q", "").strip()[: search.LONGEST]
    told = {"asked": asked, "found": search.search(asked), "most": search.SHOWN,
            "title": words.say("donors", "search.title")}  # fmt: skip
    part = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    return page.render(request, "donors/found.html" if part else "donors/search.html", told)
