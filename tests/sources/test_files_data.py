"""Real files, as their publishers wrote them, lose no row."""

from pathlib import Path

import pytest

from mecene.sources import files, rejects

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"

# Rows counted with `zcat -f FILE | grep -c .`, less the header.
ROWS = {
    "essec-purchases/purchases.txt": (51_243, "\t", False),
    "gdq-charity-donations/donations.csv.gz": (291_885, ",", True),
    "cdnow/CDNOW_sample.txt": (6_919, " ", False),
    "cdnow/CDNOW_master.txt.gz": (69_659, " ", True),
    "channel-attribution-paths/Data.csv": (10_000, ";", True),
    "kdd98-donor-regclass/DONOR.csv.gz": (19_372, ",", True),
    "hillstrom-email-2008/hillstrom.csv.gz": (64_000, ",", True),
    "bgbb-public-radio-donations/donations.csv": (22, ",", True),
}


@pytest.mark.data
@pytest.mark.parametrize("name", ROWS)
def test_every_row_of_a_published_file_is_read(name: str) -> None:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"{name} is not among the shared data")
    rows, delimiter, header = ROWS[name]

    reading = files.inspect(path)
    ledger = rejects.Ledger()
    last = rows_read = 0
    for batch in files.batches(reading, ledger=ledger):
        rows_read += batch.height
        last = batch["source_row"].to_list()[-1]

    assert (reading.delimiter, reading.header) == (delimiter, header)
    assert rows_read == last == rows
    assert not ledger.lines
