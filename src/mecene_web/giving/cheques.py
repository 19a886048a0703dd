"""Cheques: batches for the bank, opened with what they must come to, closed when they do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Sum

from mecene_web.accounts.models import Staff
from mecene_web.audit import write
from mecene_web.giving import enter, writing
from mecene_web.giving.models import Batch, Entry

MOST = 2_000


class Unbalanced(ValueError):
    """The cheques written are not those announced; ``state`` says by how much."""

    def __init__(self, state: "State") -> None:
        super().__init__(f"{state.left_count} cheques and {state.left_minor} minor units are left")
        self.state = state


class ClosedAlready(ValueError):
    """The batch was closed before."""


@dataclass(frozen=True)
class State:
    """How far a batch is; what is left is negative where too much was written."""

    count: int
    minor: int
    left_count: int
    left_minor: int

    @property
    def balances(self) -> bool:
        """Return whether it comes to what was announced."""
        return self.left_count == 0 and self.left_minor == 0


def start(said: Mapping[str, str], *, by: Staff, now: datetime) -> Batch:
    """Open a batch; the same page sent twice opens one.

    Raises:
        enter.Unusable: the count or the total cannot be used.
    """
    problems: dict[str, str] = {}
    currency, count, minor = enter.currency(), said.get("count", "").strip(), 0
    if not (count.isascii() and count.isdecimal() and len(count) < 6 and 1 <= int(count) <= MOST):
        problems["count"] = "count"
    try:
        minor = writing.amount(said.get("total", ""), currency=currency)
    except writing.UnclearAmount:
        problems["total"] = "amount"
    token = said.get("token", "")
    if problems or not 16 <= len(token) <= 64:
        raise enter.Unusable(problems or {"token": "token"})
    with transaction.atomic():
        batch, made = Batch.objects.get_or_create(
            token=token,
            defaults={"announced_count": int(count), "announced_minor": minor,
                      "currency": currency, "opened_at": now, "opened_by": by},
        )  # fmt: skip
        if made:
            write.write("open", "batch", batch.pk, by=by, now=now,
                        after={"count": int(count), "total_minor": minor})  # fmt: skip
    return batch


def close(batch_id: int, *, by: Staff, now: datetime) -> Batch:
    """Close a batch that balances; nothing of it changes afterwards.

    Raises:
        Batch.DoesNotExist: there is none.
        ClosedAlready: it is closed.
        Unbalanced: it does not come to what was announced.
    """
    with transaction.atomic():
        batch = Batch.objects.select_for_update().get(pk=batch_id)
        if batch.closed_at is not None:
            raise ClosedAlready(f"batch {batch_id} is closed")
        found = state(batch)
        if not found.balances:
            raise Unbalanced(found)
        Batch.objects.filter(pk=batch_id).update(closed_at=now, closed_by=by)
        write.write("close", "batch", batch_id, by=by, now=now,
                    after={"count": found.count, "total_minor": found.minor})  # fmt: skip
    batch.refresh_from_db()
    return batch


def state(batch: Batch) -> State:
    """Return how far a batch is."""
    told = Entry.objects.filter(batch=batch).aggregate(
        count=Count("pk"), minor=Sum("gift__amount_minor")
    )
    count, minor = told["count"], int(told["minor"] or 0)
    return State(count, minor, batch.announced_count - count, batch.announced_minor - minor)
