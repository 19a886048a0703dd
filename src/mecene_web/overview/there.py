"""There: in which tables a donor has rows, asked at once.

Most donors have gifts and messages and nothing else: building a dozen queries that find nothing
takes longer than all that is found.
"""

from functools import cache

from django.db import connection, models

from mecene_web.consent.models import Consent
from mecene_web.donors.models import Attribute, ContactPerson, Following, Merge, Note, Record, Task
from mecene_web.events.models import Contact, Interaction
from mecene_web.giving.models import Commitment, Gift

# Name → whose rows, and which of them, as SQL.
_TABLES: dict[str, tuple[type[models.Model], str]] = {
    "gifts": (Gift, "donor_id = %s"),
    "contacts": (Contact, "donor_id = %s"),
    "interactions": (Interaction, "donor_id = %s"),
    "consents": (Consent, "donor_id = %s"),
    "notes": (Note, "donor_id = %s"),
    "tasks": (Task, "donor_id = %s"),
    "attributes": (Attribute, "donor_id = %s"),
    "commitments": (Commitment, "donor_id = %s"),
    "kept": (Merge, "kept_id = %s"),
    "absorbed": (Merge, "absorbed_id = %s"),
    "edits": (Record, "by_hand and donor_id = %s"),
    "followings": (Following, "donor_id = %s"),
    "persons": (ContactPerson, "donor_id = %s"),
}


def of(donor_id: int) -> frozenset[str]:
    """Return the names of the tables in which a donor has a row."""
    with connection.cursor() as cursor:
        cursor.execute(_asked(), [donor_id] * len(_TABLES))
        return frozenset(name for (name,) in cursor.fetchall())


@cache
def _asked() -> str:
    return " union all ".join(
        f"select '{name}' where exists (select 1 from {model._meta.db_table} where {which})"
        for name, (model, which) in _TABLES.items()
    )
