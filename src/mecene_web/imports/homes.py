"""Homes: which household the donors of an import are of, and which they were of before it."""

from dataclasses import dataclass

import polars as pl

from mecene_web.donors.models import Donor, Household
from mecene_web.imports.models import Move
from mecene_web.organisation import numbers, tables


@dataclass(frozen=True)
class Living:
    """Who lives with whom.

    Attributes:
        homes: (donor_id, household_id) of every donor looked at who has a household.
        made: (id) of the households nobody was of before.
        moves: (donor_id, before, after) of donors known before whose household is another now.
    """

    homes: pl.DataFrame
    made: pl.DataFrame
    moves: pl.DataFrame


def settle(drawn: pl.DataFrame, *, known: pl.Series) -> Living:
    """Return who lives with whom; a household that one of them is of already is kept.

    Args:
        drawn: (donor_id, household_id …): what the core says, the numbers of homes its own.
        known: Numbers of the donors who were there before.
    """
    told = drawn.select("donor_id", home="household_id")
    held = tables.read(Donor, ["id", "household_id"], among=told["donor_id"].to_list())
    beside = told.join(
        held.rename({"id": "donor_id", "household_id": "before"}), on="donor_id", how="left"
    )
    found = beside.drop_nulls("home").group_by("home").agg(pl.col("before").min()).sort("home")
    fresh = found.filter(pl.col("before").is_null()).select("home")
    made = pl.Series("made", list(numbers.block(Household, size=fresh.height)), dtype=pl.Int64)
    named = found.join(fresh.with_columns(made), on="home", how="left").select(
        "home", after=pl.coalesce("before", "made")
    )
    # Who lives with nobody we know of stays where they were.
    lived = beside.join(named, on="home", how="left").with_columns(
        after=pl.coalesce("after", "before")
    )
    moves = lived.filter(
        pl.col("donor_id").is_in(known.implode()) & pl.col("after").ne_missing(pl.col("before"))
    ).select("donor_id", "before", "after")
    return Living(
        homes=lived.select("donor_id", household_id="after").drop_nulls(),
        made=pl.DataFrame({"id": made}),
        moves=moves.sort("donor_id"),
    )


def take_back(import_id: int) -> None:
    """Let donors live where they did before an import; part of its undo.

    What a later import said of where they live stays; it then comes after what was before.
    """
    for move in Move.objects.filter(of_id=import_id).order_by("-pk"):
        later = Move.objects.filter(donor_id=move.donor_id, pk__gt=move.pk).order_by("pk").first()
        if later:
            Move.objects.filter(pk=later.pk).update(before=move.before)
        elif move.before is None or Household.objects.filter(pk=move.before).exists():
            Donor.objects.filter(pk=move.donor_id, household_id=move.after).update(
                household_id=move.before
            )
        move.delete()
    remembered = Move.objects.exclude(before=None).values("before")
    Household.objects.filter(donors=None).exclude(pk__in=remembered).delete()
