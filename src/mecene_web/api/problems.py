"""Problems: every refusal of the API in one form, RFC 9457's ``application/problem+json``."""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse

from mecene_web.design.busy import RETRY_SECONDS

TYPE = "application/problem+json"
PREFIX = "/api/v1/"
MOST_BYTES = 2_000_000
_WITH_BODY = ("POST", "PATCH", "PUT")


class Problem(Exception):
    """A request that is refused; ``more`` are members of our own."""

    def __init__(self, status: int, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.more = more


def answer(problem: Problem) -> HttpResponse:
    """Return a refusal as it is sent."""
    told = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
    } | problem.more
    text = json.dumps(told, ensure_ascii=True, default=str)
    response = HttpResponse(text, status=problem.status, content_type=TYPE)
    if problem.status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = "Bearer"
    if "retry_after_seconds" in problem.more:
        response["Retry-After"] = str(problem.more["retry_after_seconds"])
    return response


def busy() -> Problem:
    """Return the refusal of what waited too long for somebody else's writing."""
    return Problem(503, _SAID[503], retry_after_seconds=RETRY_SECONDS)


class Middleware:
    """Keep bodies that are too large or no JSON out, and put what Django says itself in form."""

    def __init__(self, inner: Callable[[HttpRequest], HttpResponse]) -> None:
        self._inner = inner

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request; those that are not for the API pass."""
        if not request.path.startswith(PREFIX):
            return self._inner(request)
        refused = _unfit(request)
        if refused:
            return answer(refused)
        response = self._inner(request)
        kind = response.get("Content-Type", "")
        if response.status_code < HTTPStatus.BAD_REQUEST or kind.startswith(TYPE):
            return response
        if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            return answer(busy())
        told = answer(Problem(response.status_code, _SAID.get(response.status_code, "")))
        if "Allow" in response:
            told["Allow"] = response["Allow"]
        return told


_SAID = {
    400: "the request cannot be read",
    404: "there is nothing at this address",
    405: "this address does not know that method; see Allow",
    413: f"the body is over {MOST_BYTES} bytes; send smaller batches",
    503: "a large import is being written; nothing of this request was kept: send it again",
    500: "something broke here; nothing of this request was kept",
}


def _unfit(request: HttpRequest) -> Problem | None:
    if request.method not in _WITH_BODY:
        return None
    size = request.META.get("CONTENT_LENGTH") or "0"
    if not size.isdecimal() or int(size) > MOST_BYTES:
        return Problem(413, _SAID[413])
    if int(size) and request.content_type != "application/json":
        return Problem(415, "send application/json")
    return None
