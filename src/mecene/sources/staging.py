"""Staging: from recognised files to typed facts on disk, with nothing lost.

Files are read in the order given, a batch at a time; memory does not grow with them. At the end
repeated gifts are found (``repeats``) and persons written once each (``persons``). For every file,
facts + rejects = rows, or ``RowsLost`` is raised.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import polars as pl

from mecene.sources import building, files, persons, repeats
from mecene.sources.files import SOURCE_ROW, Reading
from mecene.sources.recognition import Note, Recognition
from mecene.sources.rejects import Ledger
from mecene.sources.rows import Built

WORK = "work"
_NO_PARTS = ("donors",)
_AT_ONCE = 2  # batches worked on together: one a core of a small machine


class RowsLost(RuntimeError):
    """Rows of a file are neither facts nor rejects: a mistake of the program, not of the file."""


@dataclass(frozen=True)
class Accounting:
    """What became of the rows of one file.

    Attributes:
        file: Its name.
        sha256: Hex digest of its bytes.
        table: What it was recognised as.
        records: Records in the file.
        rows: Rows they make: the same, but in a file with a column a year one a filled year.
        facts: Table (``donors`` and ``corrections`` among them) → rows that became its facts.
        rejects: Problem → rows rejected for it; ``unread``: by the reading itself.
        besides: Table → facts that rows say besides their own.
        identical: Rows that say exactly what another row of the file says; kept.
        overlapping: Gifts without reference that an earlier file holds too; kept unless asked.
        refunded: Gift rows whose payment was given back, and ``failed`` likewise.
        lost: Header → cells left out of rows that were kept.
        notes: What was decided.
    """

    file: str
    sha256: str
    table: str
    records: int = 0
    rows: int = 0
    facts: Counter[str] = field(default_factory=Counter)
    rejects: Counter[str] = field(default_factory=Counter)
    besides: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    identical: int = 0
    overlapping: int = 0
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Staged:
    """A staging directory, and the account of every file in it.

    ``latest_given_on``: the day of the latest gift, None without gifts. ``persons``: distinct.
    """

    directory: Path
    files: tuple[Accounting, ...]
    persons: int
    latest_given_on: date | None


def stage(
    inputs: Sequence[tuple[Reading, Recognition]],
    *,
    into: Path,
    ledger: Ledger,
    overlap: str = "keep",
    on_progress: Callable[[str, int], None] | None = None,
) -> Staged:
    """Write the facts of files under a directory, and say what became of each row.

    Args:
        inputs: Each file with what was recognised in it, in order: the first to say a gift has it.
        into: An empty or absent directory: ``persons/``, ``gifts/`` … of Parquet.
        ledger: Where rejects go.
        overlap: ``keep`` or ``skip`` gifts without reference that an earlier file holds too.
        on_progress: Called with a file's name and its rows so far.

    Raises:
        RowsLost: See above.
        ValueError: ``overlap`` is neither word.
    """
    if overlap not in {"keep", "skip"}:
        raise ValueError(f"overlap is {overlap!r}; write keep or skip")
    (into / WORK).mkdir(parents=True, exist_ok=True)
    found: list[Accounting] = []
    latest: date | None = None
    for place, (reading, known) in enumerate(inputs):
        twin = _read_before(inputs, place)
        if twin is not None:
            found.append(_refused(reading, known, twin, ledger))
            continue
        account, day = _staged(place, reading, known, into, ledger, on_progress)
        latest = max(filter(None, (latest, day)), default=None)
        found.append(account)
    names = [reading.name for reading, _ in inputs]
    found = _without_repeats(found, names, into, ledger, overlap)
    count = persons.write(into, names=names, latest=latest)
    for account in found:
        _check(account)
    return Staged(into, tuple(found), count, latest)


def _read_before(inputs: Sequence[tuple[Reading, Recognition]], place: int) -> str | None:
    """Return the name of the file that was given before with the same bytes, for the same table."""
    own, known = inputs[place]
    twins = (
        reading.name
        for reading, other in inputs[:place]
        if reading.sha256 == own.sha256 and other.table == known.table
    )
    return next(twins, None)


def _staged(
    place: int,
    reading: Reading,
    known: Recognition,
    into: Path,
    ledger: Ledger,
    on_progress: Callable[[str, int], None] | None,
) -> tuple[Accounting, date | None]:
    account = Accounting(reading.name, reading.sha256, known.table, notes=known.notes)
    unread, told, records = ledger.rows[reading.name], 0, 0
    latest: date | None = None
    for batch, made in _ahead(files.batches(reading, ledger=ledger), known, into, place):
        records += batch
        for built in made:
            _count(account, built)
            if built.rejects.height:
                ledger.add_frame(built.rejects, file=reading.name)
                told += built.rejects[SOURCE_ROW].n_unique()
            day = _latest(built)
            latest = max(filter(None, (latest, day)), default=None)
        if on_progress:
            on_progress(reading.name, records)
    unread = ledger.rows[reading.name] - unread - told
    account.rejects["unread"] += unread
    counted = account.facts.total() + account.rejects.total()
    rows = counted if known.years else records + unread
    return replace(account, records=records + unread, rows=rows), latest


def _ahead(
    batches: Iterator[pl.DataFrame], known: Recognition, into: Path, place: int
) -> Iterator[tuple[int, list[Built]]]:
    """Yield the rows of each batch and what they became, in order, while the next are worked on."""
    with ThreadPoolExecutor(_AT_ONCE) as workers:
        begun: deque[tuple[int, Future[list[Built]]]] = deque()
        for part, batch in enumerate(batches):
            name = f"{place:03}-{part:06}"
            begun.append((batch.height, workers.submit(_made, batch, known, into, name, place)))
            if len(begun) > _AT_ONCE:
                height, made = begun.popleft()
                yield height, made.result()
        for height, made in begun:
            yield height, made.result()


def _made(
    batch: pl.DataFrame, known: Recognition, into: Path, name: str, place: int
) -> list[Built]:
    """Write what the rows of a batch became, and return it."""
    raw = batch.select(SOURCE_ROW, raw=pl.struct(pl.exclude(SOURCE_ROW)).hash(seed=3))
    made = building.build(batch, known)
    for number, built in enumerate(made):
        _write(built, raw, into=into, name=f"{name}-{number}", place=place)
    return made


def _count(account: Accounting, built: Built) -> None:
    for table, made in built.main.items():
        account.facts[table] += made.height
    for problem, count in built.rejects.group_by("problem").len().iter_rows():
        account.rejects[problem] += count
    for table, made in built.side.items():
        account.besides[table] += made.height
    if "gifts" in built.main:
        for status, count in built.main["gifts"].group_by("status").len().iter_rows():
            account.statuses[status] += count
    account.lost.update(built.lost)


def _write(built: Built, raw: pl.DataFrame, *, into: Path, name: str, place: int) -> None:
    for tables in (built.main, built.side):
        for table, made in tables.items():
            if table not in _NO_PARTS:
                _part(made, into / table / f"{name}.parquet")
    if built.people is not None:
        donors = pl.lit("donors" in built.main)
        once = persons.records(built.people).with_columns(declared=donors, place=pl.lit(place))
        _part(once, into / WORK / "people" / f"{name}.parquet")
    if built.marks is not None:
        marked = built.marks.join(raw, on=SOURCE_ROW, how="left", maintain_order="left")
        # The years of one line are not identical rows: what the row became counts as well.
        marked = marked.with_columns(raw=pl.struct("raw", "fact").hash(seed=4), place=pl.lit(place))
        _part(marked, into / WORK / "marks" / f"{name}.parquet")


def _part(made: pl.DataFrame, path: Path) -> None:
    if made.height:
        path.parent.mkdir(parents=True, exist_ok=True)
        made.write_parquet(path, compression="zstd", compression_level=1)


def _latest(built: Built) -> date | None:
    if "gifts" not in built.main:
        return None
    return built.main["gifts"]["given_on"].max()  # type: ignore[return-value]


def _refused(reading: Reading, known: Recognition, twin: str, ledger: Ledger) -> Accounting:
    """Reject every row of a file that was given twice."""
    account = Accounting(reading.name, reading.sha256, known.table)
    before, told = ledger.rows[reading.name], 0
    for batch in files.batches(reading, ledger=ledger):
        rejects = batch.select(
            SOURCE_ROW,
            column=pl.lit(None, pl.String),
            value=pl.lit(twin),
            problem=pl.lit("file_already_read"),
        )
        ledger.add_frame(rejects, file=reading.name)
        told += rejects.height
    unread = ledger.rows[reading.name] - before - told
    account.rejects.update({"file_already_read": told, "unread": unread})
    return replace(account, records=told + unread, rows=told + unread)


def _without_repeats(
    found: list[Accounting], names: list[str], into: Path, ledger: Ledger, overlap: str
) -> list[Accounting]:
    repeated = repeats.find(into, names=names)
    gone = repeats.refuse(into, repeated, skip_overlap=overlap == "skip", names=names)
    for (place, problem), rejects in gone.items():
        ledger.add_frame(rejects, file=names[place])
        found[place].facts["gifts"] -= rejects.height
        found[place].rejects[problem] += rejects.height
    return [
        replace(
            account,
            identical=repeated.identical.get(place, 0),
            overlapping=repeated.overlapping.get(place, 0),
        )
        for place, account in enumerate(found)
    ]


def _check(account: Accounting) -> None:
    made = account.facts.total() + account.rejects.total()
    if made != account.rows:
        raise RowsLost(
            f"{account.file}: {account.rows} rows made {account.facts.total()} facts and "
            f"{account.rejects.total()} rejects; please report this file's shape"
        )
