"""Append-only: the triggers by which a database refuses to change or remove a line of the log.

A migration that has SQLite make the table anew must put them on again.
"""

_REFUSAL = "the audit log is append-only"

CREATE: dict[str, tuple[str, ...]] = {
    "sqlite": (
        "create trigger audit_no_update before update on audit_entry "
        f"begin select raise(abort, '{_REFUSAL}'); end",
        "create trigger audit_no_delete before delete on audit_entry "
        f"begin select raise(abort, '{_REFUSAL}'); end",
        # `insert or replace` removes without a delete that a trigger would see.
        "create trigger audit_no_replace before insert on audit_entry "
        "when exists (select 1 from audit_entry where id = new.id) "
        f"begin select raise(abort, '{_REFUSAL}'); end",
    ),
    "postgresql": (
        "create function audit_refuse() returns trigger language plpgsql as $$ "
        f"begin raise exception '{_REFUSAL}' using errcode = 'integrity_constraint_violation'; "
        "end $$",
        "create trigger audit_no_change before update or delete on audit_entry "
        "for each row execute function audit_refuse()",
        "create trigger audit_no_truncate before truncate on audit_entry "
        "for each statement execute function audit_refuse()",
    ),
}
DROP: dict[str, tuple[str, ...]] = {
    "sqlite": tuple(
        f"drop trigger if exists {name}"
        for name in ("audit_no_update", "audit_no_delete", "audit_no_replace")
    ),
    "postgresql": (
        "drop trigger if exists audit_no_change on audit_entry",
        "drop trigger if exists audit_no_truncate on audit_entry",
        "drop function if exists audit_refuse()",
    ),
}
