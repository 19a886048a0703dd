"""Audience: people one may write to, in the columns that mail tools read.

Columns are those each tool's own import names: Brevo (help.brevo.com, « Importer vos contacts »),
Mailchimp (mailchimp.com/help, "Format guidelines for your import file") and Mailjet
(documentation.mailjet.com, « Formater un fichier CSV »), unconfirmed [K].
"""

from collections import Counter
from datetime import date

import polars as pl

from mecene_web.donors.models import Donor, Record
from mecene_web.exports import consented
from mecene_web.exports.consented import Chosen
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


def people(tool: str, *, among: list[int] | None = None, on: date) -> Chosen:
    """Return who may be written an appeal by e-mail, as a mail tool reads them, and who may not.

    A segment is left out of the row of whoever objects to profiling; who objects is left out of
    an audience that is some segment's.

    Raises:
        KeyError: the tool is not one of ``TOOLS``.
    """
    columns = TOOLS[tool]
    told = ["id", "email", "first_name", "last_name"]
    known = tables.read(Donor, told, among=among).rename({"id": "donor_id"})
    # Who was found to be another has nothing left, not even a name.
    known = known.join(_living(known["donor_id"].to_list()), on="donor_id", how="semi")
    written = known.filter(pl.col("email").is_not_null())
    left_out = Counter({"no_email": known.height - written.height})
    chosen = consented.by("email", written["donor_id"].to_list(), on=on)
    left_out += Counter(chosen.left_out)
    may = written.join(chosen.rows, on="donor_id")
    if among is not None:
        left_out["profiling"] += may.height - may["profiled"].sum()
        may = may.filter("profiled")
    stands = tables.read(Standing, ["id", "segment"], among=among).rename({"id": "donor_id"})
    rows = may.join(stands, on="donor_id", how="left").with_columns(
        segment=pl.when("profiled").then("segment")
    )
    once = rows.sort("donor_id").unique("email", keep="first", maintain_order=True)
    left_out["same_address"] += rows.height - once.height
    shown = once.select(pl.col(column).alias(name) for name, column in columns)
    return Chosen(shown, {why: count for why, count in left_out.items() if count})


def _living(donors: list[int]) -> pl.DataFrame:
    return tables.read(Record, ["donor_id"], among=donors, by="donor_id").unique()
