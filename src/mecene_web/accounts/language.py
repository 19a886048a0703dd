"""Language: the one a member chose; the browser's where they chose none."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation


class Chosen:
    """Middleware: speaks to a member as they asked."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the member's language."""
        chosen = request.user.language if request.user.is_authenticated else ""
        if chosen:
            translation.activate(chosen)
            request.LANGUAGE_CODE = chosen  # type: ignore[attr-defined]
        return self.answer(request)
