"""Messages' pages for donors: the way out of a message, and the links it led to."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from mecene_web.accounts import doors
from mecene_web.messages import follow as following
from mecene_web.messages import leave as leaving
from mecene_web.messages import tokens


@doors.open_to_all
@csrf_exempt  # RFC 8058: a mail program has no cookie of ours; the address is the key
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether they leave; on POST, they do. To open the page changes nothing."""
    try:
        way = leaving.read(token)
    except tokens.Forged:
        return render(request, "messages/lost.html", status=404)
    told = {"way": way, "LANGUAGE_CODE": translation.get_language(), "left": False}
    if request.method == "POST":
        by_itself = request.POST.get("List-Unsubscribe") == "One-Click"
        leaving.leave(way, how="one_click" if by_itself else "page", now=timezone.now())
        told["left"] = True
    answer = render(request, "messages/leave.html", told)
    answer["Referrer-Policy"] = "no-referrer"
    return answer


@doors.open_to_all
@never_cache
@require_http_methods(["GET", "HEAD"])
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """Lead to where a link of ours leads, and count it."""
    try:
        link = tokens.read_link(token)
    except tokens.Forged:
        return render(request, "messages/lost.html", status=404)
    agent = request.headers.get("User-Agent", "")[:300]
    following.follow(link, method=str(request.method), agent=agent, now=timezone.now())
    answer = redirect(link.url)
    answer["Referrer-Policy"] = "no-referrer"
    return answer
