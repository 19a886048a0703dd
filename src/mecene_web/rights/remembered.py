"""Remembered: who was erased, told by hashes to a backup that is put back later."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings

from mecene_web import backup
from mecene_web.rights.models import Erasure

LEDGER = "erasures.jsonl"


def write() -> None:
    """Write every erasure beside the database and beside the backups, where it outlives them."""
    told = {
        row.uid: {"uid": row.uid, "at": row.at.isoformat(), "hashes": row.hashes}
        for row in Erasure.objects.order_by("pk")
    }
    for folder in (Path(settings.HOME), Path(settings.HOME) / backup.FOLDER):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lines = {line["uid"]: line for line in read(folder / LEDGER)} | told
        part = folder / f".{LEDGER}.part"
        part.write_text("".join(json.dumps(line) + "\n" for line in lines.values()), "utf-8")
        part.chmod(0o600)
        part.replace(folder / LEDGER)


def read(file: Path) -> list[dict[str, Any]]:
    """Return the erasures a file remembers; none where it is absent. A cut line is left out."""
    found = []
    for line in file.read_text("utf-8").splitlines() if file.exists() else ():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return [one for one in found if isinstance(one, dict) and {"uid", "hashes"} <= set(one)]
