"""HelloAsso: what its notifications become.

Read against its documentation alone (https://dev.helloasso.com/docs/les-notifications and the
examples beside it), never against a live account. A gift is an item of a payment; orders are left
aside, their payments say the same.
"""

from collections.abc import Callable
from datetime import date, datetime

from mecene_web.api import payments
from mecene_web.api.payments import Paid, Payload, Unread

SOURCE = "helloasso"
_KINDS = {"Donation": "one_off", "MonthlyDonation": "instalment", "Membership": "membership_fee"}
_METHODS = {"Card": "card", "Sepa": "direct_debit", "Check": "cheque", "Cash": "cash",
            "BankTransfer": "transfer"}  # fmt: skip
_PAID = ("Authorized", "Registered", "Corrected")
_FAILED = ("Refused", "Unknown", "Error", "Abandoned", "Canceled")
_BACK = ("Refunded", "Contested")
_COUNTRIES = {
    "FRA": "FR", "BEL": "BE", "CHE": "CH", "LUX": "LU", "DEU": "DE", "ESP": "ES", "ITA": "IT",
    "GBR": "GB", "NLD": "NL", "PRT": "PT", "CAN": "CA", "USA": "US", "MCO": "MC", "REU": "RE",
    "GLP": "GP", "MTQ": "MQ", "GUF": "GF", "MYT": "YT", "IRL": "IE", "AUT": "AT",
}  # fmt: skip


def name(notice: Payload) -> tuple[str, str]:
    """Return an empty number (its notifications have none) and the kind.

    Raises:
        Unread: it is no notification.
    """
    kind, data = notice.get("eventType"), notice.get("data")
    if not isinstance(kind, str) or not isinstance(data, dict):
        raise Unread("it is no notification: `eventType` or `data` is missing")
    return "", f"{kind}.{data.get('state', '')}".rstrip(".")


def work(notice: Payload, *, now: datetime, today: Callable[[datetime], date]) -> str:
    """Make facts of a notification; return what was made of it, in a word."""
    if notice["eventType"] != "Payment":
        return "nothing"
    payment = notice["data"]
    state = payments.text(payment, "state") or ""
    gifts = _gifts(payment, failed=state in _FAILED)
    if state in (*_PAID, "Refused") and gifts:
        for gift in gifts:
            payments.keep(gift, source=SOURCE, now=now, today=today)
        return "gift"
    if state in _BACK and gifts:
        on = today(_moment(payment.get("meta"), "updatedAt"))
        payments.undo(
            [gift.ref for gift in gifts], status="refunded", on=on, source=SOURCE, now=now
        )
        return "refund"
    if state and state not in (*_PAID, *_FAILED, *_BACK, "Pending", "Refunding", "Waiting"):
        raise Unread(f"the payment is {state}, which we do not know")
    return "nothing"


def _gifts(payment: Payload, *, failed: bool) -> list[Paid]:
    """Return the items of a payment that are gifts."""
    number = payments.number(payment, "id")
    at = _moment(payment, "date")
    found = []
    for item in payment.get("items") or []:
        kind = _KINDS.get(str(item.get("type")))
        if kind is None:
            continue  # a ticket, a purchase
        order = payment.get("order") or {}
        monthly = kind == "instalment"
        found.append(
            Paid(
                ref=f"{number}-{payments.number(item, 'id')}",
                amount_minor=payments.number(item, "shareAmount" if "shareAmount" in item
                                             else "amount"),
                currency="EUR",
                at=at,
                person=_person(payment),
                kind=kind,
                payment_method=_METHODS.get(str(payment.get("paymentMeans")), "other"),
                campaign_code=payments.text(order, "formSlug"),
                designation=payments.text(order, "formName"),
                commitment_ref=f"helloasso-{order.get('id')}" if monthly else None,
                return_code="refused" if failed else None,
            )
        )  # fmt: skip
    return found


def _person(payment: Payload) -> dict[str, str | date | None]:
    def said(name: str) -> str | None:
        return payments.text(payment, "payer", name)

    born = said("dateOfBirth")
    return {
        "email": said("email"),
        "first_name": said("firstName"),
        "last_name": said("lastName"),
        "organisation_name": said("company"),
        "address": said("address"),
        "postcode": said("zipCode"),
        "city": said("city"),
        "country": _COUNTRIES.get(said("country") or ""),
        "birth_date": _day(born) if born else None,
    }


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return found if 1900 <= found.year <= 2100 else None


def _moment(thing: object, name: str) -> datetime:
    text = payments.text(thing, name) if isinstance(thing, dict) else None
    try:
        found = datetime.fromisoformat(_microseconds(text or ""))
    except ValueError as wrong:
        raise Unread(f"`{name}` is no moment") from wrong
    if found.tzinfo is None or not 1901 <= found.year <= 2099:
        raise Unread(f"`{name}` has no time zone")
    return found


def _microseconds(text: str) -> str:
    """Return a moment with six decimals: HelloAsso writes seven."""
    head, dot, tail = text.partition(".")
    digits = tail[: len(tail) - len(tail.lstrip("0123456789"))]
    return f"{head}{dot}{digits[:6]}{tail[len(digits) :]}" if dot else text
