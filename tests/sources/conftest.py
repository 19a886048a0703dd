"""From the text of a file to its staged facts, for tests that tell a story about a file."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from mecene.sources import files, mapping, recognition, rejects, staging


@dataclass(frozen=True)
class Story:
    """Staged files with what was recognised, and the rejects as they are written."""

    staged: staging.Staged
    known: tuple[recognition.Recognition, ...]
    rejects: list[dict[str, str]]

    def table(self, name: str) -> pl.DataFrame:
        parts = sorted((self.staged.directory / name).glob("*.parquet"))
        return pl.concat([pl.read_parquet(part) for part in parts]) if parts else pl.DataFrame()

    @property
    def account(self) -> staging.Accounting:
        return self.staged.files[0]


@pytest.fixture
def stage(tmp_path: Path) -> Callable[..., Story]:
    """Return a function that stages files given as name → text (or bytes)."""
    runs = iter(range(1_000))

    def staged(
        texts: dict[str, str | bytes] | str | bytes,
        *,
        told: str = "",
        table: str | None = None,
        overlap: str = "keep",
    ) -> Story:
        named = texts if isinstance(texts, dict) else {"dons.csv": texts}
        place = tmp_path / f"run{next(runs)}"
        place.mkdir()
        own = mapping.Mapping()
        if told:
            (place / "mapping.toml").write_text(told, encoding="utf-8")
            own = mapping.load(place / "mapping.toml")
        inputs = []
        for number, (name, text) in enumerate(named.items()):
            path = place / f"{number}" / name
            path.parent.mkdir()
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
            reading = files.inspect(path)
            inputs.append((reading, recognition.recognise(reading, table=table, mapping=own)))
        with rejects.opened(place / "rejects.csv", lang="fr") as ledger:
            found = staging.stage(inputs, into=place / "staging", ledger=ledger, overlap=overlap)
        with (place / "rejects.csv").open(encoding="utf-8-sig", newline="") as stream:
            lines = list(csv.DictReader(stream))
        return Story(found, tuple(known for _, known in inputs), lines)

    return staged
