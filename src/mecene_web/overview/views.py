"""The overview's pages."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from mecene_web.accounts import doors
from mecene_web.design import page, words
from mecene_web.experiments import shown
from mecene_web.overview import figures, listed, paths
from mecene_web.overview import today as mornings
from mecene_web.tasks import ask

_KINDS = {"svg": "image/svg+xml", "png": "image/png", "csv": "text/csv; charset=utf-8"}


@doors.needs("see_overview")
def today(request: HttpRequest) -> HttpResponse:
    """Show how it goes, whom to turn to, and what waits."""
    found = mornings.today(lang=words.language())
    title = words.say("overview", "titles.today")
    told = {"title": title, "today": found, "caused": shown.in_all()}
    return page.render(request, "overview/today.html", told)


@doors.needs("see_overview")
@require_POST
def refresh(request: HttpRequest) -> HttpResponse:
    """Have everything worked out again."""
    ask.ask(mornings.NIGHT, now=timezone.now())
    messages.info(request, words.say("overview", "night.asked"))
    return redirect("overview:today")


@doors.needs("see_overview")
def night(request: HttpRequest) -> HttpResponse:
    """Show how far the working out has come: a part of the morning's page."""
    found = mornings.today(lang=words.language())
    return page.render(request, "overview/night.html", {"today": found})


@doors.needs("see_donors")
def people(request: HttpRequest, code: str) -> HttpResponse:
    """Show a list to act on."""
    start = request.GET.get("from", "0")
    try:
        found = listed.page(code, start=int(start[:9]) if start.isdecimal() else 0,
                            lang=words.language())  # fmt: skip
    except listed.NoSuchList as none:
        raise Http404 from none
    return page.render(request, "overview/list.html", {"title": found.told["name"], "list": found})


@doors.needs("see_overview")
def chapters(request: HttpRequest, anchor: str = "") -> HttpResponse:
    """Show a chapter of the report, the first by default."""
    try:
        found = figures.latest(lang=words.language())
    except figures.NoFigures:
        return redirect("overview:today")
    chapter = found.chapter(anchor or found.told["sections"][0]["anchor"])
    if chapter is None:
        raise Http404
    told = {"title": chapter["title"], "figures": found, "chapter": chapter}
    return page.render(request, "overview/figures.html", told)


@doors.needs("see_overview")
def travelled(request: HttpRequest, act: str = "gift") -> HttpResponse:
    """Show by which paths people came to an act, and what hold-outs say beside."""
    try:
        found = figures.latest(lang=words.language(), of=paths.of(act))
    except paths.NoSuchAct as none:
        raise Http404 from none
    except figures.NoFigures:
        found = None
    told = {"title": words.say("overview", "titles.paths"), "figures": found, "act": act,
            "acts": paths.ACTS, "caused": shown.in_all()}  # fmt: skip
    return page.render(request, "overview/paths.html", told)


@doors.needs("see_overview")
def picture(request: HttpRequest, name: str, kind: str) -> HttpResponse:
    """Give a picture as a file: drawn, or its figures."""
    lang = words.language()
    narrow, act = "narrow" in request.GET, request.GET.get("act")
    try:
        told: dict[str, Any] = {"lang": lang} | ({"of": paths.of(act)} if act else {})
        made = {
            "svg": lambda: figures.svg(name, narrow=narrow, **told),
            "png": lambda: figures.png(name, **told),
            "csv": lambda: figures.table(name, **told),
        }[kind]()
    except (figures.NoSuchPicture, paths.NoSuchAct) as none:
        raise Http404 from none
    answer = HttpResponse(made, content_type=_KINDS[kind])
    if "save" in request.GET:
        answer["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return answer
