"""Replay: who was erased after a backup was made is erased again once it is put back."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.conf import settings

from mecene_web.donors.models import Record
from mecene_web.rights import erase, remembered, requests
from mecene_web.rights.models import Erasure


def replay(files: Iterable[Path] = (), *, now: datetime) -> list[int]:
    """Erase again whoever a ledger remembers and the database knows; return their numbers.

    A donor of whom only some records are remembered is another person too: a request to look at
    them is opened instead.

    Args:
        files: Ledgers beside that of this installation, such as the one beside a backup.
        now: The moment.
    """
    home = Path(settings.HOME)
    told = {
        line["uid"]: line
        for file in (home / remembered.LEDGER, home / "backups" / remembered.LEDGER, *files)
        for line in remembered.read(file)
    }
    known = set(Erasure.objects.values_list("uid", flat=True))
    gone = {hash_ for uid, line in told.items() if uid not in known for hash_ in line["hashes"]}
    if not gone:
        return []
    whole, partly = _found(gone)
    for donor in whole:
        erase.erase(donor, reason="restored", by=None, now=now)
    for donor in partly:
        requests.doubtful(donor, now=now)
    for uid, line in told.items():
        Erasure.objects.get_or_create(
            uid=uid,
            defaults={"donor_id": 0, "hashes": line["hashes"], "reason": "restored", "at": now,
                      "wiped_at": now},
        )  # fmt: skip
    return whole


def _found(gone: set[str]) -> tuple[list[int], list[int]]:
    """Return the donors all of whose records are remembered, and those only some of whose are."""
    records: dict[int, list[bool]] = {}
    rows = Record.objects.values_list("donor_id", "key")
    for donor, key in rows.iterator(chunk_size=10_000):
        records.setdefault(donor, []).append(erase.known_by(key) in gone)
    whole = [donor for donor, each in records.items() if all(each)]
    return whole, [donor for donor, each in records.items() if any(each) and not all(each)]
