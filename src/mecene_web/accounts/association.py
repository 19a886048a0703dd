"""Association: what the installation knows of the association it serves."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from mecene_web.accounts.models import Staff
from mecene_web.audit.write import write
from mecene_web.organisation.models import Organisation


def change(told: Mapping[str, Any], *, by: Staff, now: datetime) -> Organisation:
    """Write down what the association says of itself; what changed is in the log."""
    with transaction.atomic():
        Organisation.objects.get_or_create(pk=Organisation.THE_ONE)
        own = Organisation.objects.select_for_update().get(pk=Organisation.THE_ONE)
        before = {name: getattr(own, name) for name in told if getattr(own, name) != told[name]}
        if before:
            for name, value in told.items():
                setattr(own, name, value)
            own.save()
            after = {name: told[name] for name in before}
            write("change", "association", None, by=by, now=now, before=before, after=after)
    return own
