"""Accounts' pages."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from mecene_web.accounts import (
    association,
    change,
    doors,
    forms,
    invite,
    members,
    one_time,
    trace,
)
from mecene_web.accounts import own as own_account
from mecene_web.accounts import welcome as welcomed
from mecene_web.accounts.models import Staff
from mecene_web.design import page, words
from mecene_web.organisation.models import Organisation


@doors.open_to_all
def first(request: HttpRequest, token: str) -> HttpResponse:
    """Come in by a link; asked twice, so that a preview of it does not use it up."""
    try:
        member = one_time.enter(request, token) if request.method == "POST" else None
        one_time.holder(token) if member is None else None
    except one_time.UsedOrOld:
        return render(request, "accounts/first.html", {"refused": True}, status=403)
    if member is None:
        return render(request, "accounts/first.html")
    return redirect("accounts:welcome")


@doors.members_only
def welcome(request: HttpRequest) -> HttpResponse:
    """Say who one is, and choose a password; only who has none."""
    if request.user.can_come_in():
        return redirect("/")
    form = forms.Welcome(request.POST or None, member=request.user)
    if request.method == "POST" and form.is_valid():
        told = {name: form.cleaned_data.get(name, "") for name in _WELCOME}
        welcomed.welcome(request.user, now=timezone.now(), **told)
        welcomed.stay(request, request.user)
        return redirect("/")
    return render(request, "accounts/welcome.html", {"form": form, "title": _say("welcome.title")})


_WELCOME = ("name", "password", "email", "language")


@doors.members_only
def own(request: HttpRequest) -> HttpResponse:
    """Show one's own name, language, password, second factor and sessions."""
    told = {"name": request.user.name, "language": request.user.language}
    form = forms.Own(request.POST or None, initial=told)
    if request.method == "POST" and form.is_valid():
        own_account.change(request.user, now=timezone.now(), **form.cleaned_data)
        messages.success(request, _say("own.saved"))
        return redirect("accounts:own")
    return page.render(request, "accounts/own.html", {"form": form, "title": _say("own.title")})


@doors.needs("manage_staff")
def staff(request: HttpRequest) -> HttpResponse:
    """Show the members, and an invitation for another."""
    form = forms.Invitation(request.POST or None, initial={"role": "fundraiser"})
    if request.method == "POST" and form.is_valid():
        try:
            made = invite.invite(**form.cleaned_data, by=request.user, now=timezone.now())
        except invite.KnownAlready:
            form.add_error("email", _say("problems.known_already"))
        else:
            return _with_link(request, made)
    told = {"members": members.everybody(), "form": form, "title": _say("staff.title")}
    return page.render(request, "accounts/staff.html", told)


@doors.needs("manage_staff")
def member(request: HttpRequest, number: int) -> HttpResponse:
    """Show a member: what they may do, whether they may come in."""
    found = get_object_or_404(Staff, pk=number)
    told = {
        "member": found,
        "form": forms.Role(initial={"role": found.role}),
        "title": str(found),
    }
    return page.render(request, "accounts/member.html", told)


@require_POST
@doors.needs("manage_staff")
def change_role(request: HttpRequest, number: int) -> HttpResponse:
    """Give a member another role."""
    found = get_object_or_404(Staff, pk=number)
    form = forms.Role(request.POST)
    if form.is_valid():
        try:
            change.role(found, to=form.cleaned_data["role"], by=request.user, now=timezone.now())
            messages.success(request, _say("staff.changed"))
        except change.LastAdministrator:
            messages.error(request, _say("problems.last_administrator"))
    return redirect("accounts:member", number)


@require_POST
@doors.needs("manage_staff")
def change_active(request: HttpRequest, number: int) -> HttpResponse:
    """Let a member in again, or no more."""
    found = get_object_or_404(Staff, pk=number)
    wanted = request.POST.get("active") == "yes"
    try:
        change.active(found, to=wanted, by=request.user, now=timezone.now())
        messages.success(request, _say("staff.changed"))
    except change.LastAdministrator:
        messages.error(request, _say("problems.last_administrator"))
    return redirect("accounts:member", number)


@require_POST
@doors.needs("manage_staff")
def new_link(request: HttpRequest, number: int) -> HttpResponse:
    """Have a member begin anew by a link: they lost their password, their phone or the link."""
    found = get_object_or_404(Staff, pk=number, is_active=True)
    try:
        change.forget_password(found, by=request.user, now=timezone.now())
    except change.LastAdministrator:
        messages.error(request, _say("problems.last_administrator"))
        return redirect("accounts:member", number)
    found.refresh_from_db()
    return _with_link(request, found)


@doors.needs("see_audit")
def trace_page(request: HttpRequest) -> HttpResponse:
    """Show the log, searched and paged."""
    form = forms.Sought(request.GET or None)
    asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
    entries = Paginator(trace.sought(**asked), trace.PAGE).get_page(request.GET.get("page"))
    asked_again = request.GET.copy()
    asked_again.pop("page", None)
    told = {
        "form": form,
        "lines": [trace.told(entry) for entry in entries],
        "entries": entries,
        "asked": asked_again.urlencode(),
        "title": _say("trace.title"),
    }
    return page.render(request, "accounts/trace.html", told)


@doors.needs("see_audit")
def trace_file(request: HttpRequest) -> StreamingHttpResponse:
    """Hand over the log as a file."""
    form = forms.Sought(request.GET)
    entries = trace.sought(**form.cleaned_data) if form.is_valid() else trace.sought()
    lines = trace.export(entries, by=request.user, now=timezone.now())
    name = f'attachment; filename="mecene-{timezone.localdate():%Y-%m-%d}.csv"'
    told = {"Content-Disposition": name}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=told)


@require_POST
@doors.needs("see_audit")
def trace_check(request: HttpRequest) -> HttpResponse:
    """Read the whole log again, and say whether it is as it was written."""
    verdict = trace.whole()
    if verdict.whole:
        messages.success(request, _say("trace.is_whole", entries=verdict.entries))
    else:
        messages.error(request, _say("trace.is_broken", broken=list(verdict.broken) or "∅"))
    return redirect("accounts:trace")


@doors.needs("manage_settings")
def association_page(request: HttpRequest) -> HttpResponse:
    """Show what the installation knows of the association."""
    held = Organisation.objects.filter(pk=Organisation.THE_ONE).first() or Organisation()
    form = forms.Association(request.POST or None, initial=forms.of(held))
    if request.method == "POST" and form.is_valid():
        association.change(form.cleaned_data, by=request.user, now=timezone.now())
        messages.success(request, _say("association.saved"))
        return redirect("accounts:association")
    told = {"form": form, "title": _say("association.title")}
    return page.render(request, "accounts/association.html", told)


def _with_link(request: HttpRequest, found: Staff) -> HttpResponse:
    """Show the link of a member, once: it is kept nowhere."""
    place = request.build_absolute_uri("/").rstrip("/")
    told = {
        "member": found,
        "link": invite.link(found, place=place),
        "sent": invite.send(found, place=place),
        "hours": one_time.HOURS["invitation"],
        "title": _say("invite.title"),
    }
    return page.render(request, "accounts/link.html", told)


def _say(key: str, **told: object) -> str:
    return words.say("accounts", key, **told)
