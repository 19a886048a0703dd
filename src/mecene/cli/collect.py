"""Collect: from the files named on the command line to a store of facts, with nothing lost."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from pyarrow import parquet

from mecene import money
from mecene.engine import assembly, duck
from mecene.engine.assembly import Written
from mecene.engine.connection import Limits
from mecene.engine.store import ANONYMOUS, FactStore
from mecene.identity import mentions, resolve
from mecene.identity.resolve import Resolution
from mecene.report.intake import FileIntake, Intake, gaps
from mecene.sources import files, mapping, problems, recognition, rejects, safe_writing, staging
from mecene.sources.files import Overrides, Reading
from mecene.sources.mapping import Mapping
from mecene.sources.recognition import Recognition
from mecene.sources.rejects import Ledger
from mecene.sources.staging import Accounting, Staged

Progress = Callable[[str, int, int], None]
Recognised = tuple[Reading, Recognition]

# A problem counted over many rows has no one value to show.

# What a double click opens in columns.
_DELIMITERS = {"fr": ";", "en": ","}
_SAME = "reference"
# Up to so many, a second thread costs two fifths more CPU time and is hardly sooner done.
_FEW_ROWS = 1_000_000
# A line of merges.csv: what is judged, what it rests on, then numbers of ours.
_SHOWN = (
    "merge_id", "record_a", "record_b", "rule", "score", "evidence", "applied", "reason",
    "donor_id", "person_key_a", "person_key_b",
)  # fmt: skip


class UnusableMerges(problems.Unreadable):
    """The file of merges to undo is no merges.csv."""


@dataclass(frozen=True)
class Asked:
    """What the command line asks to read.

    ``tables``: table name → files; ``gifts`` may hold files of any table, recognised by content,
    unless it is ``certain`` that they are gifts.
    """

    tables: dict[str, tuple[Path, ...]]
    mapping: Path | None = None
    overrides: Overrides = field(default_factory=Overrides)
    overlap: str = "keep"
    currency: str | None = None
    undo: Path | None = None
    certain: bool = False


@dataclass(frozen=True)
class Collected:
    """The store, what was read from which file, and what was recognised in each."""

    store: FactStore
    intake: Intake


def recognise(asked: Asked) -> list[Recognised]:
    """Return each file with how it will be read and what was recognised in it.

    Raises:
        problems.Unreadable: a file is no table, or lacks a column it cannot do without.
        mapping.InvalidMapping: the mapping says something that cannot be followed.
    """
    told = mapping.load(asked.mapping) if asked.mapping else Mapping()
    if asked.currency:
        told = Mapping(read={"currency": asked.currency}).over(told)
    found: list[Recognised] = []
    for table, paths in asked.tables.items():
        for path in paths:
            reading = files.inspect(path, overrides=asked.overrides)
            reading = replace(reading, name=_distinct(path, [each.name for each, _ in found]))
            known = recognition.recognise(
                reading,
                table=None if table == "gifts" and not asked.certain else table,
                mapping=told,
            )
            found.append((reading, known))
    return found


def collect(
    recognised: Sequence[Recognised],
    asked: Asked,
    *,
    into: Path,
    work: Path,
    lang: str,
    on_progress: Progress,
) -> Collected:
    """Read files into a store of facts; write ``rejects.csv`` and ``merges.csv`` beside it.

    Args:
        recognised: What ``recognise`` found.
        asked: What was asked.
        into: The report's folder; its ``facts/`` is replaced.
        work: An empty folder for what is staged.
        lang: Language of the rejects, the merges and the notes.
        on_progress: Called with (stage, done, in all); 0 in all where nobody knows.
    """
    with rejects.opened(into / "rejects.csv", lang=lang, delimiter=_DELIMITERS[lang]) as ledger:
        staged = staging.stage(
            recognised,
            into=work / "staging",
            ledger=ledger,
            overlap=asked.overlap,
            on_progress=lambda name, rows: on_progress("reading", rows, 0),
        )
        resolution = resolve.resolve(
            work / "staging" / "persons",
            undone=_undone(asked.undo),
            on_progress=lambda stage, share: on_progress("identity", round(100 * share), 100),
        )
        written = assembly.write(
            staged.directory,
            mapping=resolution.mapping,
            donors=resolution.donors,
            into=into / "facts",
            on_progress=lambda table, done, total: on_progress("facts", done, total),
            limits=_limits(staged),
        )
        _reject_unmatched(written, ledger, lang=lang)
        intake = _intake(staged, recognised, resolution, written, ledger, lang=lang)
    _write_merges(resolution, staged.directory / "persons", into / "merges.csv", lang=lang)
    return Collected(written.store, intake)


def problem(code: str, *, lang: str) -> str:
    """Return a problem in words that hold for all the rows that have it."""
    return problems.anyhow(code, lang=lang)


def latest_days_of_gifts(store: FactStore) -> list[date]:
    """Return the latest days on which a gift was received, two at most, latest first."""
    found = duck.run(
        "select distinct given_on from gifts where status = 'received' "
        "order by given_on desc limit 2",
        store=store,
        as_of=date.max,
    )
    return found["given_on"].to_list()


def _limits(staged: Staged) -> Limits:
    rows = sum(file.rows for file in staged.files)
    return Limits(threads=1) if rows <= _FEW_ROWS else Limits()


def _undone(path: Path | None) -> pl.DataFrame | None:
    if path is None:
        return None
    try:
        return pl.read_csv(path, infer_schema=False, separator=_separator(path))
    except (UnicodeDecodeError, pl.exceptions.PolarsError) as wrong:
        raise UnusableMerges("unusable_merges", file=path.name) from wrong


def _distinct(path: Path, taken: list[str]) -> str:
    """Return a file's name, with its folder or a number where another has the same."""
    names = [path.name, f"{path.absolute().parent.name}/{path.name}"]
    names += [f"{path.name} ({number})" for number in range(2, len(taken) + 3)]
    return next(name for name in names if name not in taken)


def _separator(path: Path) -> str:
    with path.open(encoding="utf-8-sig") as file:
        return ";" if ";" in file.readline() else ","


def _reject_unmatched(written: Written, ledger: Ledger, *, lang: str) -> None:
    """Record the refunds that undo no gift we have: rows that became no fact after all."""
    # The reasons of the engine are codes of the ledger's problems.
    for (name,), rows in written.unmatched.partition_by("source_file", as_dict=True).items():
        ledger.add_frame(
            rows.select(
                "source_row",
                column=pl.lit("amount"),
                value=pl.Series([_amount(row, lang) for row in rows.iter_rows(named=True)]),
                problem="reason",
            ),
            file=str(name),
        )


def _amount(row: dict[str, Any], lang: str) -> str:
    return money.text(row["amount_minor"], currency=row["currency"], lang=lang)


def _intake(
    staged: Staged,
    recognised: Sequence[Recognised],
    resolution: Resolution,
    written: Written,
    ledger: Ledger,
    *,
    lang: str,
) -> Intake:
    donors = resolution.donors
    return Intake(
        files=tuple(
            _file(account, known, written, ledger, lang=lang)
            for account, (_, known) in zip(staged.files, recognised, strict=True)
        ),
        persons=resolution.mapping.height,
        donors=donors.height,
        households=resolution.households,
        merges=resolution.merges.filter(pl.col("applied") & (pl.col("rule") != _SAME)).height,
        proposals=resolution.proposals.height,
        anonymous_gifts=_anonymous(written.store),
        gaps=gaps(donors.lazy()),
    )


def _file(
    account: Accounting, known: Recognition, written: Written, ledger: Ledger, *, lang: str
) -> FileIntake:
    unmatched = written.unmatched.filter(pl.col("source_file") == account.file).height
    facts = account.facts.total() - unmatched
    return FileIntake(
        name=account.file,
        rows=account.rows,
        facts=facts,
        rejects=account.rejects.total() + unmatched,
        by_table=_by_table(account, unmatched),
        by_problem={
            problem(code, lang=lang): count
            for (name, code), count in ledger.by_problem.items()
            if name == account.file
        },
        identical=account.identical,
        overlap=account.overlapping,
        recognised=tuple(f"{column.header} → {column.role}" for column in known.columns),
        notes=tuple(note.written(lang) for note in account.notes),
    )


def _by_table(account: Accounting, unmatched: int) -> dict[str, int]:
    left = account.facts - Counter({"corrections": unmatched})
    return {table: rows for table, rows in left.items() if rows}


def _anonymous(store: FactStore) -> int:
    files = store.files("gifts", bucket=ANONYMOUS)
    return sum(parquet.read_metadata(file).num_rows for file in files)


def _write_merges(resolution: Resolution, persons: Path, path: Path, *, lang: str) -> None:
    other = "en" if lang == "fr" else "fr"
    # Same reference is the association's own word; what we inferred comes first, to be judged.
    ordered = resolution.merges.drop(f"evidence_{other}", f"reason_{other}").sort(
        pl.col("rule") == _SAME, "applied", "score", "merge_id"
    )
    words = {f"evidence_{lang}": "evidence", f"reason_{lang}": "reason"}
    parts = (
        part.rename(words).select(_SHOWN) for part in mentions.beside(ordered, persons, lang=lang)
    )
    safe_writing.write_csv(parts, path, delimiter=_DELIMITERS[lang], bom=True)
