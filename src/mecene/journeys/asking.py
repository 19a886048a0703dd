"""Asking: does a condition of a journey hold of a donor, with the event at hand?"""

from collections.abc import Mapping
from types import MappingProxyType

from mecene.conditions import holding
from mecene.conditions.holding import Cell
from mecene.journeys import vocabulary
from mecene.journeys.publishing import Published
from mecene.journeys.traveller import Event

_NO_EVENT: Mapping[str, Cell] = MappingProxyType(dict.fromkeys(vocabulary.EVENT))


def holds(
    published: Published, text: str | None, *, values: Mapping[str, Cell], event: Event
) -> bool:
    """Return whether one of the graph's conditions holds; True where there is none.

    Args:
        published: The journey.
        text: The condition, as written in the graph.
        values: Column → value, of ``published.columns``.
        event: The event the condition is asked of.

    Raises:
        UnansweredColumn: a value is missing.
    """
    if text is None:
        return True
    row = {**values, **_NO_EVENT, **event.values}
    return holding.holds(published.conditions[text], row, types=published.types)
