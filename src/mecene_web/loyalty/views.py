"""The programme's page: its elements, their uses, and the mix that satisfies most for a budget."""

import contextlib
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_POST

from mecene_web.accounts import doors
from mecene_web.design import page, words
from mecene_web.loyalty import curve, declare, night, note, shown
from mecene_web.loyalty.models import Element
from mecene_web.organisation.models import Organisation

_WRONG = (
    declare.NoName, declare.NoKind, declare.NegativeCost, declare.TooMany, note.NoSuchDonor,
    note.NoSuchElement, note.NoRating,
)  # fmt: skip
_HUNDRED = 100
_DEAREST = 10**9


@doors.needs("see_overview")
def every(request: HttpRequest) -> HttpResponse:
    """Show the programme."""
    asked = request.GET.get("budget", "").strip()
    budget = _minor(asked) if asked else None
    wrong = budget is not None and budget < 0
    told = shown.everything(request.user, budget_minor=None if wrong else budget)
    return page.render(request, "loyalty/all.html", {
        "title": words.say("loyalty", "titles.all"), "asked": asked, "wrong_budget": wrong,
    } | told, status=422 if wrong else 200)  # fmt: skip


@doors.needs("send_messages")
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Declare an element, or change one."""
    told, number = request.POST, request.POST.get("element", "")
    costs = [_minor(told.get(name, "0")) for name in ("fixed", "each")]
    wanted = declare.Wanted(told.get("name", ""), told.get("kind", ""), *costs)
    try:
        declare.declare(wanted, by=request.user, now=timezone.now(), token=_token(request),
                        element_id=_number(number) if number else None)  # fmt: skip
        messages.success(request, words.say("loyalty", "done.make"))
    except Element.DoesNotExist as absent:
        raise Http404 from absent
    except _WRONG as wrong:
        messages.error(request, words.say("loyalty", f"wrong.{type(wrong).__name__}"))
    return redirect("loyalty:all")


@doors.needs("send_messages")
@require_POST
def end(request: HttpRequest, element_id: int) -> HttpResponse:
    """Say that an element is no longer offered."""
    declare.end(element_id, by=request.user, now=timezone.now())
    messages.success(request, words.say("loyalty", "done.end"))
    return redirect("loyalty:all")


@doors.needs("edit_donors")
@require_POST
def use(request: HttpRequest) -> HttpResponse:
    """Write down that a donor used an element."""
    told = request.POST
    said = told.get("satisfaction", "")
    try:
        note.note(_number(told.get("element", "")), _number(told.get("donor", "")),
                  satisfaction=_number(said) if said else None, by=request.user,
                  now=timezone.now(), token=_token(request))  # fmt: skip
        messages.success(request, words.say("loyalty", "done.use"))
    except _WRONG as wrong:
        messages.error(request, words.say("loyalty", f"wrong.{type(wrong).__name__}"))
    return redirect("loyalty:all")


@doors.needs("see_overview")
def picture(_request: HttpRequest, kind: str) -> HttpResponse:
    """Return the mixes as a file: SVG, PNG or CSV."""
    told, _ = night.last()
    if told is None:
        raise Http404
    if kind == "csv":
        header = [words.say("loyalty", f"curve.{name}") for name in ("cost", "satisfied", "kept")]
        body = curve.table(told["frontier"], shown.names(), header=header, lang=words.language())
        return _file(body, "text/csv", "programme.csv")
    currency = (Organisation.objects.first() or Organisation()).currency
    svg = render_to_string(
        "loyalty/curve.svg", shown.drawn(told, currency=currency) | {"alone": True}
    )
    if kind == "svg":
        return _file(svg, "image/svg+xml", "programme.svg")
    if kind == "png":
        return _file(curve.png(svg), "image/png", "programme.png")
    raise Http404


def _minor(typed: str) -> int:
    """Return an amount as cents; −1, which is refused, for what is none."""
    bare = typed.replace("\u202f", "").replace("\u00a0", "").replace(" ", "").replace("€", "")
    with contextlib.suppress(ValueError, OverflowError):
        told = round(float(bare.replace(",", ".") or 0) * _HUNDRED)
        return told if told <= _DEAREST * _HUNDRED else -1
    return -1


def _number(typed: str) -> int:
    return int(typed) if typed.isdecimal() and len(typed) < 19 else 0


def _token(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("token", ""))
    except ValueError:
        return uuid4()


def _file(body: str | bytes, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(body, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
