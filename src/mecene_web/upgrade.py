"""Upgrade: the database brought to what this version expects, after a copy of what it was."""

from datetime import datetime
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from mecene_web import backup


def needed() -> bool:
    """Return whether some migration has not been applied."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def upgrade(*, now: datetime) -> Path | None:
    """Apply what migrations are left; return the backup made before, None where none was needed."""
    if not needed():
        return None
    # Nothing to keep of a database that is being made.
    made = backup.backup(now=now) if connection.introspection.table_names() else None
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    return made
