"""Publish: a version is made ready, and does not change any more."""

from datetime import datetime

from django.db import transaction

from mecene_web.accounts.models import Staff
from mecene_web.audit import write as audit
from mecene_web.messages import blocks, mjml, parts, sandbox
from mecene_web.messages.texts import Part, Version

# What compiling a part may raise.
MISTAKES = (parts.Unfinished, blocks.UnusableBlock, mjml.UnreadableMjml, sandbox.UnreadableTemplate)

_REFUSAL = "a published template does not change"
_STOP = f"begin select raise(abort, '{_REFUSAL}'); end"
_OPEN = (
    "select 1 from mecene_messages_version where id = {row}.version_id and published_at is not null"
)
# Database → what refuses to change what was published.
CREATE: dict[str, tuple[str, ...]] = {
    "sqlite": (
        "create trigger version_no_change before update on mecene_messages_version "
        f"when old.published_at is not null {_STOP}",
        "create trigger part_no_change before update on mecene_messages_part "
        f"when exists ({_OPEN.format(row='old')}) {_STOP}",
        "create trigger part_no_addition before insert on mecene_messages_part "
        f"when exists ({_OPEN.format(row='new')}) {_STOP}",
    ),
    "postgresql": (
        "create function mecene_messages_refuse() returns trigger language plpgsql as $$ begin "
        "if tg_table_name = 'mecene_messages_version' then "
        "  if old.published_at is not null then "
        f"   raise exception '{_REFUSAL}' using errcode = 'integrity_constraint_violation'; "
        "  end if; "
        f"elsif exists ({_OPEN.format(row='new')}) then "
        f"  raise exception '{_REFUSAL}' using errcode = 'integrity_constraint_violation'; "
        "end if; return new; end $$",
        "create trigger version_no_change before update on mecene_messages_version "
        "for each row execute function mecene_messages_refuse()",
        "create trigger part_no_change before insert or update on mecene_messages_part "
        "for each row execute function mecene_messages_refuse()",
    ),
}
DROP: dict[str, tuple[str, ...]] = {
    "sqlite": tuple(
        f"drop trigger if exists {name}"
        for name in ("version_no_change", "part_no_change", "part_no_addition")
    ),
    "postgresql": (
        "drop trigger if exists version_no_change on mecene_messages_version",
        "drop trigger if exists part_no_change on mecene_messages_part",
        "drop function if exists mecene_messages_refuse()",
    ),
}


class Unpublishable(ValueError):
    """A part of the version cannot be made ready; ``part`` is which, ``mistake`` what is wrong."""

    def __init__(self, part: Part, mistake: Exception) -> None:
        super().__init__(f"{part}: {mistake}")
        self.part, self.mistake = part, mistake


class NothingSaid(ValueError):
    """No part of the version says anything."""


def ready(part: Part) -> Part:
    """Return a part made ready to be filled in, not kept.

    Raises:
        MISTAKES: it cannot be.
    """
    template = part.version.template
    part.compiled = parts.compiled(
        part.content, channel=template.channel, lang=part.lang,
        solicits=set(template.purposes) != {"transactional"},
    )  # fmt: skip
    return part


def publish(version_id: int, *, by: Staff | None, now: datetime) -> Version:
    """Publish a draft; a second time does nothing. A language in which nothing is said is left out.

    Raises:
        Unpublishable: a part cannot be made ready.
        NothingSaid: there is none.
    """
    with transaction.atomic():
        version = Version.objects.select_for_update().get(pk=version_id)
        if version.published_at is not None:
            return version
        said = 0
        for part in version.parts.select_related("version__template").order_by("pk"):
            if not any(part.content.get(name) for name in ("subject", "blocks", "text")):
                part.delete()
                continue
            try:
                ready(part).save(update_fields=["compiled"])
            except MISTAKES as wrong:
                raise Unpublishable(part, wrong) from wrong
            said += 1
        if not said:
            raise NothingSaid(f"version {version_id} says nothing")
        Version.objects.filter(pk=version_id).update(published_at=now, published_by=by)
        audit.write("publish", "template", version.template_id, by=by, now=now,
                    after={"version": version.number})  # fmt: skip
    version.refresh_from_db()
    return version


def latest(template_id: int) -> Version | None:
    """Return what a template says now: the version published last."""
    held = Version.objects.filter(template_id=template_id, published_at__isnull=False)
    return held.order_by("-number").first()
