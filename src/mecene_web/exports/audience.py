"""Audience: people one may write to, in the columns that mail tools read.

Columns are those each tool's own import names: Brevo (help.brevo.com, « Importer vos contacts »),
Mailchimp (mailchimp.com/help, "Format guidelines for your import file") and Mailjet
(documentation.mailjet.com, « Formater un fichier CSV »), unconfirmed [K].
"""

import polars as pl

from mecene_web.donors.models import Donor
from mecene_web.organisation import tables
from mecene_web.scores.models import Standing

TOOLS: dict[str, tuple[tuple[str, str], ...]] = {
    "brevo": (("EMAIL", "email"), ("NOM", "last_name"), ("PRENOM", "first_name"),
              ("EXT_ID", "donor_id"), ("SEGMENT", "segment")),
    "mailchimp": (("Email Address", "email"), ("First Name", "first_name"),
                  ("Last Name", "last_name"), ("Tags", "segment")),
    "mailjet": (("email", "email"), ("firstname", "first_name"), ("name", "last_name"),
                ("segment", "segment")),
}  # fmt: skip


def people(tool: str, *, among: list[int] | None = None) -> pl.DataFrame:
    """Return who may be written an appeal by e-mail, as a mail tool reads them.

    Left out: the deceased, those who object to appeals, and whoever has no address. A segment is
    left out of the row of whoever objects to profiling.

    Raises:
        KeyError: the tool is not one of ``TOOLS``.
    """
    columns = TOOLS[tool]
    told = ["id", "email", "first_name", "last_name", "deceased_on"]
    known = tables.read(Donor, told, among=among)
    stands = tables.read(
        Standing, ["id", "segment", "objects_appeal", "objects_profiling"], among=among
    )
    held = known.join(stands, on="id", how="left").rename({"id": "donor_id"})
    may = held.filter(
        pl.col("email").is_not_null()
        & pl.col("deceased_on").is_null()
        & ~pl.col("objects_appeal").fill_null(value=False)
    ).with_columns(segment=pl.when(~pl.col("objects_profiling")).then("segment"))
    return (
        may.sort("donor_id")
        .unique("email", keep="first", maintain_order=True)
        .select(pl.col(column).alias(name) for name, column in columns)
    )
