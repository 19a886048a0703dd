"""Cheques' pages: batches for the bank."""

from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from mecene_web.accounts import doors
from mecene_web.design import page, words
from mecene_web.giving import cheques, enter, form, mistake
from mecene_web.giving.models import Batch, Entry
from mecene_web.organisation.models import Organisation

_SHOWN = 50


@doors.needs("enter_gifts")
def batches(request: HttpRequest) -> HttpResponse:
    """Show batches, the open ones first; open another."""
    said: Any = {"token": form.token()}
    problems: dict[str, str] = {}
    if request.method == "POST":
        try:
            made = cheques.start(request.POST, by=request.user, now=timezone.now())  # type: ignore[arg-type]
            return redirect("giving:batch", made.pk)
        except enter.Unusable as wrong:
            said, problems = request.POST, wrong.problems
    told = {
        "title": words.say("giving", "cheques.title"),
        "said": said,
        "problems": problems,
        "batches": Batch.objects.select_related("opened_by").order_by(
            F("closed_at").desc(nulls_first=True), "-pk"
        )[:_SHOWN],
    }
    return page.render(request, "giving/batches.html", told, status=422 if problems else 200)


@doors.needs("enter_gifts")
def batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Write the cheques of a batch, one after the other."""
    held = get_object_or_404(Batch, pk=batch_id)
    told = form.blank(request.user, today=timezone.localdate())  # type: ignore[arg-type]
    if request.method == "POST":
        try:
            enter.enter(request.POST, by=request.user, now=timezone.now(), batch_id=batch_id)  # type: ignore[arg-type]
            return redirect("giving:batch", batch_id)
        except enter.Unusable as wrong:
            told = form.told(request.POST, wrong.problems, by=request.user)  # type: ignore[arg-type]
        except enter.ClosedBatch:
            messages.warning(request, words.say("giving", "cheques.closed_already"))
            return redirect("giving:batch", batch_id)
    status = 422 if told["problems"] else 200
    return page.render(request, "giving/batch.html", told | _of(held), status=status)


@doors.needs("enter_gifts")
@require_POST
def close(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Close a batch that balances."""
    get_object_or_404(Batch, pk=batch_id)
    try:
        cheques.close(batch_id, by=request.user, now=timezone.now())  # type: ignore[arg-type]
        messages.success(request, words.say("giving", "cheques.closed"))
    except cheques.ClosedAlready:
        messages.info(request, words.say("giving", "cheques.closed_already"))
    except cheques.Unbalanced:
        messages.error(request, words.say("giving", "cheques.unbalanced"))
    return redirect("giving:batch", batch_id)


@doors.needs("enter_gifts")
@require_POST
def out(request: HttpRequest, batch_id: int, gift_id: int) -> HttpResponse:
    """Take a mistaken cheque out of an open batch."""
    get_object_or_404(Entry, gift=gift_id, batch=batch_id)
    try:
        mistake.mistaken(gift_id, reason="", by=request.user, now=timezone.now())  # type: ignore[arg-type]
    except mistake.NotToCorrect:
        messages.warning(request, words.say("giving", "cheques.closed_already"))
    return redirect("giving:batch", batch_id)


@doors.needs("enter_gifts")
def slip(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Show the deposit slip of a batch, to print."""
    held = get_object_or_404(Batch.objects.select_related("closed_by"), pk=batch_id)
    own = Organisation.objects.filter(pk=Organisation.THE_ONE).first()
    return page.render(request, "giving/slip.html", _of(held) | {"own": own})


def _of(held: Batch) -> dict[str, Any]:
    return {
        "title": words.say("giving", "cheques.one", number=held.pk),
        "batch": held,
        "state": cheques.state(held),
        "entries": held.entries.select_related("gift__donor").order_by("pk"),
    }
