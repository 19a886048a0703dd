"""Everything: all the facts as they are, in one archive that any tool opens.

Nobody is kept here by force: what was brought in can be taken out, and read again elsewhere.
"""

import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
from django.conf import settings

from mecene import facts
from mecene.sources import safe_writing
from mecene_web.journeys import written
from mecene_web.scores import snapshot

_MARK = "\N{BULLET}"


def write(into: Path) -> int:
    """Write a CSV a table, and what each column is, as one archive; return its rows."""
    with TemporaryDirectory(prefix=".everything-", dir=settings.HOME) as folder:
        place = Path(folder)
        store = snapshot.write(place / "facts", on_progress=lambda *told: None)
        rows = 0
        with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, contract in facts.TABLES.items():
                files = store.files(name)
                if not files:
                    continue
                table = place / f"{name}.csv"
                # A file at a time: what is held does not grow with the number of facts.
                safe_writing.write_csv((pl.read_parquet(file) for file in files), table)
                archive.write(table, table.name)
                rows += sum(pl.scan_parquet(f).select(pl.len()).collect().item() for f in files)
                archive.writestr(f"{name}.columns.txt", _columns(contract))
            rows += _journeys(archive, place)
    return rows


def _journeys(archive: zipfile.ZipFile, place: Path) -> int:
    """Write each journey as it was published, as TOML, and who went through which."""
    for name, text in written.graphs():
        archive.writestr(f"journeys/{name}.toml", text)
    table, rows = place / "journeys.csv", written.travellers()
    if rows.is_empty():
        return 0
    safe_writing.write_csv([rows], table)
    archive.write(table, table.name)
    return rows.height


def _columns(contract: facts.Table) -> str:
    lines = [f"{contract.name}: {contract.row}", ""]
    lines += [
        f"{_MARK} {column.name} ({column.type}): {column.means}" for column in contract.columns
    ]
    return "\n".join(lines) + "\n"
