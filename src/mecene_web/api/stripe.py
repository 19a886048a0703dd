"""Stripe: what its events become.

Read against its documentation alone (https://docs.stripe.com/api/events/types and
https://docs.stripe.com/api/charges/object), never against a live account.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime

from mecene_web.api import payments
from mecene_web.api.payments import Paid, Payload, Unread

SOURCE = "stripe"
_METHODS = {"card": "card", "sepa_debit": "direct_debit", "customer_balance": "transfer"}
_ENDED = {
    "cancellation_requested": "voluntary",
    "payment_failed": "involuntary",
    "payment_disputed": "involuntary",
}


def name(event: Payload) -> tuple[str, str]:
    """Return an event's number and its kind.

    Raises:
        Unread: it has none.
    """
    found, kind = event.get("id"), event.get("type")
    if not isinstance(found, str) or not isinstance(kind, str) or not found:
        raise Unread("it is no event: `id` or `type` is missing")
    return found, kind


def work(event: Payload, *, now: datetime, today: Callable[[datetime], date]) -> str:
    """Make facts of an event; return what was made of it, in a word."""
    thing = event.get("data", {}).get("object")
    if not isinstance(thing, dict):
        raise Unread("`data.object` is missing")
    on = today(_moment(event))
    match event["type"]:
        case "charge.succeeded" | "charge.failed":
            payments.keep(_paid(thing), source=SOURCE, now=now, today=today)
            return "gift"
        case "charge.refunded":
            _whole(thing)
            payments.undo([thing["id"]], status="refunded", on=on, source=SOURCE, now=now)
            return "refund"
        case "charge.dispute.closed" if thing.get("status") == "lost":
            code = payments.text(thing, "reason")
            lost = [str(thing.get("charge"))]
            payments.undo(lost, status="refunded", on=on, code=code, source=SOURCE, now=now)
            return "refund"
        case "customer.subscription.deleted":
            why = payments.text(thing, "cancellation_details", "reason") or ""
            reason = _ENDED.get(why, "technical")
            payments.end(ref=str(thing.get("id")), on=on, reason=reason, source=SOURCE, now=now)
            return "end"
    return "nothing"


def _paid(charge: Payload) -> Paid:
    ref = payments.text(charge, "id")
    if ref is None:
        raise Unread("the charge has no `id`")
    currency = (payments.text(charge, "currency") or "").upper()
    if len(currency) != 3:
        raise Unread(f"charge {ref} has no currency")
    failed = charge.get("status") == "failed"
    method = payments.text(charge, "payment_method_details", "type") or ""
    return Paid(
        ref=ref,
        amount_minor=payments.number(charge, "amount"),
        currency=currency,
        at=_moment(charge),
        person=_person(charge),
        kind="instalment" if charge.get("invoice") else "one_off",
        payment_method=_METHODS.get(method, "other"),
        campaign_code=payments.text(charge, "metadata", "campaign"),
        return_code=(payments.text(charge, "failure_code") or "failed") if failed else None,
    )


def _person(charge: Payload) -> dict[str, str | None]:
    def said(*path: str) -> str | None:
        return payments.text(charge, "billing_details", *path)

    lines = [line for line in (said("address", "line1"), said("address", "line2")) if line]
    first, _, last = (said("name") or "").rpartition(" ")
    return {
        "email": said("email") or payments.text(charge, "receipt_email"),
        "first_name": first or None,
        "last_name": last or None,
        "phone": said("phone"),
        "address": "\n".join(lines) or None,
        "postcode": said("address", "postal_code"),
        "city": said("address", "city"),
        "country": said("address", "country"),
    }


def _whole(charge: Payload) -> None:
    amount, back = payments.number(charge, "amount"), payments.number(charge, "amount_refunded")
    if back < amount:
        raise Unread(
            f"charge {charge.get('id')} was refunded in part ({back} of {amount}): "
            "enter what is left of the gift by hand"
        )


def _moment(thing: Payload) -> datetime:
    seconds = payments.number(thing, "created")
    if not 0 < seconds < 4_102_444_800:  # the year 2100
        raise Unread("`created` is no moment")
    return datetime.fromtimestamp(seconds, tz=UTC)
