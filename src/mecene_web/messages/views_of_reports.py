"""Reports: what a provider of texts says became of one, at an address of that text alone."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from mecene_web.accounts import doors
from mecene_web.channels.sms import returns
from mecene_web.messages import leave, outcome, tokens

_MOST_BYTES = 20_000


@doors.open_to_all
@csrf_exempt  # the address is signed, and of one message
@require_POST
def report(request: HttpRequest, token: str) -> HttpResponse:
    """Write what became of a text."""
    size = request.META.get("CONTENT_LENGTH") or "0"
    if not size.isdecimal() or int(size) > _MOST_BYTES:
        return HttpResponse(status=413)
    try:
        key = tokens.read_report(token)
        told = returns.read(request.body)
    except tokens.Forged:
        return HttpResponse(status=404)
    except returns.Unreadable:
        return HttpResponse(status=400)
    if told is not None:
        now = timezone.now()
        row = outcome.heard(key=key, event=told.event, at=now, now=now, said=told.said)
        if row is not None and told.event == "unsubscribed":
            leave.leave(leave.of(row), how="stop", now=now)
    return HttpResponse(status=204)
