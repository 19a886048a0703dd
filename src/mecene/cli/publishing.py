"""Publishing: a report takes the place of the one before when it is whole, or not at all."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# The page comes last: who opens it finds everything it speaks of.
_LAST = ("metrics.json", "report.html")


@contextmanager
def bench(out: Path) -> Iterator[Path]:
    """Yield an empty folder to make a report in, inside its folder; it goes away afterwards.

    Beside the report, not in a temporary folder of the system: it holds people's names, and a
    small machine's /tmp may be in memory.
    """
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".work-", dir=out) as work:
        yield Path(work)


def publish(made: Path, out: Path) -> None:
    """Move everything of a folder into the report's, over what was there."""
    names = sorted(path.name for path in made.iterdir() if not path.name.startswith("."))
    for name in _LAST:
        (out / name).unlink(missing_ok=True)
    for name in sorted(names, key=lambda name: (name in _LAST, name)):
        _remove(out / name)
        (made / name).rename(out / name)


def publish_one(made: Path, out: Path, name: str) -> None:
    """Move one file of a folder into the report's, if it is there."""
    if (made / name).exists():
        (made / name).replace(out / name)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
