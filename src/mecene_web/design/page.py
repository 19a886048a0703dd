"""Page: one of our own pages, inside the frame that all of them share."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render as rendered


def render(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """Return a page whose template extends ``design/page.html``.

    A request by htmx is answered by the same template: it may ask for a part of its own
    (``request.htmx``).
    """
    told = admin.site.each_context(request) | (context or {})
    return rendered(request, template, told, status=status)
