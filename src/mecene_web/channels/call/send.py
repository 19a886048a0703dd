"""Send: a call is a task on a list, with what to say; who calls says what came of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from mecene_web.channels.known import Line
from mecene_web.channels.parcel import Parcel, Refused, Sent
from mecene_web.donors.models import Donor, Task

# The contact is written when somebody calls (``overview.calls``), not when they are asked to.
IS_CONTACT = False
_BY = timedelta(days=7)
_LONGEST = 500


@contextmanager
def opened() -> Iterator[Line]:
    """Open a line to the lists of calls."""
    yield _asked


def _asked(parcel: Parcel) -> Sent:
    donor_id = int(str(parcel.values["donor_id"]))
    now: datetime = timezone.now()
    script = " ".join(parcel.text.split())
    if len(script) > _LONGEST:
        raise Refused(f"a script has at most {_LONGEST} signs")
    owner = parcel.values.get("owner_id")
    with transaction.atomic():
        donor = Donor.objects.select_for_update().get(pk=donor_id)
        # The same message asked twice is one task: its key is kept with it.
        made, _ = Task.objects.get_or_create(
            donor=donor, kind="call", what=script, done_at=None,
            defaults={"made_at": now, "due_on": timezone.localdate(now) + _BY,
                      "owner_id": int(str(owner)) if owner else None},
        )  # fmt: skip
    return Sent("task", f"task:{made.pk}")
