"""Said besides: what a row about a gift or a donor also tells, as consents and attributes.

« Ne pas contacter », « opt-in e-mail », a favourite cause. What has no date of its own takes the
row's; without one either it is dated when all is read (``staging``).
"""

from datetime import time

import polars as pl

from mecene import facts
from mecene.sources import rows, vocabulary
from mecene.sources.recognition import Recognition

# Role → (channel, what yes says, what no says); no channel: every one.
_BOXES: dict[str, tuple[str | None, str, str | None]] = {
    "opposed_all": (None, "objected", None),
    "opposed_email": ("email", "objected", None),
    "opposed_sms": ("sms", "objected", None),
    "opposed_phone": ("phone", "objected", None),
    "opposed_post": ("post", "objected", None),
    "granted_email": ("email", "granted", "refused"),
    "granted_sms": ("sms", "granted", "refused"),
    "granted_phone": ("phone", "granted", "refused"),
    "granted_post": ("post", "granted", "refused"),
}
PLACE = {"source_file": facts.TEXT, "source_row": facts.INTEGER}


def schema(table: facts.Table) -> pl.Schema:
    """Return the columns of a fact table as staged: a person instead of a donor, and the place."""
    donor = {"person_key": facts.INTEGER} if "donor_id" in table.schema else {}
    own = {name: kind for name, kind in table.schema.items() if name not in _OURS}
    return pl.Schema(donor | own | PLACE)


def build(
    said: pl.DataFrame, who: pl.DataFrame, known: Recognition, *, on: pl.Series
) -> dict[str, pl.DataFrame]:
    """Return table → facts that rows say besides their own; none for a row that names nobody.

    Args:
        said: Rows as ``rows.spoken`` gives them.
        who: The person of each row (``people.read``).
        known: What was recognised in their file.
        on: The day of each row, Date, nullable.
    """
    base = said.with_columns(
        who["person_key"], on.rename("on"), pl.lit(known.file).alias("source_file")
    )
    named = base.filter(pl.col("person_key").is_not_null())
    consents = [_consent(named, role, known) for role in _BOXES if role in said.columns]
    kept = [_attribute(named, name, known) for _, name in known.attributes]
    found = {"consents": consents, "attributes": kept}
    return {name: pl.concat(frames) for name, frames in found.items() if frames}


def _consent(named: pl.DataFrame, role: str, known: Recognition) -> pl.DataFrame:
    channel, when_yes, when_no = _BOXES[role]
    yes = vocabulary.yes(named[role])
    said = named.with_columns(
        status=pl.when(yes).then(pl.lit(when_yes)).when(~yes).then(pl.lit(when_no)),
        channel=pl.lit(channel, pl.String),
        occurred_at=pl.col("on").dt.combine(time(0)),
        source=pl.lit(known.header(role)),
        source_ref=_ref(role, known),
    ).filter(pl.col("status").is_not_null())
    return _shaped(said, facts.CONSENTS)


def _attribute(named: pl.DataFrame, name: str, known: Recognition) -> pl.DataFrame:
    said = named.with_columns(
        name=pl.lit(name),
        value=pl.col(f"{rows.ATTRIBUTE}{name}"),
        party=pl.lit("zero"),
        collected_on=pl.col("on"),
        source_ref=_ref(name, known),
    ).filter(pl.col("value").is_not_null())
    return _shaped(said, facts.ATTRIBUTES)


def _ref(name: str, known: Recognition) -> pl.Expr:
    return pl.concat_str(pl.lit(known.sha256[:12] + ":"), "source_row", pl.lit(f":{name}"))


def _shaped(said: pl.DataFrame, table: facts.Table) -> pl.DataFrame:
    set_here = (
        _SET - {"channel", "source", "status", "occurred_at"} if table is facts.ATTRIBUTES else _SET
    )
    return said.select(
        (pl.col(name) if name in set_here else pl.lit(None)).cast(kind).alias(name)
        for name, kind in schema(table).items()
    )


_OURS = ("donor_id", "payer_id", "gift_id")
_SET = {
    "person_key", "channel", "status", "occurred_at", "source", "source_ref", "source_file",
    "source_row", "name", "value", "party", "collected_on",
}  # fmt: skip
