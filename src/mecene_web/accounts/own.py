"""Own: what members say of themselves."""

from datetime import datetime

from django.db import transaction

from mecene_web.accounts.models import Staff
from mecene_web.audit.write import write


def change(member: Staff, *, name: str, language: str, now: datetime) -> None:
    """Write down a member's own name and language."""
    with transaction.atomic():
        before = {"name": member.name, "language": member.language}
        member.name, member.language = name, language
        member.save(update_fields=["name", "language"])
        after = {"name": name, "language": language}
        if after != before:
            write("change", "staff", member.pk, by=member, now=now, before=before, after=after)
