"""Ledger: why a row of consents is never changed, and the only way one may go.

Triggers refuse to change what was said, on SQLite and on PostgreSQL, and to remove a row but
while an ``Opening`` stands. One stands within the transaction of an erasure, or of an import
taken back, and nobody else ever sees it: other transactions of PostgreSQL read only what was
committed, and SQLite has one writer.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from mecene_web.consent.models import Opening

_REFUSAL = "the ledger of consents is append-only"
_SAID = (
    "purpose, channel, status, legal_basis, occurred_at, written_at, source, text_version, "
    "proof, by_id, source_ref, import_id"
)
_CLOSED = "not exists (select 1 from consent_opening)"
_STOP = f"begin select raise(abort, '{_REFUSAL}'); end"

CREATE: dict[str, tuple[str, ...]] = {
    "sqlite": (
        f"create trigger consent_no_change before update of {_SAID} on consent_consent {_STOP}",
        "create trigger consent_no_removal before delete on consent_consent "
        f"when {_CLOSED} {_STOP}",
        # `insert or replace` removes without a delete that a trigger would see.
        "create trigger consent_no_replacement before insert on consent_consent "
        f"when exists (select 1 from consent_consent where id = new.id) {_STOP}",
        f"create trigger wording_no_change before update on consent_wording {_STOP}",
        "create trigger wording_no_removal before delete on consent_wording "
        f"when {_CLOSED} {_STOP}",
    ),
    "postgresql": (
        "create function consent_refuse() returns trigger language plpgsql as $$ begin "
        f"if tg_op <> 'UPDATE' and exists (select 1 from consent_opening) then return old; end if; "
        f"raise exception '{_REFUSAL}' using errcode = 'integrity_constraint_violation'; end $$",
        f"create trigger consent_no_change before update of {_SAID} on consent_consent "
        "for each row execute function consent_refuse()",
        "create trigger consent_no_removal before delete on consent_consent "
        "for each row execute function consent_refuse()",
        "create trigger consent_no_emptying before truncate on consent_consent "
        "for each statement execute function consent_refuse()",
        "create trigger wording_no_change before update or delete on consent_wording "
        "for each row execute function consent_refuse()",
    ),
}  # fmt: skip
DROP: dict[str, tuple[str, ...]] = {
    "sqlite": tuple(
        f"drop trigger if exists {name}"
        for name in (
            "consent_no_change", "consent_no_removal", "consent_no_replacement",
            "wording_no_change", "wording_no_removal",
        )
    ),
    "postgresql": (
        "drop trigger if exists consent_no_change on consent_consent",
        "drop trigger if exists consent_no_removal on consent_consent",
        "drop trigger if exists consent_no_emptying on consent_consent",
        "drop trigger if exists wording_no_change on consent_wording",
        "drop function if exists consent_refuse()",
    ),
}  # fmt: skip


@contextmanager
def opened(why: str) -> Iterator[None]:
    """Let rows be removed until the end of the block; part of the transaction under way.

    Args:
        why: ``erasure``, ``undo``: for who reads the code, nothing of it stays.
    """
    with transaction.atomic():
        made = Opening.objects.create(why=why)
        yield
        made.delete()
