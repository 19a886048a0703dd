"""Campaigns' pages, and what waits for a human: the unknown, what is halted, the rules."""

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from uuid import uuid4

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.http import require_POST

from mecene_web.accounts import doors
from mecene_web.design import page, words
from mecene_web.messages import campaigns, decide, overview, regulate
from mecene_web.messages.models import Campaign, Halt
from mecene_web.messages.views import token


class Unreadable(ValueError):
    """An amount or a day of the form cannot be read."""


@doors.needs("send_messages")
def new(request: HttpRequest) -> HttpResponse:
    """Prepare a campaign."""
    if request.method == "POST":
        try:
            made = _prepared(request)
            return redirect("messages:campaign", made.pk)
        except (Unreadable, campaigns.NothingToSend, LookupError) as wrong:
            messages.error(request, words.say("messages", f"wrong.{type(wrong).__name__}"))
    told = {
        "title": words.say("messages", "titles.new_campaign"), "token": uuid4(),
        "templates": overview.publishable(), "audiences": _audiences(),
    }  # fmt: skip
    return page.render(request, "messages/new_campaign.html", told,
                       status=422 if request.method == "POST" else 200)  # fmt: skip


@doors.needs("send_messages")
def one(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Show a campaign: what it says, to whom, and what became of it."""
    campaign = get_object_or_404(Campaign.objects.select_related("template"), pk=campaign_id)
    told = overview.campaign(campaign, dict(_audiences()), _people(campaign))
    return page.render(request, "messages/campaign.html", told)


@doors.needs("send_messages")
@require_POST
def agree(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Agree that a campaign leaves."""
    get_object_or_404(Campaign, pk=campaign_id)
    try:
        campaigns.agree(campaign_id, by=request.user, now=timezone.now())
        messages.success(request, words.say("messages", "done.agreed"))
    except (campaigns.NotYours, campaigns.NotNow) as no:
        messages.error(request, words.say("messages", f"wrong.{type(no).__name__}"))
    return redirect("messages:campaign", campaign_id)


@doors.needs("send_messages")
@require_POST
def stop(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Stop a campaign for good."""
    get_object_or_404(Campaign, pk=campaign_id)
    kept = campaigns.stop(campaign_id, by=request.user, now=timezone.now())
    messages.success(request, words.say("messages", "done.stopped", n=kept))
    return redirect("messages:campaign", campaign_id)


@doors.needs("send_messages")
@require_POST
def resume(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Go on with a campaign that paused."""
    get_object_or_404(Campaign, pk=campaign_id)
    campaigns.resume(campaign_id, by=request.user, now=timezone.now())
    return redirect("messages:campaign", campaign_id)


@doors.needs("send_messages")
def unknown(request: HttpRequest) -> HttpResponse:
    """Show the messages nobody knows left; on POST, write what a colleague decides of one."""
    if request.method == "POST":
        asked, decision = request.POST.get("message", ""), request.POST.get("decision", "")
        try:
            decide.decide(int(asked) if asked.isdecimal() else 0, decision, by=request.user,
                          now=timezone.now())  # fmt: skip
        except (decide.NotUnknown, KeyError):
            messages.error(request, words.say("messages", "wrong.NotUnknown"))
        return redirect("messages:unknown")
    told = {"title": words.say("messages", "titles.unknown"), "rows": overview.unknown()}
    return page.render(request, "messages/unknown.html", told)


@doors.needs("see_donors")
def why(request: HttpRequest, donor_id: int) -> HttpResponse:
    """Show each message of a donor, and why it was or was not sent."""
    donor = get_object_or_404(overview.donors(), pk=donor_id)
    told = {"title": words.say("messages", "titles.why", name=str(donor)),
            "lines": overview.of_donor(donor_id)}  # fmt: skip
    return page.render(request, "messages/why.html", told)


@doors.needs("send_messages")
@require_POST
def lift(request: HttpRequest, halt_id: int) -> HttpResponse:
    """Send again where sending was halted."""
    get_object_or_404(Halt, pk=halt_id)
    decide.lift(halt_id, by=request.user, now=timezone.now())
    return redirect("messages:all")


@doors.needs("manage_settings")
def rules(request: HttpRequest) -> HttpResponse:
    """Show how the association sends; on POST, change it."""
    if request.method == "POST":
        try:
            regulate.regulate(request.POST, by=request.user, now=timezone.now())
            messages.success(request, words.say("messages", "done.rules"))
            return redirect("messages:rules")
        except regulate.Unusable as wrong:
            messages.error(request, words.say("messages", f"mistakes.{wrong.field}"))
    told = {"title": words.say("messages", "titles.rules"), **overview.rules()}
    return page.render(request, "messages/rules.html", told,
                       status=422 if request.method == "POST" else 200)  # fmt: skip


def _prepared(request: HttpRequest) -> Campaign:
    posted, now = request.POST, timezone.now()
    if posted.get("audience") not in dict(_audiences()):
        raise LookupError("audience")
    asked = posted.get("template", "")
    return campaigns.prepare(
        posted.get("name", ""), template_id=int(asked) if asked.isdecimal() else 0,
        audience=posted.get("audience", ""), due_at=_moment(posted.get("due_at", "")) or now,
        by=request.user, now=now, token=token(request),
        most_cost_minor=_minor(posted.get("budget", "")),
        cost_each_minor=_minor(posted.get("cost", "")) or 0,
    )  # fmt: skip


def _people(campaign: Campaign) -> int:
    if campaign.began_at:
        return campaign.outgoing.count()
    try:
        return len(import_string(settings.MECENE_AUDIENCE)(campaign.audience, now=timezone.now()))
    except LookupError:
        return 0


def _audiences() -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = import_string(settings.MECENE_AUDIENCES)()
    return found


def _moment(text: str) -> datetime | None:
    if not text.strip():
        return None
    try:
        told = datetime.fromisoformat(text)
        return timezone.make_aware(told) if told.tzinfo is None else told.astimezone(UTC)
    except (ValueError, OverflowError) as wrong:
        raise Unreadable(text) from wrong


def _minor(text: str) -> int | None:
    if not text.strip():
        return None
    try:
        told = Decimal(text.replace(" ", "").replace("\u202f", "").replace(",", "."))
        if not 0 <= told < Decimal(10) ** 9:
            raise Unreadable(text)
        return int((told * 100).to_integral_value())
    except InvalidOperation as wrong:
        raise Unreadable(text) from wrong
