"""Messages' pages: templates are written, looked at, tried and published."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_POST

from mecene_web.accounts import doors
from mecene_web.design import page, words
from mecene_web.design.policy import HEADER
from mecene_web.messages import blocks, editing, overview, publish, trial, write
from mecene_web.messages.texts import Part, Template, Version

# A mail in its frame: no script, no form, nothing of the page around it.
_FRAME = (
    "default-src 'none'; img-src https: data:; style-src 'unsafe-inline'; "
    "frame-ancestors 'self'; sandbox"
)


@doors.needs("send_messages")
def every(request: HttpRequest) -> HttpResponse:
    """Show what is written, what is under way, and what waits for somebody."""
    told = {"title": words.say("messages", "titles.all")} | overview.everything()
    return page.render(request, "messages/all.html", told)


@doors.needs("send_messages")
def new(request: HttpRequest) -> HttpResponse:
    """Begin a template."""
    told = {"title": words.say("messages", "titles.new"), "token": uuid4()} | overview.choices()
    if request.method != "POST":
        return page.render(request, "messages/new.html", told)
    posted, channel = request.POST, request.POST.get("channel", "")
    try:
        made = write.begin(
            posted.get("name", ""), channel=channel, purposes=posted.getlist("purpose"),
            by=request.user, now=timezone.now(), token=token(request),
            kind="thanks" if "thanks" in posted else "", contents=editing.starting(channel),
        )  # fmt: skip
    except (write.NoName, write.NoPurpose) as wrong:
        messages.error(request, words.say("messages", f"wrong.{type(wrong).__name__}"))
        told |= {"name": posted.get("name", ""), "chosen": posted.getlist("purpose")}
        return page.render(request, "messages/new.html", told, status=422)
    return redirect("messages:write", made.pk)


@doors.needs("send_messages")
def editor(request: HttpRequest, template_id: int) -> HttpResponse:
    """Show the draft of a template, one of its parts open."""
    get_object_or_404(Template, pk=template_id, archived_at=None)
    version = write.draft(template_id)
    part = overview.opened(version, request.GET.get("part", ""))
    return page.render(request, "messages/write.html", overview.editor(part))


@doors.needs("send_messages")
@require_POST
def change(request: HttpRequest, part_id: int) -> HttpResponse:
    """Write what a part's form says; show its blocks again when a button was used."""
    part = get_object_or_404(Part.objects.select_related("version__template"), pk=part_id)
    seen = request.POST.get("edition", "")
    try:
        content = editing.sent(request.POST, part)
        write.change(part_id, content, edition=int(seen) if seen.isdecimal() else -1)
    except (write.Published, write.Overtaken, blocks.UnusableBlock) as no:
        said = words.say("messages", f"wrong.{type(no).__name__}")
        return page.render(request, "messages/said.html", {"said": said, "part": part}, status=200)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(overview.place(part))
    part.refresh_from_db()
    name = "blocks" if "do" in request.POST else "said"
    return page.render(request, f"messages/{name}.html", overview.editor(part))


@doors.needs("send_messages")
@xframe_options_exempt
def preview(request: HttpRequest, part_id: int) -> HttpResponse:
    """Show a part as a donor would get it, in a frame that can do nothing."""
    part = get_object_or_404(Part.objects.select_related("version__template"), pk=part_id)
    asked = request.GET.get("donor", "")
    found = editing.shown(part, int(asked) if asked.isdecimal() else 0, now=timezone.now())
    answer = HttpResponse(editing.page(found))
    answer[HEADER] = _FRAME
    return answer


@doors.needs("send_messages")
def reading(request: HttpRequest, part_id: int) -> HttpResponse:
    """Show the subject and the plain text of a part as a donor would get them."""
    part = get_object_or_404(Part.objects.select_related("version__template"), pk=part_id)
    asked = request.GET.get("donor", "")
    shown = editing.shown(part, int(asked) if asked.isdecimal() else 0, now=timezone.now())
    return page.render(request, "messages/reading.html", {"shown": shown, "part": part})


@doors.needs("send_messages")
@require_POST
def variant(request: HttpRequest, part_id: int) -> HttpResponse:
    """Write for a motive, a segment or another language too, or take such a part out."""
    part = get_object_or_404(Part, pk=part_id)
    try:
        if "drop" in request.POST:
            write.drop(part_id)
            return redirect("messages:write", part.version.template_id)
        told = {name: request.POST.get(name, "").strip() for name in ("lang", "motive", "segment")}
        part = write.variant(part.version_id, copy_of=part_id, **told)
    except (write.NoPurpose, write.Published) as no:
        messages.error(request, words.say("messages", f"wrong.{type(no).__name__}"))
    return redirect(overview.place(part))


@doors.needs("send_messages")
@require_POST
def attempt(request: HttpRequest, part_id: int) -> HttpResponse:
    """Send a draft to who writes it, filled in with a donor."""
    part = get_object_or_404(Part, pk=part_id)
    asked = request.POST.get("donor", "")
    donor = get_object_or_404(overview.donors(), pk=int(asked) if asked.isdecimal() else 0)
    trial.ask(part_id, donor_id=donor.pk, by=request.user, now=timezone.now(),
              token=token(request))  # fmt: skip
    messages.success(request, words.say("messages", "done.tried", address=request.user.email))
    return redirect(overview.place(part))


@doors.needs("send_messages")
@require_POST
def published(request: HttpRequest, version_id: int) -> HttpResponse:
    """Publish a draft: what it says does not change any more."""
    version = get_object_or_404(Version, pk=version_id)
    try:
        publish.publish(version_id, by=request.user, now=timezone.now())
    except publish.Unpublishable as no:
        messages.error(request, editing.told(no.mistake).said)
        return redirect(overview.place(no.part))
    except publish.NothingSaid:
        messages.error(request, words.say("messages", "wrong.NothingSaid"))
        return redirect("messages:write", version.template_id)
    messages.success(request, words.say("messages", "done.published"))
    return redirect("messages:all")


@doors.needs("send_messages")
@require_POST
def typed(request: HttpRequest, template_id: int) -> HttpResponse:
    """Say what a template mostly is."""
    get_object_or_404(Template, pk=template_id, archived_at=None)
    try:
        write.typed(template_id, request.POST.get("content_type", ""), by=request.user,
                    now=timezone.now())  # fmt: skip
        messages.success(request, words.say("messages", "done.typed"))
    except write.NoSuchContent:
        messages.error(request, words.say("messages", "wrong.NoSuchContent"))
    return redirect("messages:write", template_id)


@doors.needs("send_messages")
@require_POST
def archived(request: HttpRequest, template_id: int) -> HttpResponse:
    """Put a template away."""
    write.archive(template_id, by=request.user, now=timezone.now())
    messages.success(request, words.say("messages", "done.archived"))
    return redirect("messages:all")


def token(request: HttpRequest) -> UUID:
    """Return the form's own token; a new one where it has none that can be read."""
    try:
        return UUID(request.POST.get("token", ""))
    except ValueError:
        return uuid4()
