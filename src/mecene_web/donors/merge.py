"""Merge: two donors who are one become one; everything of the second follows to the first.

Nothing is lost: the records and facts that moved are known, and ``unmerge`` moves them back.
"""

from datetime import datetime
from typing import Any

from django.db import transaction

from mecene_web.accounts.models import Staff
from mecene_web.audit import write
from mecene_web.donors import belongings, leave, redraw, touch
from mecene_web.donors.belongings import Belonging
from mecene_web.donors.models import Donor, Merge, Proposal, Record


class SameDonor(ValueError):
    """A donor cannot be merged with themselves."""


class NoSuchDonor(LookupError):
    """One of the two donors does not exist."""


class MergedAlready(ValueError):
    """One of the two was merged into another meanwhile."""


class JudgedApart(ValueError):
    """A colleague said meanwhile that these are two people."""


def merge(
    kept_id: int, absorbed_id: int, *, by: Staff | None, now: datetime, why: str = ""
) -> Merge:
    """Make one donor of two; return what was done, so that it can be undone.

    Args:
        kept_id: Whose number stays.
        absorbed_id: Whose records and facts move.
        by: Who says so.
        now: The moment.
        why: In their words.

    Raises:
        SameDonor: both are one number.
        NoSuchDonor: one of them is unknown.
        MergedAlready: one of them is another donor now.
    """
    if kept_id == absorbed_id:
        raise SameDonor(f"donor {kept_id} is one already")
    with transaction.atomic():
        kept, absorbed = _locked(kept_id, absorbed_id)
        evidence = _evidence(kept_id, absorbed_id)
        made = Merge.objects.create(
            kept=kept, absorbed=absorbed, by=by, at=now, household=absorbed.household,
            gave_household=kept.household_id is None and absorbed.household_id is not None,
            score=evidence.pop("score", None), rule=evidence.pop("rule", "by_hand"),
            evidence=evidence | ({"why": why} if why else {}),
        )  # fmt: skip
        made.records.set(Record.objects.filter(donor=absorbed))
        made.moved = {
            name: ids for one in belongings.followed() if (ids := _moved(one, kept, absorbed))
            for name in [one.name]
        }  # fmt: skip
        made.save(update_fields=["moved"])
        if made.gave_household:
            Donor.objects.filter(pk=kept_id).update(household=absorbed.household)
        Donor.objects.filter(pk=absorbed_id).update(household=None)
        redraw.redraw([kept_id, absorbed_id])
        leave.leave([absorbed_id], now=now)
        touch.touch([kept_id, absorbed_id], now=now)
        write.write(
            "merge", "donor", kept_id, by=by, now=now, donor_id=kept_id,
            before={"absorbed": absorbed_id}, after={"merge": made.pk, "why": why},
        )  # fmt: skip
    return made


def refuse(proposal_id: int, *, by: Staff, now: datetime) -> None:
    """Say that two donors are two people; they are not proposed again.

    Raises:
        NoSuchDonor: there is no such proposal.
        MergedAlready: they were merged meanwhile.
    """
    with transaction.atomic():
        asked = Proposal.objects.select_for_update().filter(pk=proposal_id).first()
        if asked is None:
            raise NoSuchDonor(f"proposal {proposal_id} is gone")
        pair = (asked.one_id, asked.other_id)
        if Merge.objects.filter(undone_at=None, absorbed__in=pair).exists():
            raise MergedAlready(f"proposal {proposal_id}: one of the two is another donor now")
        if asked.refused_at is None:
            Proposal.objects.filter(pk=proposal_id).update(refused_at=now, refused_by=by)
            write.write("refuse_merge", "proposal", proposal_id, by=by, now=now,
                        after={"one": asked.one_id, "other": asked.other_id})  # fmt: skip


def _locked(kept_id: int, absorbed_id: int) -> tuple[Donor, Donor]:
    # In the order of their numbers, so that two colleagues never wait for each other.
    both = {
        donor.pk: donor
        for donor in Donor.objects.select_for_update()
        .filter(pk__in=(kept_id, absorbed_id))
        .order_by("pk")
    }
    if len(both) < 2:
        raise NoSuchDonor(f"donors {kept_id} and {absorbed_id}: one of them is unknown")
    gone = Merge.objects.filter(undone_at=None, absorbed__in=both).first()
    if gone:
        raise MergedAlready(f"donor {gone.absorbed_id} is donor {gone.kept_id} now")
    return both[kept_id], both[absorbed_id]


def _evidence(one: int, other: int) -> dict[str, Any]:
    pair = (min(one, other), max(one, other))
    asked = Proposal.objects.filter(one_id=pair[0], other_id=pair[1]).first()
    if asked is None:
        return {}
    if asked.refused_at is not None:
        raise JudgedApart(f"donors {one} and {other} were said to be two people")
    return {**asked.evidence, "score": asked.score, "rule": "proposed"}


def _moved(one: Belonging, kept: Donor, absorbed: Donor) -> list[int]:
    """Move the rows of a table; return those that have no record to be found by again."""
    theirs = one.rows.filter(**{one.field: absorbed})
    if left := belongings.left_behind(one, kept, absorbed):
        theirs = theirs.exclude(pk__in=left)
    loose = theirs.filter(record=None) if one.by_record else theirs
    # Records are remembered as records.
    ids = [] if one.model is Record else sorted(loose.values_list("pk", flat=True))
    theirs.update(**{one.field: kept})
    return ids
