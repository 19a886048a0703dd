"""Sought: the index by which donors are found, kept by the database itself.

Every writing of ``Donor.sought``, in bulk or alone, is followed by the index in the same
transaction: SQLite by triggers on a full-text table that holds no text of its own, PostgreSQL by
an index of the column. Both find the beginnings of words, in any order.
"""

from typing import Any

INDEX = "donors_sought"
# Beginnings of one to three letters have lists of their own.
_SQLITE = (
    f"create virtual table if not exists {INDEX} using fts5(sought, content='donors_donor', "
    "content_rowid='id', detail='none', columnsize=0, prefix='1 2 3', tokenize='ascii')",
    f"create trigger if not exists {INDEX}_new after insert on donors_donor begin "
    f"insert into {INDEX} (rowid, sought) values (new.id, new.sought); end",
    f"create trigger if not exists {INDEX}_gone after delete on donors_donor begin "
    f"insert into {INDEX} ({INDEX}, rowid, sought) values ('delete', old.id, old.sought); end",
    f"create trigger if not exists {INDEX}_changed after update of sought on donors_donor "
    f"when old.sought is not new.sought begin "
    f"insert into {INDEX} ({INDEX}, rowid, sought) values ('delete', old.id, old.sought); "
    f"insert into {INDEX} (rowid, sought) values (new.id, new.sought); end",
    f"insert into {INDEX} ({INDEX}) values ('rebuild')",
)
_POSTGRESQL = (
    f"create index if not exists {INDEX} on donors_donor using gin "
    "(to_tsvector('simple', sought)) with (fastupdate = off)",
)
_MATCHED = {
    "sqlite": f"select rowid from {INDEX} where {INDEX} match %s order by rowid limit %s",
    "postgresql": "select id from donors_donor "
    "where to_tsvector('simple', sought) @@ to_tsquery('simple', %s) limit %s",
}


def install(connection: Any) -> None:
    """Make the index, of the donors there are; a second call makes it anew.

    A migration that alters the table of donors on SQLite copies it, and loses its triggers: it
    ends with this call (tested).
    """
    for sql in _SQLITE if connection.vendor == "sqlite" else _POSTGRESQL:
        with connection.cursor() as cursor:
            cursor.execute(sql)


def tidy(connection: Any) -> None:
    """Take out of the index's own pages what was erased: words of the erased stay in them until it.

    Part of an erasure; some seconds for a million donors.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"insert into {INDEX} ({INDEX}) values ('optimize')")


def remove(connection: Any) -> None:
    """Remove the index."""
    triggers = [f"drop trigger if exists {INDEX}_{when}" for when in ("new", "gone", "changed")]
    sqlite = [*triggers, f"drop table if exists {INDEX}"]
    for sql in sqlite if connection.vendor == "sqlite" else [f"drop index if exists {INDEX}"]:
        with connection.cursor() as cursor:
            cursor.execute(sql)


def matching(connection: Any, words: list[str], *, begun: bool, limit: int) -> list[int]:
    """Return donors who have all the words, in the order of their numbers.

    Args:
        connection: The database's.
        words: Folded: letters a to z and digits alone.
        begun: Whether the beginning of a word is enough.
        limit: At most so many.
    """
    if connection.vendor == "sqlite":
        asked = " AND ".join(f'"{word}"{"*" if begun else ""}' for word in words)
    else:
        asked = " & ".join(f"{word}{':*' if begun else ''}" for word in words)
    with connection.cursor() as cursor:
        cursor.execute(_MATCHED[connection.vendor], [asked, limit])
        # PostgreSQL gives them as it comes upon them: to have it sort would make it find them all.
        return sorted(row[0] for row in cursor.fetchall())
