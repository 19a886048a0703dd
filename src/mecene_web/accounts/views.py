"""Accounts' pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from mecene_web.accounts import doors, first_login


@doors.open_to_all
def first(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in by the link of the first start; asked twice, so that a preview does not use it up."""
    if request.method != "POST":
        return render(request, "accounts/first.html")
    try:
        first_login.enter(request, token)
    except first_login.UsedOrOld as refused:
        return render(request, "accounts/first.html", {"refused": refused}, status=403)
    return redirect("/")
