"""Replies: a request that names itself is answered once, however often it is sent."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from mecene_web.api.models import Key, Reply
from mecene_web.api.problems import Problem

_DEAD_AFTER = timedelta(seconds=60)
KEPT = timedelta(days=7)
_LONGEST = 200
Done = tuple[int, Any]


def once(request: HttpRequest, work: Callable[[datetime], Done]) -> HttpResponse:
    """Return what ``work`` answers, or what it answered to the same request before.

    With an ``Idempotency-Key``, the answer is written in the transaction that does the work: a
    process that dies has done both, or neither.

    Raises:
        Problem: 400 for a name that is too long; 409 while the first is under way; 422 where
            the name was another request's.
    """
    now = timezone.now()
    name = request.headers.get("Idempotency-Key", "")
    if not name:
        return _sent(*work(now))
    if len(name) > _LONGEST or not name.isprintable():
        raise Problem(400, f"Idempotency-Key: at most {_LONGEST} printable characters")
    key: Key = request.auth  # type: ignore[attr-defined]
    kept = _begin(key, name, _fingerprint(request), now)
    if kept.status is not None:
        response = HttpResponse(kept.body, status=kept.status, content_type="application/json")
        response["Idempotent-Replayed"] = "true"
        return response
    try:
        with transaction.atomic():
            status, told = work(now)
            response = _sent(status, told)
            Reply.objects.filter(pk=kept.pk).update(status=status, body=response.content.decode())
    except BaseException:
        # Refused or broken, nothing was done: mended, it may be sent again under this name.
        Reply.objects.filter(pk=kept.pk, status=None).delete()
        raise
    return response


def _begin(key: Key, name: str, fingerprint: str, now: datetime) -> Reply:
    try:
        with transaction.atomic():
            Reply.objects.filter(key=key, begun_at__lt=now - KEPT).delete()
            return Reply.objects.create(key=key, name=name, fingerprint=fingerprint, begun_at=now)
    except IntegrityError:
        pass
    kept = Reply.objects.filter(key=key, name=name).first()
    if kept is None:  # refused a moment ago
        raise Problem(409, "the same request is under way; send it again", retry_after_seconds=1)
    if kept.fingerprint != fingerprint:
        raise Problem(422, "this Idempotency-Key was that of another request; use a new one")
    if kept.status is None:
        mine = Reply.objects.filter(pk=kept.pk, status=None, begun_at__lt=now - _DEAD_AFTER)
        if not mine.update(begun_at=now):
            raise Problem(
                409, "the same request is under way; send it again", retry_after_seconds=1
            )
    return kept


def _fingerprint(request: HttpRequest) -> str:
    said = f"{request.method} {request.get_full_path()}\n".encode()
    return hashlib.sha256(said + request.body).hexdigest()


def _sent(status: int, told: Any) -> HttpResponse:
    return HttpResponse(
        json.dumps(told, default=str), status=status, content_type="application/json"
    )
