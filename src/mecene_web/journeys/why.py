"""Why: for a donor, what journeys did with them and why; for a message, why it was sent or not."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mecene.journeys.entering import Refusal
from mecene.words import Bilingual
from mecene_web.donors.models import Donor
from mecene_web.journeys import stored
from mecene_web.journeys.models import Journey, Trace, Traveller
from mecene_web.messages import overview
from mecene_web.messages.models import Outgoing

_MOST = 400


@dataclass(frozen=True)
class Line:
    """One reason, in both languages; ``message`` is what became of what was decided there."""

    at: datetime
    said: Bilingual
    message: Outgoing | None = None
    sent: str = ""


@dataclass(frozen=True)
class Visit:
    """One coming of a donor to a journey, or all the times they were not let in."""

    journey: Journey
    traveller: Traveller | None
    lines: tuple[Line, ...]


def of(donor: Donor) -> list[Visit]:
    """Return what journeys did with a donor, the latest first, each with every reason."""
    rows = Trace.objects.filter(donor=donor).select_related("journey", "traveller")
    messages = {one.origin: one for one in Outgoing.objects.filter(donor=donor)
                .select_related("version__template").order_by("pk")}  # fmt: skip
    groups: dict[tuple[int, int], list[Trace]] = {}
    for row in rows.order_by("-at", "-pk")[:_MOST]:
        groups.setdefault((row.journey_id, row.traveller_id or 0), []).append(row)
    return [
        Visit(held[0].journey, held[0].traveller, tuple(_line(row, messages) for row in held[::-1]))
        for held in groups.values()
    ]


def said(row: Trace) -> Bilingual:
    """Return a reason in both languages."""
    if row.traveller_id is None:
        told = tuple((name, value) for name, value in row.found.items())
        refusal = Refusal(row.code, row.at, told)
        return Bilingual(refusal.text(lang="fr"), refusal.text(lang="en"))
    reason = stored.reason(row)
    return Bilingual(reason.text(lang="fr"), reason.text(lang="en"))


def _line(row: Trace, messages: dict[str, Outgoing]) -> Line:
    key: Any = row.found.get("key") if row.code == "acted" else None
    message = messages.get(str(key))
    return Line(row.at, said(row), message, overview.why(message) if message else "")
