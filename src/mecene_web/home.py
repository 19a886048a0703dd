"""Home: where an installation keeps everything it writes.

One folder, so that a backup, a move or a removal is one folder too.
"""

import os
import secrets
from pathlib import Path

VARIABLE = "MECENE_HOME"
_SECRET = "secret_key"  # noqa: S105 -- the name of a file


def folder() -> Path:
    """Return the folder of this installation; it may not exist yet."""
    told = os.environ.get(VARIABLE)
    if told:
        return Path(told).expanduser().resolve()
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "mecene"


def prepared() -> Path:
    """Return the folder, made readable by its owner alone."""
    found = folder()
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


def secret() -> str:
    """Return the key that sessions and links are signed with, drawn at the first start.

    Two processes that start together read the same one.
    """
    file = prepared() / _SECRET
    while not file.exists():
        drawn = file.with_name(f"{_SECRET}.{os.getpid()}")
        drawn.touch(mode=0o600)
        drawn.write_text(secrets.token_urlsafe(64), encoding="ascii")
        try:
            os.link(drawn, file)  # fails where another process was first
        except FileExistsError:
            pass
        finally:
            drawn.unlink()
    return file.read_text(encoding="ascii")
