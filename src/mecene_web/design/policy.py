"""Policy: what a browser may load and run on our pages, and tell to others.

Nothing but our own files: no inline script, no inline style, no other site. The staff's frame is
Unfold's, whose Alpine evaluates the expressions of its own templates: there, and nowhere else,
evaluation is allowed (docs/decisions/2026-11-22-a-policy-with-one-hole.md).
"""

import secrets
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

HEADER = "Content-Security-Policy"
_FRAMED = "mecene_framed"
_PERMISSIONS = ", ".join(
    f"{name}=()"
    for name in (
        "accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "microphone",
        "midi", "payment", "usb", "browsing-topics",
    )
)  # fmt: skip


class Policy:
    """Middleware: puts the policy on every response that has none of its own."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, then say what the page may do. ``request.csp_nonce`` marks a script as ours."""
        request.csp_nonce = nonce = secrets.token_urlsafe(18)  # type: ignore[attr-defined]
        response = self.answer(request)
        admin = request.path.startswith("/admin/")
        framed = admin or getattr(response, _FRAMED, False)
        response.headers.setdefault(HEADER, policy(nonce=nonce, framed=framed, admin=admin))
        response.headers.setdefault("Permissions-Policy", _PERMISSIONS)
        if request.user.is_authenticated if hasattr(request, "user") else False:
            # Donors' pages stay in no shared cache, nor behind "back" after signing out.
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


def framed(response: HttpResponse) -> HttpResponse:
    """Mark a response as drawn in the staff's frame."""
    setattr(response, _FRAMED, True)
    return response


def policy(*, nonce: str, framed: bool, admin: bool = False) -> str:
    """Return the policy of a page.

    Args:
        nonce: What marks the scripts of this very response.
        framed: Whether Unfold's frame is around it.
        admin: Whether it is one of Django's own pages for administrators, with styles inline.
    """
    script = ["'self'", f"'nonce-{nonce}'"] + ["'unsafe-eval'"] * framed
    told = {
        "default-src": "'none'",
        "script-src": " ".join(script),
        "style-src": f"'self' 'nonce-{nonce}'" if not admin else "'self' 'unsafe-inline'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "manifest-src": "'self'",
        # Our own pages alone; a mail that is looked at stands in one that can do nothing.
        "frame-src": "'self'",
        "form-action": " ".join(["'self'", *map(_origin, settings.MECENE_FORMS_LEAD_TO)]),
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in told.items())


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
