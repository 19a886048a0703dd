"""People: who each row names, and the key under which equal writings are one record.

The key is a hash of the identity text alone (reference, names, organisation, e-mail, phone,
address, postcode, city, birth date), in lower case, the same on every machine. A row that names
nobody has none: its gift is anonymous.
"""

from hashlib import blake2b

import numpy as np
import polars as pl

from mecene.sources import dates, distinct, names, phones, rows, vocabulary
from mecene.sources.recognition import Recognition

IDENTITY = (
    "external_id", "first_name", "last_name", "full_name", "organisation_name", "email", "phone",
    "address", "postcode", "city", "birth_date",
)  # fmt: skip
# With none of these a row says where, perhaps, but not who.
_NAMING = (
    "external_id",
    "last_name",
    "full_name",
    "organisation_name",
    "email",
    "phone",
    "address",
)
PERSON = pl.Schema(
    {
        "person_key": pl.Int64, "external_id": pl.String, "civility": pl.String,
        "first_name": pl.String, "last_name": pl.String, "full_name": pl.String,
        "organisation_name": pl.String, "email": pl.String, "phone": pl.String,
        "address": pl.String, "postcode": pl.String, "city": pl.String, "country": pl.String,
        "birth_date": pl.Date, "gender": pl.String, "language": pl.String, "acquired_on": pl.Date,
        "acquisition_channel": pl.String, "deceased_on": pl.Date, "undeliverable_on": pl.Date,
    }
)  # fmt: skip
_EMAIL = r"^[^@\s,;<>()]+@[^@\s,;<>()]+\.[a-z0-9\-]{2,}$"
_NO_EMPTY = ("civility", "first_name", "last_name", "full_name", "organisation_name")
_FRENCH = ("FR", "RE", "GP", "MQ", "GF", "YT", "MC")


def read(said: pl.DataFrame, known: Recognition) -> pl.DataFrame:
    """Return the person of each row: the columns of ``PERSON``, and two flags without a date.

    Args:
        said: Rows as ``rows.spoken`` gives them.
        known: What was recognised in their file.

    Returns:
        n rows: ``PERSON``, ``deceased`` and ``undeliverable`` Boolean. A cell that is no e-mail,
        phone, country or date of birth is left out: the row itself is not rejected for it.
    """
    named = names.read(pl.DataFrame({box: rows.column(said, box) for box in _NO_EMPTY}))
    country = vocabulary.meaning(
        rows.column(said, "country").fill_null(known.told.read.get("country", "")),
        "country",
        own=dict(known.told.words.get("country", {})),
    )
    found = named.with_columns(
        external_id=rows.column(said, "external_id"),
        email=_emails(rows.column(said, "email")),
        phone=_phones(said, country),
        address=rows.column(said, "address"),
        postcode=_postcodes(rows.column(said, "postcode"), country),
        city=rows.column(said, "city"),
        country=country,
        gender=_genders(said, known).fill_null(named["gender"]),
        language=rows.column(said, "language").str.to_lowercase().str.extract(r"^([a-z]{2})"),
        acquisition_channel=rows.column(said, "acquisition_channel"),
        **{role: day(said, role, known) for role in ("birth_date", "acquired_on")},
        **{role: day(said, role, known) for role in ("deceased_on", "undeliverable_on")},
    )
    return found.with_columns(person_key=keys(found)).select(
        *PERSON,
        deceased=vocabulary.yes(rows.column(said, "deceased")).fill_null(value=False),
        undeliverable=vocabulary.yes(rows.column(said, "undeliverable")).fill_null(value=False),
    )


def payers(said: pl.DataFrame, known: Recognition) -> pl.DataFrame:
    """Return who paid each row, where other columns than the donor's say so."""
    boxes = [name for name in said.columns if name.startswith("payer_")]
    renamed = said.select("source_row", *boxes).rename(
        {name: name.removeprefix("payer_") for name in boxes}
    )
    return read(renamed, known)


def lost(said: pl.DataFrame, who: pl.DataFrame, known: Recognition) -> dict[str, int]:
    """Return header → how many cells say something that could not be read as what it is for."""
    boxes = ("email", "country", "birth_date", "acquired_on", "deceased_on", "undeliverable_on")
    unread = {role: who[role] for role in boxes if role in said.columns}
    for role in ("mobile", "phone"):
        if role in said.columns:
            unread[role] = who["phone"]
    counts = {
        known.header(role) or role: int((said[role].is_not_null() & found.is_null()).sum())
        for role, found in unread.items()
    }
    return {header: count for header, count in counts.items() if count}


def keys(found: pl.DataFrame) -> pl.Series:
    """Return the key of each person: a positive 63-bit hash, null for nobody. Shape (n,)."""
    text = pl.concat_str(
        [pl.col(name).cast(pl.String).fill_null("") for name in IDENTITY], separator="\x1f"
    ).str.to_lowercase()
    named = pl.any_horizontal(pl.col(name).is_not_null() for name in _NAMING)
    texts = found.select(text=pl.when(named).then(text)).to_series()
    said = texts.drop_nulls().to_list()
    digests = b"".join(blake2b(text.encode(), digest_size=8).digest() for text in said)
    # 63 bits so that the key is positive in every store; never 0.
    hashes = np.maximum(np.frombuffer(digests, dtype=">u8").astype(np.uint64) >> np.uint64(1), 1)
    made = pl.Series("person_key", hashes.astype(np.int64))
    if len(said) == texts.len():
        return made
    place = texts.is_not_null().cum_sum() - 1
    return made.gather(place.set(texts.is_null(), None))


def day(said: pl.DataFrame, role: str, known: Recognition) -> pl.Series:
    """Return the day a role's column says, null where it says none."""
    cells = rows.column(said, role)
    if cells.is_null().all():
        return cells.cast(pl.Date)
    how = known.dates.get(role, dates.Convention())
    found = distinct.read(cells.to_frame(), lambda few: dates.read(few.to_series(), how))
    return found["day"].rename(role)


def _emails(cells: pl.Series) -> pl.Series:
    text = pl.col("text").str.to_lowercase().str.replace(r"^mailto:", "")
    text = text.str.extract(r"<([^<>]+)>$").fill_null(text).str.strip_chars(" .;,")
    return cells.to_frame("text").select(email=pl.when(text.str.contains(_EMAIL)).then(text))[
        "email"
    ]


def _phones(said: pl.DataFrame, country: pl.Series) -> pl.Series:
    mobile = phones.read(rows.column(said, "mobile"), country=country)
    if "phone" not in said.columns or mobile.null_count() == 0:
        return mobile
    return mobile.fill_null(phones.read(rows.column(said, "phone"), country=country))


def _postcodes(cells: pl.Series, country: pl.Series) -> pl.Series:
    frame = pl.DataFrame({"text": cells, "country": country})
    bare = pl.col("text").str.replace(r"\.0$", "").str.to_uppercase().str.replace_all(r"\s", "")
    french = pl.col("country").is_null() | pl.col("country").is_in(_FRENCH)
    # A spreadsheet takes 01000 for a number and loses its zero.
    bare = bare.str.replace(r"^F-", "")
    zero = pl.when(french & bare.str.contains(r"^\d{4}$")).then(pl.lit("0") + bare).otherwise(bare)
    return frame.select(postcode=zero)["postcode"]


def _genders(said: pl.DataFrame, known: Recognition) -> pl.Series:
    own = dict(known.told.words.get("gender", {}))
    return vocabulary.meaning(rows.column(said, "gender"), "gender", own=own)
