"""People: donors as files for a person or for another tool."""

from collections.abc import Iterator

import polars as pl

from mecene_web.donors.models import Donor
from mecene_web.organisation import tables
from mecene_web.scores import kept
from mecene_web.scores.models import Run

_AT_ONCE = 50_000
_TOLD = (
    "id", "kind", "civility", "first_name", "last_name", "organisation_name", "email", "phone",
    "address", "postcode", "city", "country",
)  # fmt: skip


def donors(run: Run | None, *, lang: str) -> Iterator[pl.DataFrame]:
    """Yield every donor with all that the last night said of them; who they are before one."""
    folder = kept.folder_of(run) / "donors" if run else None
    if folder is not None and folder.exists():
        # With the scores come their mathematics: who writes no such file need not hold them.
        from mecene.report import roll

        alive = set(Donor.objects.values_list("pk", flat=True))
        for part in roll.parts(folder):
            # Who was erased since that night leaves in no file.
            yield roll.for_people(part.filter(pl.col("donor_id").is_in(list(alive))), lang=lang)
        return
    yield tables.read(Donor, _TOLD).rename({"id": "donor_id"})


def of(ids: list[int]) -> pl.DataFrame:
    """Return who some donors are, in the order asked."""
    told = tables.read(Donor, _TOLD, among=ids).rename({"id": "donor_id"})
    wanted = pl.DataFrame({"donor_id": ids}, schema={"donor_id": pl.Int64})
    return wanted.join(told, on="donor_id", how="inner", maintain_order="left")
