"""Publishing: a report takes the place of the one before when it is whole, or not at all.

Even when the machine is switched off in the middle: what is made stands in a folder of its own,
the report before is set aside rather than removed, and what a killed run left is put back or
cleared away by the next one.
"""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# The page comes last: who opens it finds everything it speaks of.
_LAST = ("metrics.json", "report.html")
_WORK = ".work-"
_LOCK = "running"
_BEFORE = "before"
_MOVING = "moving.json"


@contextmanager
def bench(out: Path) -> Iterator[Path]:
    """Yield an empty folder to make a report in, inside its folder; it goes away afterwards.

    Beside the report, not in a temporary folder of the system: it holds people's names, and a
    small machine's /tmp may be in memory. What a killed run left there goes away first.
    """
    out.mkdir(parents=True, exist_ok=True)
    for left in sorted(out.glob(f"{_WORK}*")):
        _clear(left, out)
    with tempfile.TemporaryDirectory(prefix=_WORK, dir=out) as work, _held(Path(work) / _LOCK):
        yield Path(work)


def publish(made: Path, out: Path) -> None:
    """Move everything of a folder, itself in a bench, into the report's, over what was there."""
    names = sorted(path.name for path in made.iterdir() if not path.name.startswith("."))
    work, before = made.parent, made.parent / _BEFORE
    before.mkdir()
    (work / _MOVING).write_text(json.dumps([made.name, *names]), encoding="utf-8")
    try:
        for name in dict.fromkeys((*_LAST, *names)):
            _move(out / name, before / name)
        for name in sorted(names, key=lambda name: (name in _LAST, name)):
            (made / name).rename(out / name)
    except BaseException:
        _put_back(before, out, names, made=made)
        raise
    # From here on the new report is the one to keep.
    (work / _MOVING).unlink()


def publish_one(made: Path, out: Path, name: str) -> None:
    """Move one file of a folder into the report's, if it is there."""
    if (made / name).exists():
        (made / name).replace(out / name)


def _clear(work: Path, out: Path) -> None:
    """Remove what a killed run left, the report it was replacing put back; not one that runs."""
    if _is_held(work / _LOCK):
        return
    moving = work / _MOVING
    if moving.exists():
        with suppress(ValueError):  # killed while it was written: nothing had moved yet
            made, *names = json.loads(moving.read_text(encoding="utf-8"))
            _put_back(work / _BEFORE, out, names, made=work / made)
    shutil.rmtree(work, ignore_errors=True)


def _put_back(before: Path, out: Path, names: list[str], *, made: Path) -> None:
    for name in names:
        if not (made / name).exists():
            _remove(out / name)
    for path in sorted(before.iterdir(), key=lambda path: (path.name in _LAST, path.name)):
        _move(path, out / path.name)


@contextmanager
def _held(lock: Path) -> Iterator[None]:
    """Hold a file as long as this run lives: the system lets go of it, whatever the end."""
    with lock.open("w", encoding="utf-8") as file:
        with suppress(ImportError):  # not on Windows, where an open file is not removed anyhow
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _is_held(lock: Path) -> bool:
    if not lock.exists():
        # Another run may have made its folder this very moment.
        return not any(lock.parent.iterdir())
    try:
        import fcntl

        with lock.open(encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ImportError:
        return True
    except OSError:
        return True
    return False


def _move(path: Path, to: Path) -> None:
    if path.exists() or path.is_symlink():
        path.rename(to)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
