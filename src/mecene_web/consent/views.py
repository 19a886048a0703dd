"""Consent's pages: the preference centre, open to whoever holds a link."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache

from mecene_web.accounts import doors
from mecene_web.consent import ask_link, choose, links, shown

View = Callable[..., HttpResponseBase]


def _spoken(view: View) -> View:
    """Answer in the language asked for in the address."""

    @wraps(view)
    def heard(request: HttpRequest, *args: object, **told: object) -> HttpResponseBase:
        asked = request.GET.get("lang")
        with translation.override(asked if asked in ("fr", "en") else translation.get_language()):
            answer = view(request, *args, **told)
        answer["Referrer-Policy"] = "same-origin"  # the address is the key
        return answer

    return heard


@doors.open_to_all
@never_cache
@_spoken
def centre(request: HttpRequest, token: str) -> HttpResponse:
    """Show a donor what they receive; on POST, write what they chose."""
    try:
        visit = links.read(token)
    except (links.Expired, links.Cut) as refused:
        return render(request, "consent/lost.html", shown.lost(refused), status=410)
    if request.method != "POST":
        return render(request, "consent/centre.html", shown.centre(visit, request.GET))
    now = timezone.now()
    if "stop" in request.POST:
        said = "stopped" if choose.stop(visit, now=now) else "unchanged"
    else:
        said = str(choose.choose(visit, shown.ticked(request.POST), now=now))
    return redirect(shown.afterwards(request, said))


@doors.open_to_all
@never_cache
@_spoken
def ask(request: HttpRequest) -> HttpResponse:
    """Write down that somebody asks for another link."""
    told: dict[str, object] = {"LANGUAGE_CODE": translation.get_language()}
    status = 200
    if request.method == "POST":
        try:
            ask_link.ask(request.POST.get("email", "")[:254], now=timezone.now())
            told["sent"] = True
        except ask_link.NoAddress:
            told["no_address"], status = request.POST.get("email", "")[:254], 400
    return render(request, "consent/lost.html", told, status=status)
