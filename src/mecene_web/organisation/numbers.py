"""Numbers: identifiers handed out in blocks, never twice, to rows written in bulk."""

from django.db import transaction
from django.db.models import F

from mecene_web.organisation.models import Sequence


def block(table: str, *, size: int) -> range:
    """Return the next ``size`` numbers of a table, theirs once the transaction is over."""
    with transaction.atomic():
        Sequence.objects.get_or_create(table=table)
        # The row is locked from here on: whoever asks next waits.
        Sequence.objects.filter(table=table).update(following=F("following") + size)
        after = Sequence.objects.values_list("following", flat=True).get(table=table)
    return range(after - size, after)
