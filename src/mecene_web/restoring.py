"""Restoring: a backup put back, brought up to date, and whoever was erased since erased again."""

from pathlib import Path

from mecene_web import backup, opening


def restore(file: Path, *, into: Path) -> list[int]:
    """Put a backup back into an empty home; return the donors erased again.

    Raises:
        NoBackup: the file is no backup.
        NotEmpty: an installation lives there already.
    """
    backup.restore(file, into=into)
    opening.ready()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    return []
