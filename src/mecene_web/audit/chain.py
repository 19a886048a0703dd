"""Chain: what each entry of the log and all those before it come to.

Whoever can write to the database, but has not the installation's secret, cannot make one entry
vanish without every later one telling.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC

from django.conf import settings

from mecene_web.audit import keys
from mecene_web.audit.models import Entry, Head


@dataclass(frozen=True)
class Verdict:
    """What reading the whole log again came to."""

    entries: int
    # Entries that do not follow from the one before: changed, or what stood between is gone.
    broken: tuple[int, ...]
    # The end is not where it was left: the last entries are gone.
    cut: bool

    @property
    def whole(self) -> bool:
        """Return whether nothing was changed nor removed."""
        return not self.broken and not self.cut


def link(entry: Entry, *, after: bytes) -> bytes:
    """Return what an entry comes to, after all those before it."""
    told = [
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"), entry.by, entry.by_name,
        entry.verb, entry.subject, entry.subject_id, entry.donor_id,
        hashlib.sha256(bytes(entry.details or b"")).hexdigest(), after.hex(),
    ]  # fmt: skip
    return _signed(json.dumps(told).encode())


def seal(*, entries: int, chain: bytes) -> bytes:
    """Return the mark that the log ends here."""
    return _signed(f"{entries} {chain.hex()}".encode())


def verify() -> Verdict:
    """Read the whole log again; return whether it is as it was written."""
    before, read, broken = b"", 0, []
    for entry in Entry.objects.order_by("pk").iterator(chunk_size=2_000):
        if not hmac.compare_digest(link(entry, after=before), bytes(entry.chain)):
            broken.append(entry.pk)
        before, read = bytes(entry.chain), read + 1
    head = Head.objects.filter(pk=Head.THE_ONE).first()
    ends = bytes(head.seal) if head else b""
    cut = bool(read or ends) and not hmac.compare_digest(seal(entries=read, chain=before), ends)
    return Verdict(entries=read, broken=tuple(broken), cut=cut)


def _signed(text: bytes) -> bytes:
    return hmac.digest(keys.drawn(settings.SECRET_KEY, "mecene.audit.chain"), text, "sha256")
