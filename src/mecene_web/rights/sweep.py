"""Sweep: a retention rule is applied, once somebody saw what it finds and confirmed."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from mecene_web.accounts.models import Staff
from mecene_web.audit import write
from mecene_web.events.models import Interaction
from mecene_web.rights import erase, rules
from mecene_web.rights.models import Sweep
from mecene_web.tasks import ask
from mecene_web.tasks.report import Report

KIND = "rights.sweep"
_AT_ONCE = 500


class NothingFound(ValueError):
    """The rule finds nothing any more."""


class Changed(ValueError):
    """The rule finds more than was shown: it must be looked at again."""


def confirm(name: str, *, seen: int, by: Staff, today: date, now: datetime) -> Sweep:
    """Have a rule applied in the background; return the sweep, the one under way if there is one.

    Args:
        name: Of ``rules.RULES``.
        seen: How much the reader was shown.
        by: Who confirmed.
        today: The day.
        now: The moment.

    Raises:
        KeyError: there is no such rule.
        NothingFound: it finds nothing.
        Changed: it finds more than was shown.
    """
    found = rules.found(name, today=today)
    with transaction.atomic():
        under_way = Sweep.objects.filter(rule=name, ended_at=None).first()
        if under_way:
            return under_way
        if not found.count:
            raise NothingFound(f"{name} finds nothing")
        if found.count > seen:
            raise Changed(f"{name} finds {found.count}, not {seen}")
        made = Sweep.objects.create(
            rule=name, before=found.before, found=found.count, by=by, at=now
        )
        write.write("sweep", "retention", name, by=by, now=now,
                    after={"before": found.before, "found": found.count})  # fmt: skip
        ask.ask(KIND, now=now, subject_id=made.pk)
    return made


def work(sweep_id: int, report: Report) -> dict[str, Any]:
    """Apply a sweep; taken up again where it stopped, it does what is left."""
    made = Sweep.objects.get(pk=sweep_id)
    rule, older = rules.RULES[made.rule], rules.moment(made.before)
    gone = made.gone
    while ids := list(rule.find(older).order_by("pk").values_list("pk", flat=True)[:_AT_ONCE]):
        before = gone
        gone += _donors(ids, made) if rule.of_donors else _rows(made.rule, ids, rule.find(older))
        Sweep.objects.filter(pk=sweep_id).update(gone=gone)
        report(made.rule, gone, made.found)
        if gone == before:
            break
    Sweep.objects.filter(pk=sweep_id).update(ended_at=timezone.now())
    return {"gone": gone}


def _donors(ids: list[int], made: Sweep) -> int:
    gone = 0
    for number in ids:
        try:
            erase.erase(number, reason="retention", by=made.by, now=timezone.now())
        except erase.NobodyThere:
            continue  # erased, or found to be another, since
        gone += 1
    return gone


def _rows(name: str, ids: list[int], found: Any) -> int:
    with transaction.atomic():
        if name == "trackers":
            # What was seen may stay a while longer, told of nobody.
            Interaction.objects.filter(visitor_id__in=ids).update(visitor=None)
        return int(found.model._base_manager.filter(pk__in=ids).delete()[0] and len(ids))
