"""Letters: those that are due are printed together, and what the post gives back is written down.

A batch is one PDF and one file of addresses with a media code; colleagues' own addresses (seeds)
are slipped in to see when and how it comes. Files are kept for ``KEPT`` and then removed.
"""

import secrets
import shutil
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from mecene_web.accounts.models import Staff
from mecene_web.audit import write as audit
from mecene_web.channels import known
from mecene_web.channels.letter import returns
from mecene_web.channels.letter import send as press
from mecene_web.channels.parcel import Sent
from mecene_web.donors import decide, touch
from mecene_web.messages import check, claim, outcome, ready
from mecene_web.messages.models import Letters, Outgoing, Rules, Seed
from mecene_web.organisation.models import Organisation

CHANNEL = "post"
KEPT = timedelta(days=30)
MOST = 2_000
PDF, ADDRESSES = "letters.pdf", "addresses.csv"


class NothingToPrint(LookupError):
    """No letter is due, or none of those that are may leave."""


def make(*, media_code: str, by: Staff, now: datetime) -> Letters:
    """Print the letters that are due, those that still may leave; return the batch.

    All in one transaction: a worker that dies on the way has printed nothing.

    Args:
        media_code: What this mailing is known by, printed on each letter and in the file.
        by: Who asks.
        now: When.

    Raises:
        NothingToPrint: no letter may leave.
    """
    worker, house = secrets.token_hex(8), Organisation.objects.first() or Organisation()
    rules = Rules.objects.first() or Rules()
    folder = Path(settings.HOME) / "letters" / worker
    with transaction.atomic():
        mine = claim.claim(worker, channels=[CHANNEL], most=MOST, now=now)
        cleared = _cleared(mine, now=now)
        if cleared:
            letters, seeds = [letter for _, letter in cleared], _seeds(cleared[0][1])
            every = [*letters, *seeds]
            folder.mkdir(parents=True, mode=0o700)
            (folder / PDF).write_bytes(
                press.pdf(every, title=media_code, sender=house.name, media=media_code,
                          lines=rules.postal_address.splitlines())
            )  # fmt: skip
            (folder / ADDRESSES).write_bytes(press.addresses(every, media=media_code))
            made = Letters.objects.create(
                origin=worker, made_at=now, made_by=by, media_code=media_code, count=len(letters),
                seeds=len(seeds), folder=worker,
            )  # fmt: skip
            for row, letter in cleared:
                Outgoing.objects.filter(pk=row.pk).update(
                    state="sending", address="\n".join(letter.lines)
                )
                sent = Sent("letters", f"letters:{made.pk}:{letter.reference}")
                channel = known.channel(CHANNEL)
                outcome.handed_over(row, sent, channel=channel, worker=worker, now=now)
            audit.write("print", "letters", made.pk, by=by, now=now,
                        after={"letters": len(letters), "media": media_code})  # fmt: skip
    if not cleared:
        # Why each may not is written; it is only said once that is.
        raise NothingToPrint("no letter that is due may leave")
    return made


def returned(references: Iterable[tuple[str, str]], *, by: Staff, now: datetime) -> int:
    """Write that the post gave letters back; return how many were ours and new.

    Args:
        references: (reference printed in the file, why).
        by: Who read them.
        now: When.
    """
    found = 0
    for reference, reason in references:
        with transaction.atomic():
            row = Outgoing.objects.filter(
                channel=CHANNEL, state="handed_over", key__startswith=reference.strip().lower()
            ).first() if len(reference.strip()) == _SIGNS else None  # fmt: skip
            if row is None:
                continue
            Outgoing.objects.filter(pk=row.pk).update(
                state="bounced", ended_at=now, reason="", details={"said": reason[:200]}
            )
            if returns.gone(reason):
                told = {"undeliverable_on": timezone.localdate(now)}
                decide.decide(row.donor_id, told, by=by, now=now)
            touch.touch([row.donor_id], now=now)
            audit.write("returned", "letter", row.pk, by=by, now=now, donor_id=row.donor_id)
            found += 1
    return found


def place(batch: Letters, name: str) -> Path:
    """Return where a file of a batch is.

    Raises:
        FileNotFoundError: it was removed, or is none of a batch's.
    """
    found = Path(settings.HOME) / "letters" / batch.folder / name
    if name not in (PDF, ADDRESSES) or not batch.folder.isalnum() or not found.is_file():
        raise FileNotFoundError(name)
    return found


def clear(*, now: datetime) -> int:
    """Remove the files of batches that are old; return how many."""
    old = Letters.objects.filter(made_at__lt=now - KEPT).exclude(folder="")
    for batch in old:
        shutil.rmtree(Path(settings.HOME) / "letters" / batch.folder, ignore_errors=True)
    return old.update(folder="")


def leave(donor_ids: Iterable[int], *, now: datetime) -> None:
    """Remove the files in which a donor stands who is none any more (``MECENE_WHO_LEAVES``)."""
    refs = Outgoing.objects.filter(donor_id__in=list(donor_ids), provider="letters")
    numbers = {ref.split(":")[1] for ref in refs.values_list("provider_ref", flat=True)}
    for batch in Letters.objects.filter(pk__in=numbers).exclude(folder=""):
        shutil.rmtree(Path(settings.HOME) / "letters" / batch.folder, ignore_errors=True)
        Letters.objects.filter(pk=batch.pk).update(folder="")


# Enough of a key to be one letter's, and short enough to be typed.
_SIGNS = 10


def _cleared(numbers: list[int], *, now: datetime) -> list[tuple[Outgoing, press.Letter]]:
    rows = list(Outgoing.objects.filter(pk__in=numbers).order_by("pk"))
    cleared, refused = check.check(rows, now=now)
    made = []
    for one in cleared:
        try:
            parcel, _ = ready.parcel(one, now=now, count_clicks=False)
        except ready.Unsendable as no:
            refused.append((one.row, check.Refusal(no.reason, details=no.details)))
            continue
        lines = (parcel.name, *parcel.address.split("\n"))
        made.append((one.row, press.Letter(one.row.key[:_SIGNS], lines, parcel.text,
                                           one.reader.lang)))  # fmt: skip
    for row, why in refused:
        told = {"reason": why.reason, "details": dict(why.details), "leased_until": None}
        if why.until is None:
            Outgoing.objects.filter(pk=row.pk).update(state="refused", ended_at=now, **told)
        else:
            Outgoing.objects.filter(pk=row.pk).update(
                state="queued", due_at=why.until, claimed_by="", attempts=F("attempts") - 1, **told
            )
    return made


def _seeds(like: press.Letter) -> list[press.Letter]:
    return [
        press.Letter(f"seed{seed.pk}", (seed.name, *seed.lines), like.text, like.lang)
        for seed in Seed.objects.filter(left_at=None).order_by("pk")
    ]
