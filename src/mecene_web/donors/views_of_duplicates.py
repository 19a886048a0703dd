"""Duplicates' pages: judging who is one person, and taking a judgement back."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from mecene_web.accounts import doors
from mecene_web.design import page, words
from mecene_web.donors import duplicates, merge, unmerge

_REFUSED: dict[type[Exception], str] = {
    merge.SameDonor: "same", merge.NoSuchDonor: "gone", merge.MergedAlready: "merged",
    merge.JudgedApart: "apart", unmerge.NoSuchMerge: "gone", unmerge.UndoneAlready: "undone",
    unmerge.MergedSince: "since",
}  # fmt: skip


@doors.needs("edit_donors")
def waiting(request: HttpRequest) -> HttpResponse:
    """Show who may be one person, the surest first, and what was judged before."""
    pairs, count = duplicates.waiting(lang=words.language())
    told = {
        "title": words.say("donors", "duplicates.title"),
        "pairs": pairs,
        "count": count,
        "history": duplicates.history(),
    }
    return page.render(request, "donors/duplicates.html", told)


@doors.needs("edit_donors")
@require_POST
def judge(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Say that two donors are one (``keep`` is whose number stays), or two."""
    keep, other = request.POST.get("keep", ""), request.POST.get("other", "")
    told: dict[str, Any] = {"by": request.user, "now": timezone.now()}
    try:
        if keep.isdecimal() and other.isdecimal():
            merge.merge(int(keep[:18]), int(other[:18]), **told)
            messages.success(request, words.say("donors", "duplicates.done", kept=keep))
        else:
            merge.refuse(proposal_id, **told)
            messages.success(request, words.say("donors", "duplicates.refused"))
    except tuple(_REFUSED) as refused:
        messages.warning(request, words.say("donors", f"wrong.{_REFUSED[type(refused)]}"))
    return redirect("donors:duplicates")


@doors.needs("edit_donors")
@require_POST
def take_apart(request: HttpRequest, merge_id: int) -> HttpResponse:
    """Undo a merge."""
    try:
        made = unmerge.unmerge(merge_id, by=request.user, now=timezone.now())  # type: ignore[arg-type]
        messages.success(request, words.say("donors", "duplicates.apart", number=made.absorbed_id))
    except tuple(_REFUSED) as refused:
        messages.warning(request, words.say("donors", f"wrong.{_REFUSED[type(refused)]}"))
    return redirect("donors:duplicates")
