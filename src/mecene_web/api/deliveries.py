"""Deliveries: what providers send us, kept first as it came, then made into facts.

A message is answered once it is on the disk. It is worked in the background, each in a transaction
of its own; one that cannot be read stays, with the reason, and can be tried again.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any

from django.db import OperationalError, transaction
from django.http import HttpRequest
from django.utils import timezone

from mecene_web.api import (
    correct,
    gocardless,
    helloasso,
    mail,
    mail_readers,
    payments,
    providers,
    signatures,
    stripe,
)
from mecene_web.api.models import Delivery, Provider
from mecene_web.tasks import ask

PAYMENTS: dict[str, ModuleType] = {
    "helloasso": helloasso,
    "stripe": stripe,
    "gocardless": gocardless,
}
MOST_BYTES = 2_000_000
_WAITS = timedelta(days=3)  # for what a message is about to be told
_ALL = 0


class NoProvider(LookupError):
    """There is no such provider at this address."""


class TooLarge(ValueError):
    """The message is over ``MOST_BYTES``."""


def receive(name: str, place: str, request: HttpRequest, *, now: datetime) -> int:
    """Keep a message of a provider; return how many events in it are new.

    Raises:
        NoProvider: nobody was given this address.
        signatures.Forged: it is not from who it says.
        TooLarge: it is.
    """
    provider = Provider.objects.filter(name=name, place=place, closed_at=None).first()
    if provider is None:
        raise NoProvider(name)
    size = request.META.get("CONTENT_LENGTH") or "0"
    if not size.isdecimal() or int(size) > MOST_BYTES:
        raise TooLarge(size)
    body = request.body
    _check(provider, request, body, now)
    kept = 0
    with transaction.atomic():
        for event, kind, text in _events(name, body):
            made, new = Delivery.objects.get_or_create(
                provider=name, event=event,
                defaults={"kind": kind, "content_type": request.headers.get("Content-Type", ""),
                          "body": text, "received_at": now},
            )  # fmt: skip
            if new:
                ask.ask("api.deliveries", now=now, subject_id=made.pk)
                kept += 1
    return kept


def again(delivery_id: int, *, now: datetime) -> bool:
    """Have an unread message tried again; return whether it was one."""
    with transaction.atomic():
        unread = Delivery.objects.filter(pk=delivery_id, state="unread")
        if not unread.update(state="waiting", received_at=now, reason=""):
            return False
        ask.ask("api.deliveries", now=now, subject_id=delivery_id)
    return True


def work(subject_id: int, report: Callable[[str, int, int], None]) -> dict[str, Any]:
    """Make facts of one message that waits, or of all of them."""
    waiting = Delivery.objects.filter(state="waiting").order_by("pk")
    if subject_id != _ALL:
        waiting = waiting.filter(pk=subject_id)
    numbers = list(waiting.values_list("pk", flat=True))
    for place, number in enumerate(numbers):
        one(number, now=timezone.now())
        report("deliveries", place + 1, len(numbers))
    return {"deliveries": len(numbers)}


def one(delivery_id: int, *, now: datetime) -> None:
    """Make facts of a message, or write down why not."""
    try:
        _beforehand(delivery_id)
        with transaction.atomic():
            held = Delivery.objects.select_for_update().get(pk=delivery_id)
            if held.state != "waiting":
                return
            made = _made(held, now)
            _say(delivery_id, now, state="done", reason=made)
    except payments.NotYet as early:
        held = Delivery.objects.get(pk=delivery_id)
        late = now - held.received_at > _WAITS
        _say(delivery_id, now, state="unread" if late else "waiting", reason=str(early))
    except (payments.Unread, correct.AlreadyOtherwise) as wrong:
        _say(delivery_id, now, state="unread", reason=str(wrong))
    except OperationalError:
        raise  # ours, not the message's: the work is tried again
    except Exception as wrong:  # whatever a message may hold, the others go on
        _say(delivery_id, now, state="unread", reason=f"{type(wrong).__name__}: {wrong}"[:500])


def _beforehand(delivery_id: int) -> None:
    """Do what is asked of the world outside, while nothing is locked."""
    waits = Delivery.objects.filter(pk=delivery_id, state="waiting").first()
    if waits is not None and waits.provider in mail.READERS:
        mail.beforehand(waits.provider, bytes(waits.body))


def _made(held: Delivery, now: datetime) -> str:
    body = bytes(held.body)
    if held.provider in mail.READERS:
        return mail.work(held.provider, body, held.content_type, now=now)
    told = json.loads(body)
    PAYMENTS[held.provider].name(told)
    made: str = PAYMENTS[held.provider].work(
        told, now=now, today=lambda at: timezone.localtime(at).date()
    )
    return made


def _say(delivery_id: int, now: datetime, *, state: str, reason: str) -> None:
    # A reason may quote the message: what no database keeps is left out.
    plain = reason.encode("utf-8", "replace").decode().replace("\x00", "")
    Delivery.objects.filter(pk=delivery_id).update(state=state, reason=plain, worked_at=now)


def _check(provider: Provider, request: HttpRequest, body: bytes, now: datetime) -> None:
    secret = providers.secret(provider)
    said = request.headers.get
    if not secret and provider.name not in providers.UNSIGNED:
        # Its address is open so that it can be given; nobody is believed without the secret.
        raise signatures.Forged("its secret was not entered yet")
    if provider.name in mail.READERS:
        mail_readers.check(provider.name, request, secret=secret, now=now)
    elif provider.name == "stripe":
        signatures.stripe(body, said("Stripe-Signature", ""), secret=secret, now=now)
    elif provider.name == "gocardless":
        signatures.gocardless(body, said("Webhook-Signature", ""), secret=secret)
    elif secret:
        # HelloAsso signs for its partners alone; of others the address itself is the secret.
        signatures.helloasso(body, said("x-ha-signature", ""), secret=secret)


def _events(name: str, body: bytes) -> list[tuple[str, str, bytes]]:
    """Return (number, kind, text) of each event; of what cannot be read, the whole of it."""
    whole = hashlib.sha256(body).hexdigest()
    if name in mail.READERS:
        return [(whole, "mail", body)]
    try:
        told = json.loads(body)
        events = told["events"] if name == "gocardless" else [told]
        named = [(*PAYMENTS[name].name(event), event) for event in events]
    except (payments.Unread, ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return [(whole, "", body)]
    if not all(number.isprintable() and kind.isprintable() for number, kind, _ in named):
        return [(whole, "", body)]
    several = name == "gocardless"
    return [
        ((number or whole)[:200], kind[:200], json.dumps(event).encode() if several else body)
        for number, kind, event in named
    ]
