"""Doors: who may open a page; nobody, unless it is said."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

View = Callable[..., HttpResponseBase]


def needs(what: str) -> Callable[[View], View]:
    """Open a page only to who may do something (``accounts.roles``).

    A stranger is asked to sign in and comes back; a member who may not gets a 403.
    """

    def closed(view: View) -> View:
        @wraps(view)
        def opened(request: HttpRequest, *args: Any, **told: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not request.user.can_come_in():
                # They came by a link, and have not chosen a password.
                return redirect("accounts:welcome")
            if not request.user.may(what):
                raise PermissionDenied
            return view(request, *args, **told)

        opened.needs = what  # type: ignore[attr-defined]
        return opened

    return closed


def members_only(view: View) -> View:
    """Open a page to every member, whatever their role: their own account."""

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **told: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **told)

    opened.needs = "membership"  # type: ignore[attr-defined]
    return opened


def open_to_all(view: View) -> View:
    """Say that a page is for anybody: sign-in, preference centre, webhooks."""
    view.needs = None  # type: ignore[attr-defined]
    return view
