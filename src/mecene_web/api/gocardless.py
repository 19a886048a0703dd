"""GoCardless: what its events become.

Read against its documentation alone (https://developer.gocardless.com/api-reference/#events),
never against a live account. Its events name payments and mandates, and say neither amounts nor
people: gifts come by import or through the API, under GoCardless's own references.
"""

from collections.abc import Callable
from datetime import date, datetime

from mecene_web.api import payments
from mecene_web.api.payments import Payload, Unread

SOURCE = "gocardless"
_FAILED = ("failed", "charged_back", "late_failure_settled")
# Who ended it says why; a closed account is nobody's wish.
_BY_BANK = ("bank_account_closed", "invalid_bank_details", "direct_debit_not_enabled",
            "account_blocked", "bank_account_transferred")  # fmt: skip


def name(event: Payload) -> tuple[str, str]:
    """Return an event's number and its kind.

    Raises:
        Unread: it has none.
    """
    found, about, action = (event.get(each) for each in ("id", "resource_type", "action"))
    if not all(isinstance(each, str) and each for each in (found, about, action)):
        raise Unread("it is no event: `id`, `resource_type` or `action` is missing")
    return str(found), f"{about}.{action}"


def work(event: Payload, *, now: datetime, today: Callable[[datetime], date]) -> str:
    """Make facts of an event; return what was made of it, in a word."""
    about, action = event["resource_type"], event["action"]
    on = today(_moment(event))
    if about == "payments" and action in _FAILED:
        code = payments.text(event, "details", "reason_code") or _cause(event)
        payments.undo(
            [_link(event, "payment")], status="failed", on=on, code=code, source=SOURCE, now=now
        )
        return "failure"
    if about == "mandates" and action in ("cancelled", "failed", "expired"):
        payments.end(
            mandate=_link(event, "mandate"),
            on=on,
            reason=_reason(event, action),
            source=SOURCE,
            now=now,
        )
        return "end"
    if about == "subscriptions" and action in ("cancelled", "finished"):
        reason = _reason(event, action) if action == "cancelled" else "voluntary"
        payments.end(ref=_link(event, "subscription"), on=on, reason=reason, source=SOURCE, now=now)
        return "end"
    if about == "refunds" and action == "refund_settled":
        raise Unread("it does not say how much was refunded: correct the gift by hand")
    return "nothing"


def _reason(event: Payload, action: str) -> str:
    cause = _cause(event)
    if cause in ("customer_deceased", "payer_deceased"):
        return "deceased"
    if action == "expired":
        return "technical"
    return "involuntary" if action == "failed" or cause in _BY_BANK else "voluntary"


def _cause(event: Payload) -> str | None:
    return payments.text(event, "details", "cause")


def _link(event: Payload, what: str) -> str:
    found = payments.text(event, "links", what)
    if found is None:
        raise Unread(f"`links.{what}` is missing")
    return found


def _moment(event: Payload) -> datetime:
    try:
        found = datetime.fromisoformat(str(event.get("created_at")))
    except ValueError as wrong:
        raise Unread("`created_at` is no moment") from wrong
    if found.tzinfo is None:
        raise Unread("`created_at` has no time zone")
    return found
