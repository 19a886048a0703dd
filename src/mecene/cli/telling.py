"""Telling: what a command shows while it works, and how it says that it cannot."""

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import NoReturn, Protocol

import typer

from mecene import period
from mecene.cli.lexicon import say

# Under it, a bar that comes and goes is only a flicker.
_PATIENCE_SECONDS = 2.0


class Progress(Protocol):
    """What a long work calls: its stage, how much is done, how much there is (0: unknown)."""

    def __call__(self, stage: str, done: int, total: int, /) -> None:
        """Hear how far a stage has come."""


@contextmanager
def progress(*, lang: str, quiet: bool) -> Iterator[Progress]:
    """Yield a progress bar that appears only when work lasts, on the error stream."""
    if quiet:
        yield lambda stage, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    bars = Bars(
        TextColumn("{task.description}"),
        BarColumn(bar_width=28),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    tasks: dict[str, TaskID] = {}

    def tell(stage: str, done: int, total: int, /) -> None:
        if stage not in tasks:
            # What was counted without knowing the end has come to it.
            for task in bars.tasks:
                if task.total is None:
                    bars.update(task.id, total=task.completed)
            tasks[stage] = bars.add_task(say(f"stages.{stage}", lang=lang), total=None)
        bars.update(tasks[stage], completed=done, total=total or None)

    # By the clock, not by what is told: a long step tells nothing, and its seconds must move.
    appears = Timer(_PATIENCE_SECONDS, bars.start)
    appears.daemon = True
    appears.start()
    try:
        yield tell
    finally:
        appears.cancel()
        appears.join()
        if bars.live.is_started:
            bars.stop()


@contextmanager
def refusals(*, lang: str) -> Iterator[None]:
    """Turn what a person can mend into a message and exit code 1; let mistakes of ours through."""
    from mecene.identity import merges
    from mecene.segments import rules
    from mecene.sources import problems

    try:
        yield
    except problems.Refusal as refused:
        stop(refused.written(lang), lang=lang)
    except merges.UnknownMerge:
        stop(problems.Unreadable("unusable_merges", file="--undo-merges").written(lang), lang=lang)
    except rules.InvalidRules as refused:
        stop(refused.written(lang), lang=lang)
    except ValueError as refused:
        # Imported here: it takes half a second, and most find donors.
        from mecene.report import analysis

        if not isinstance(refused, analysis.NoDonors):
            raise
        day = period.written(refused.as_of, lang=lang)
        stop(say("errors.nothing_yet", lang=lang, day=day), lang=lang)
    except OSError as refused:
        stop(_of_the_system(refused, lang), lang=lang)


def stop(message: str, *, lang: str) -> NoReturn:
    """Say why nothing more can be done, and leave with exit code 1."""
    typer.echo(f"{say('errors.stopped', lang=lang)} {message}", err=True)
    raise typer.Exit(1)


def _of_the_system(refused: OSError, lang: str) -> str:
    """Return what the machine refused: a right, room on the disk, or something else."""
    kinds = {
        errno.EACCES: "not_allowed",
        errno.EPERM: "not_allowed",
        errno.EROFS: "not_allowed",
        errno.ENOSPC: "disk_full",
        errno.ENOTDIR: "not_a_folder",
    }
    kind = kinds.get(refused.errno or 0, "system")
    # The machine's own words are in English.
    reason = refused.strerror if lang == "en" else f"erreur n° {refused.errno}"
    return say(f"errors.{kind}", lang=lang, path=refused.filename or "–", reason=reason)


def out(line: str = "") -> None:
    """Print a line for a person."""
    typer.echo(line)


def is_terminal() -> bool:
    """Return whether somebody is watching the error stream."""
    return sys.stderr.isatty()
