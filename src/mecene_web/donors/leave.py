"""Leave: somebody is no donor any more (another one now, or erased): what was worked out goes."""

from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string


def leave(donor_ids: Collection[int], *, now: datetime) -> None:
    """Take donors out of every score, list and segment; part of the transaction under way.

    ``settings.MECENE_WHO_LEAVES`` names who has worked something out of them.
    """
    for name in settings.MECENE_WHO_LEAVES:
        import_string(name)(donor_ids, now=now)
