"""Payments: what a payment provider's message becomes: donors, gifts, what became of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from mecene_web.api import correct, people, write
from mecene_web.giving.models import Commitment, Gift

Payload = dict[str, Any]


class Unread(ValueError):
    """A message we cannot make anything of; a person must look."""


class NotYet(LookupError):
    """A message about something not heard of yet; it may come."""


@dataclass(frozen=True)
class Paid:
    """A gift as a provider tells it."""

    ref: str
    amount_minor: int
    currency: str
    at: datetime
    person: dict[str, Any]
    kind: str = "one_off"
    payment_method: str | None = None
    campaign_code: str | None = None
    commitment_ref: str | None = None
    designation: str | None = None
    return_code: str | None = None


def keep(paid: Paid, *, source: str, now: datetime, today: Callable[[datetime], date]) -> None:
    """Keep a gift under its donor; told again, it adds nothing.

    Raises:
        Unread: its amount is none.
    """
    if paid.amount_minor < 1:
        raise Unread(f"payment {paid.ref} is of {paid.amount_minor}")
    day = today(paid.at)
    write.write(
        Gift,
        [
            {
                "donor_id": _donor(paid, source=source, now=now), "given_on": day,
                "given_at": paid.at, "amount_minor": paid.amount_minor,
                "currency": paid.currency, "kind": paid.kind,
                "payment_method": paid.payment_method, "campaign_code": paid.campaign_code,
                "designation": paid.designation, "commitment_ref": paid.commitment_ref,
                "status": "failed" if paid.return_code else "received",
                "status_on": day if paid.return_code else None,
                "return_code": paid.return_code, "source_ref": paid.ref,
            }
        ],
        source=source,
        now=now,
    )  # fmt: skip


def undo(
    refs: list[str], *, status: str, on: date, source: str, now: datetime, code: str | None = None
) -> int:
    """Say what became of gifts, found by their references wherever they came from.

    Raises:
        NotYet: no gift has any of them.
        correct.AlreadyOtherwise: something else became of one.
    """
    found = Gift.objects.filter(source_ref__in=refs)
    numbers = list(found.values_list("pk", flat=True))
    if not numbers:
        raise NotYet(f"no gift here has the reference {refs[0]}")
    for number in numbers:
        correct.correct(number, status=status, on=on, source=source, now=now, return_code=code)
    return len(numbers)


def end(
    *, on: date, reason: str, source: str, now: datetime, ref: str = "", mandate: str = ""
) -> None:
    """Say that commitments ended, found by their reference or their mandate's.

    Raises:
        NotYet: there is no such commitment.
    """
    named = {"ref": ref} if ref else {"mandate_ref": mandate}
    found = list(Commitment.objects.filter(**named))
    if not found:
        raise NotYet(f"no commitment here has the reference {ref or mandate}")
    for held in found:
        if held.ended_on is None:
            correct.end(held.pk, on=on, reason=reason, source=source, now=now)


def text(payload: Payload, *path: str) -> str | None:
    """Return a text of a payload; None where there is none."""
    found: Any = payload
    for step in path:
        found = found.get(step) if isinstance(found, dict) else None
    return (found.strip() or None) if isinstance(found, str) else None


def number(payload: Payload, name: str) -> int:
    """Return a whole number of a payload.

    Raises:
        Unread: it has none there.
    """
    found = payload.get(name)
    if isinstance(found, bool) or not isinstance(found, int):
        raise Unread(f"`{name}` is no whole number")
    return found


def _donor(paid: Paid, *, source: str, now: datetime) -> int | None:
    if not any(paid.person.get(name) for name in ("email", "last_name", "organisation_name")):
        return None  # nobody said who gave
    told = paid.person | {"source_ref": paid.ref}
    return people.welcome([told], source=source, now=now)[0].donor_id
