"""Busy: the database is being written by something long; who waited too long is asked to try again.

A large import holds the only pen of SQLite for its last seconds or minutes. What a page or a
program wanted to write was not written at all: it can be sent again as it is.
"""

import sys
from collections.abc import Callable
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import defaults

RETRY_SECONDS = 30
_SQLITE = ("database is locked", "database table is locked")
_POSTGRESQL = ("55P03", "40P01")  # lock not available; deadlock


class Busy:
    """Middleware: says so with a 503 where a view could not write."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as ever."""
        return self.answer(request)

    def process_exception(self, request: HttpRequest, wrong: Exception) -> HttpResponse | None:
        """Return the 503 of a view that waited too long; leave every other mistake alone."""
        return answer(request) if is_busy(wrong) else None


def is_busy(wrong: BaseException | None) -> bool:
    """Return whether somebody else was writing, and nothing else is amiss."""
    if not isinstance(wrong, OperationalError):
        return False
    if str(wrong) in _SQLITE:
        return True
    return getattr(wrong.__cause__, "sqlstate", None) in _POSTGRESQL


def answer(request: HttpRequest) -> HttpResponse:
    """Return the page that says what goes on, and when to try again."""
    page = render(request, "503.html", status=503)
    page["Retry-After"] = str(RETRY_SECONDS)
    page["Cache-Control"] = "no-store"
    return page


def broken(request: HttpRequest, *args: Any) -> HttpResponse:
    """Return Django's page of a mistake, or ours where what failed outside a view was a wait."""
    return answer(request) if is_busy(sys.exc_info()[1]) else defaults.server_error(request, *args)
