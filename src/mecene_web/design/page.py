"""Page: one of our own pages, inside the frame that all of them share."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render as rendered
from django.templatetags.static import static

from mecene_web.design import policy


def render(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """Return a page whose template extends ``design/page.html``.

    A request by htmx is answered by the same template: it may ask for a part of its own
    (``request.htmx``).
    """
    # The frame's tools are for every member, Django's own pages for administrators alone.
    # So is its menu, which Unfold draws for administrators alone: each sees what they may open.
    frame = admin.site.each_context(request) | {
        "has_permission": request.user.is_authenticated,
        "sidebar_navigation": admin.site.get_sidebar_list(request),
    }
    return policy.framed(rendered(request, template, frame | (context or {}), status=status))


def stylesheet(_request: HttpRequest) -> str:
    """Return the stylesheet of every page in the frame, Django's own too."""
    return static("design/mecene.css")


def colours(_request: HttpRequest) -> dict[str, dict[str, str]]:
    """Return no colours: they stand in the stylesheet, since no style may be inline."""
    return {}


def icon(_request: HttpRequest) -> str:
    """Return our sign."""
    return static("design/mecene.svg")
