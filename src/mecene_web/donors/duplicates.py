"""Duplicates: who may be one person, side by side, for somebody to judge; and what was judged."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q

from mecene_web.donors.models import Donor, Merge, Proposal, Record

SHOWN = 10
_COMPARED = (
    "civility", "first_name", "last_name", "organisation_name", "email", "phone", "address",
    "postcode", "city", "birth_date",
)  # fmt: skip


@dataclass(frozen=True)
class Side:
    """One of the two: who they are, what was read of them, what they gave."""

    donor: Donor
    references: tuple[str, ...]
    sources: int
    gifts: int
    last_gift_on: Any
    twin: int


@dataclass(frozen=True)
class Pair:
    """Two donors who may be one; ``lines`` are (column, one's, the other's, same)."""

    proposal: Proposal
    one: Side
    other: Side
    evidence: str
    lines: tuple[tuple[str, Any, Any, bool], ...]

    @property
    def sides(self) -> tuple[Side, Side]:
        """Return both."""
        return self.one, self.other


def waiting(*, lang: str) -> tuple[list[Pair], int]:
    """Return the surest proposals to judge, and how many wait in all."""
    merged = Merge.objects.filter(undone_at=None).values("absorbed")
    asked = Proposal.objects.filter(refused_at=None).exclude(one__in=merged)
    asked = asked.exclude(other__in=merged)
    found = list(asked.select_related("one", "other").order_by("-score", "pk")[:SHOWN])
    known = _known([donor for pair in found for donor in (pair.one, pair.other)])
    return [_pair(one, known, lang) for one in found], asked.count()


def beside(one: Donor, other: Donor) -> tuple[tuple[str, Any, Any, bool], ...]:
    """Return what is known of two donors, line by line: (column, one's, the other's, same)."""
    told = [(name, getattr(one, name), getattr(other, name)) for name in _COMPARED]
    return tuple(
        (name, mine, theirs, _plain(mine) == _plain(theirs))
        for name, mine, theirs in told
        if mine or theirs
    )


def history() -> list[Merge]:
    """Return the latest merges, undone ones too; ``absorbed_name`` as their records say."""
    found = list(
        Merge.objects.select_related("kept", "by", "undone_by").order_by("-at", "-pk")[: 2 * SHOWN]
    )
    moved = Merge.records.through.objects.filter(merge__in=found).select_related("record")
    names = {
        one.merge_id: " ".join(filter(None, (
            one.record.first_name, one.record.last_name, one.record.organisation_name,
        )))
        for one in moved.order_by("-pk")
    }  # fmt: skip
    for made in found:
        made.absorbed_name = names.get(made.pk, "")  # type: ignore[attr-defined]
    return found


def _pair(asked: Proposal, known: dict[int, tuple[Any, ...]], lang: str) -> Pair:
    one = Side(asked.one, *known[asked.one_id], twin=asked.other_id)
    other = Side(asked.other, *known[asked.other_id], twin=asked.one_id)
    evidence = asked.evidence.get(lang) or asked.evidence.get("fr") or ""
    return Pair(asked, one, other, evidence, beside(asked.one, asked.other))


def _known(donors: list[Donor]) -> dict[int, tuple[Any, ...]]:
    """Return donor → references, records, gifts, day of the last one."""
    ids = {donor.pk for donor in donors}
    given = {
        row["pk"]: row
        for row in Donor.objects.filter(pk__in=ids).values("pk").annotate(
            many=Count("gifts", filter=Q(gifts__status="received")),
            last=Max("gifts__given_on", filter=Q(gifts__status="received")),
        )
    }  # fmt: skip
    told: dict[int, list[str | None]] = {number: [] for number in ids}
    records = Record.objects.filter(donor__in=ids).values_list("donor_id", "external_id")
    for donor_id, reference in records:
        told[donor_id].append(reference)
    return {
        number: (
            tuple(sorted({reference for reference in told[number] if reference})),
            len(told[number]),
            given.get(number, {}).get("many", 0),
            given.get(number, {}).get("last"),
        )
        for number in ids
    }


def _plain(value: Any) -> str:
    return str(value or "").casefold().strip()
