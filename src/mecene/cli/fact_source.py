"""Fact source: the facts a command is asked about: a report's, a store's, or those of files."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NoReturn

from mecene import period
from mecene.cli import publishing, telling
from mecene.cli.lexicon import say

LONE_DAYS = 366
REPORT = "metrics.json"
_TABLES = ("donors", "gifts")


@dataclass(frozen=True)
class Source:
    """A ``FactStore``, and the day of the report it belongs to, if it is one's."""

    store: Any
    as_of: date | None


@contextmanager
def opened(
    paths: Sequence[Path], *, out: Path, lang: str, on_progress: telling.Progress
) -> Iterator[Source]:
    """Yield the facts of a folder, or of files read for the occasion, which stay in no place.

    Args:
        paths: The folder of a report, or of facts; or files of gifts and others.
        out: Where ``rejects.csv`` goes, if files are read.
        lang: ``fr`` or ``en``.
        on_progress: Told ``(stage, done, total)``.
    """
    if any(path.is_dir() for path in paths):
        yield in_folder(paths, lang=lang)
        return
    from mecene.cli import collect

    on_progress("recognition", 0, 0)
    asked = collect.Asked(tables={"gifts": tuple(paths)})
    recognised = collect.recognise(asked)
    with publishing.bench(out) as work:
        made = work / "report"
        made.mkdir()
        try:
            read = collect.collect(
                recognised, asked, into=made, work=work, lang=lang, on_progress=on_progress
            )
        finally:
            publishing.publish_one(made, out, "rejects.csv")
        yield Source(read.store, None)


def home(paths: Sequence[Path]) -> Path | None:
    """Return the folder of the report that is asked about; None: there is none."""
    folder = paths[0].absolute()
    if (folder / "facts").is_dir():
        return folder
    return folder.parent if folder.is_dir() and (folder.parent / REPORT).is_file() else None


def in_folder(paths: Sequence[Path], *, lang: str) -> Source:
    """Return the facts of the one folder named; stop where there are none."""
    from mecene.engine.store import FactStore

    folder = paths[0].absolute()
    if len(paths) > 1:
        telling.stop(say("errors.one_folder", lang=lang), lang=lang)
    for place in (folder / "facts", folder):
        store = FactStore(place)
        if any(store.files(table) for table in _TABLES):
            return Source(store, _day_of_report(place.parent))
    return _no_facts(paths[0], lang)


def day(told: date | None, source: Source, *, lang: str) -> tuple[date, str]:
    """Return the day to look from, and the sentence that says it; stop where there is none."""
    if told:
        return told, say("done.as_of_told", lang=lang, day=period.written(told, lang=lang))
    if source.as_of:
        words = period.written(source.as_of, lang=lang)
        return source.as_of, say("done.as_of_report", lang=lang, day=words)
    found = after_the_latest(source.store, lang=lang)
    return found if found else _no_gift(lang)


def after_the_latest(store: Any, *, lang: str) -> tuple[date, str] | None:
    """Return the day after the latest gift, and the sentence that says it; None without gift."""
    from mecene.cli import collect

    days = collect.latest_days_of_gifts(store)
    if not days:
        return None
    found = days[0] + timedelta(days=1)
    # One date mistyped by a decade would make everybody look lapsed; nothing here knows what day
    # it is, but a gift long after all the others shows.
    alone = len(days) > 1 and (days[0] - days[1]).days > LONE_DAYS
    key = "done.as_of_alone" if alone else "done.as_of"
    return found, say(key, lang=lang, day=period.written(found, lang=lang))


def _no_facts(folder: Path, lang: str) -> NoReturn:
    telling.stop(say("errors.no_facts", lang=lang, folder=folder), lang=lang)


def _no_gift(lang: str) -> NoReturn:
    telling.stop(say("errors.no_gift", lang=lang), lang=lang)


def _day_of_report(folder: Path) -> date | None:
    try:
        said = json.loads((folder / REPORT).read_text(encoding="utf-8"))
        return date.fromisoformat(said["as_of"])
    except (OSError, ValueError, KeyError, TypeError):
        return None  # facts without a report around them
