"""Building: what facts a batch of rows is, whatever table its file was recognised as."""

import polars as pl

from mecene.sources import commitments, events, gifts, people, rows, said_besides
from mecene.sources.files import SOURCE_ROW
from mecene.sources.recognition import Recognition
from mecene.sources.rows import Built, Verdict

_NO_GIFT = r"^[\s\u{a0}\u{202f}]*(0+([.,]0+)?)?[\s\u{a0}\u{202f}]*(€|EUR)?[\s]*$|^\s*[-–]\s*$"


def build(batch: pl.DataFrame, known: Recognition) -> list[Built]:
    """Return what the rows of a batch became.

    A file with a column a year gives several rows a line: one for each year that is filled, and
    one for the person of a line with none. ``facts + rejects = rows`` holds for those rows.
    """
    if known.years:
        filled, lonely = _unfolded(batch, known)
        return [gifts.build(filled, known), _donors(lonely, known)]
    said = rows.spoken(batch, known)
    if known.table == "gifts":
        return [gifts.build(said, known)]
    if known.table == "donors":
        return [_donors(said, known)]
    if known.table == "recurring_gifts":
        return [commitments.build(said, known)]
    return [events.build(said, known)]


def _donors(said: pl.DataFrame, known: Recognition) -> Built:
    who = people.read(said, known)
    nobody = Verdict(who["person_key"].is_null(), "nobody_named", "external_id")
    rejects, sound = rows.rejected(said, [nobody], known)
    on = who["acquired_on"].filter(sound)
    kept = who.with_columns(said[SOURCE_ROW], said_on=pl.col("acquired_on")).filter(sound)
    return Built(
        main={"donors": kept},
        rejects=rejects,
        people=kept,
        lost=people.lost(said.filter(sound), who.filter(sound), known),
        side=said_besides.build(said.filter(sound), who.filter(sound), known, on=on),
    )


def _unfolded(batch: pl.DataFrame, known: Recognition) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return one row a filled year, dated 31 December, and the lines with none."""
    said = rows.spoken(batch, known)
    years = batch.select(
        SOURCE_ROW,
        *(
            pl.when(~pl.col(header).str.contains(_NO_GIFT)).then(header).alias(str(year))
            for header, year in known.years
        ),
    )
    names = list(dict.fromkeys(str(year) for _, year in known.years))
    cells = years.unpivot(on=names, index=SOURCE_ROW, variable_name="year", value_name="amount")
    cells = cells.drop_nulls("amount").sort(SOURCE_ROW, "year")
    lonely = said.join(cells, on=SOURCE_ROW, how="anti", maintain_order="left")
    given = cells.with_columns(
        given_on=pl.col("year") + "-12-31",
        year_ref=pl.concat_str(pl.lit(known.sha256[:12] + ":"), SOURCE_ROW, pl.lit(":"), "year"),
        **{rows.YEAR_HEADER: pl.col("year").replace({str(year): h for h, year in known.years})},
    ).drop("year")
    bare = said.drop([name for name in ("amount", "given_on") if name in said.columns])
    return given.join(bare, on=SOURCE_ROW, how="left", maintain_order="left"), lonely
