"""Alone: one import at a time is loaded or taken back, whoever works in the background.

Who the people of a file are is judged beside those who are known: nobody else may come meanwhile.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from mecene_web.imports import receive


@contextmanager
def alone() -> Iterator[None]:
    """Wait until no other process is at an import; a killed one is not waited for."""
    place = Path(settings.HOME) / receive.FOLDER
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (place / ".alone").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
