"""Resuming: where does a donor go on with the gift they left unfinished?

At the page that the event itself names (``properties.resume_url``), where that is a page of a host
the association named; otherwise at the one page it gave for all (``link.resume``).
"""

from collections.abc import Iterable

from mecene.journeys.traveller import Event
from mecene_web.events.models import Interaction
from mecene_web.messages import declared

KIND = "form_abandoned"


def of(events: Iterable[tuple[int, Event]]) -> dict[str, str]:
    """Return the event's reference → the address it names, of (donor, event) of any kind."""
    wanted = {(donor, event.at): event.ref for donor, event in events if event.kind == KIND}
    if not wanted:
        return {}
    rows = Interaction.objects.filter(
        donor__in={donor for donor, _ in wanted}, at__in={at for _, at in wanted}, kind=KIND
    )
    known = declared.hosts()
    return {
        wanted[donor, at]: told["resume_url"]
        for donor, at, told in rows.values_list("donor_id", "at", "properties")
        # Hosts change: what was one of ours as it came is asked again as it is used.
        if (donor, at) in wanted and told and declared.leads_home(told.get("resume_url"), known)
    }
