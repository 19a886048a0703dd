"""API's pages, the doors where providers knock, and what the site's script tells."""

from pathlib import Path

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, HttpResponseNotFound
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from pydantic import ValidationError

from mecene_web.accounts import doors
from mecene_web.api import collect as collecting
from mecene_web.api import deliveries, keys_page, limits, mail_readers, providers, signatures
from mecene_web.api import keys as making
from mecene_web.design import page, words

_SCRIPT = Path(__file__).parent / "static" / "api" / "collect.js"


@doors.needs("manage_settings")
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    """Show keys, providers and what they sent; on POST make a key, and show it this once."""
    told, status = {}, 200
    if request.method == "POST":
        try:
            told = keys_page.made(request.POST, by=request.user, now=timezone.now())
        except (making.NoName, making.UnknownScope, making.MadeAlready) as wrong:
            told, status = {"wrong": f"api:errors.{type(wrong).__name__}"}, 400
    shown = keys_page.shown(request.build_absolute_uri("/"))
    title = words.say("api", "page.title")
    context = shown | told | {"title": title, "once": get_random_string(32)}
    return page.render(request, "api/keys.html", context, status=status)


@doors.needs("manage_settings")
@require_POST
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    """Take a key back."""
    making.revoke(number, now=timezone.now(), by=request.user)
    messages.success(request, words.say("api", "said.revoked"))
    return redirect("api:keys")


@doors.needs("manage_settings")
@require_POST
def provider(request: HttpRequest, name: str) -> HttpResponse:
    """Give a provider an address, or close it."""
    try:
        said = keys_page.provider(name, request.POST, by=request.user, now=timezone.now())
        messages.success(request, words.say("api", f"said.{said}"))
    except providers.NoSecret:
        messages.error(request, words.say("api", "errors.NoSecret"))
    except mail_readers.UnusableSecret:
        messages.error(request, words.say("api", "errors.UnusableSecret"))
    except providers.UnknownProvider:
        return HttpResponseNotFound()
    return redirect("api:keys")


@doors.needs("manage_settings")
@require_POST
def retry(request: HttpRequest, number: int) -> HttpResponse:
    """Have a message that could not be read tried again."""
    if deliveries.again(number, now=timezone.now()):
        messages.success(request, words.say("api", "said.retried"))
    return redirect("api:keys")


@doors.open_to_all
@csrf_exempt
@require_http_methods(["POST", "HEAD", "GET"])
def hook(request: HttpRequest, name: str, place: str) -> HttpResponse:
    """Keep what a provider sends."""
    if request.method != "POST":  # how some make sure that somebody is there
        return HttpResponse()
    try:
        deliveries.receive(name, place, request, now=timezone.now())
    except deliveries.NoProvider:
        return HttpResponseNotFound()
    except signatures.Unnamed:  # Amazon shows its password only to who asks for it so
        return HttpResponse(status=401, headers={"WWW-Authenticate": 'Basic realm="webhook"'})
    except signatures.Forged:
        return HttpResponseForbidden()
    except deliveries.TooLarge:
        return HttpResponse(status=413)
    return HttpResponse(status=200)


@doors.open_to_all
@require_safe
@cache_control(public=True, max_age=3600)
def script(request: HttpRequest) -> HttpResponse:
    """Return the script the association puts on its site."""
    return HttpResponse(_SCRIPT.read_bytes(), content_type="text/javascript; charset=utf-8")


@doors.open_to_all
@csrf_exempt
@require_http_methods(["POST", "OPTIONS"])
def collect(request: HttpRequest) -> HttpResponse:
    """Keep what the site's script tells; say nothing back, whoever the visitor is."""
    origin = request.headers.get("Origin", "")
    if not collecting.allowed(origin):
        return HttpResponseForbidden()
    answer = HttpResponse(status=204)
    answer["Access-Control-Allow-Origin"] = origin
    answer["Vary"] = "Origin"
    if request.method == "POST" and not _asks_not_to_be_followed(request):
        answer.status_code = _collected(request)
    return answer


def _collected(request: HttpRequest) -> int:
    try:
        limits.spend(f"visit:{request.META.get('REMOTE_ADDR')}",
                     per_minute=limits.PER_VISITOR_MINUTE)  # fmt: skip
        size = request.META.get("CONTENT_LENGTH") or "0"
        if not size.isdecimal() or int(size) > collecting.MOST_BYTES:
            return 413
        seen = collecting.Seen.model_validate_json(request.body)
        collecting.collect(seen, now=timezone.now())
    except limits.TooOften:
        return 429
    except (ValidationError, collecting.OtherSite):
        return 422
    return 204


def _asks_not_to_be_followed(request: HttpRequest) -> bool:
    return request.headers.get("Sec-GPC") == "1" or request.headers.get("DNT") == "1"
