"""Traits: what of a person record can be compared with another's.

One row a person record: names folded, e-mail, phone and address in one form, and whether the
record is a person, a household or an organisation. Values of no use to anyone (« anonyme » as
a name) are absent.
"""

from collections.abc import Sequence

import polars as pl

from mecene.identity import given_names, names

PERSON = pl.Schema(
    {
        "person_key": pl.Int64,
        "external_namespace": pl.String,
        "external_id": pl.String,
        "civility": pl.String,
        "first_name": pl.String,
        "last_name": pl.String,
        "full_name": pl.String,
        "organisation_name": pl.String,
        "email": pl.String,
        "phone": pl.String,
        "address": pl.String,
        "postcode": pl.String,
        "city": pl.String,
        "country": pl.String,
        "birth_date": pl.Date,
        "gender": pl.String,
        "language": pl.String,
        "acquired_on": pl.Date,
        "acquisition_channel": pl.String,
        "deceased_on": pl.Date,
        "undeliverable_on": pl.Date,
        "declared": pl.Boolean,
        "records": pl.Int64,
        "first_source": pl.String,
    }
)

_COMPARED = (
    "civility", "first_name", "last_name", "full_name", "organisation_name", "email", "phone",
    "address", "postcode", "city", "birth_date",
)  # fmt: skip
READ = (
    "person_key", *_COMPARED, "gender", "external_namespace", "external_id", "declared",
)  # fmt: skip
_SHORT_FOR = {
    "av": "avenue", "ave": "avenue", "bd": "boulevard", "bld": "boulevard", "blvd": "boulevard",
    "boul": "boulevard", "r": "rue", "pl": "place", "ch": "chemin", "che": "chemin",
    "imp": "impasse", "all": "allee", "rte": "route", "sq": "square", "fg": "faubourg",
    "fbg": "faubourg", "st": "saint", "ste": "sainte", "res": "residence", "qu": "quai",
    "gal": "general", "dr": "docteur", "pdt": "president",
}  # fmt: skip
_SMALL = ("bis", "ter", "de", "du", "des", "la", "le", "les", "l", "d", "et", "a", "au", "aux")
_AT_ONCE = 245_760
_STREET_WORDS = {f" {short} ": f" {long} " for short, long in _SHORT_FOR.items()} | {
    f" {small} ": "" for small in _SMALL
}


class InvalidPersons(ValueError):
    """The table of person records cannot be read; the message says what is wrong and where."""


def complete(persons: pl.DataFrame, *, columns: Sequence[str] = tuple(PERSON)) -> pl.DataFrame:
    """Return person records with every column, typed, sorted by key, anonymous ones left out.

    Args:
        persons: Person records; a column that is absent is empty.
        columns: Those of ``PERSON`` that are of use.

    Raises:
        InvalidPersons: no ``person_key`` column, or the same key in two rows.
    """
    if "person_key" not in persons.columns:
        raise InvalidPersons("persons: no person_key column; stage the files first")
    typed = [
        (pl.col(name) if name in persons.columns else pl.lit(None).alias(name)).cast(PERSON[name])
        for name in columns
    ]
    table = persons.select(typed).drop_nulls("person_key")
    # Staged persons are in order: sorting would hold them twice.
    if not table["person_key"].is_sorted():
        table = table.sort("person_key")
    key = table["person_key"]
    twice = key.filter(key == key.shift(1))
    if twice.len():
        raise InvalidPersons(f"persons: person_key {twice[0]} stands in several rows; keep one")
    filled = {"declared": False, "records": 1}
    return table.with_columns(
        pl.col(name).fill_null(value) for name, value in filled.items() if name in columns
    )


def comparable(persons: pl.DataFrame) -> pl.Series:
    """Return which records hold anything but a reference."""
    return persons.select(pl.any_horizontal(pl.col(*_COMPARED).is_not_null())).to_series()


def of(persons: pl.DataFrame) -> pl.DataFrame:
    """Return the traits of complete person records, in the order of their keys."""
    needed = persons.select(READ)
    # A record's traits depend on nothing but itself; what is on the way to them is large.
    parts = [_of(needed.slice(start, _AT_ONCE)) for start in range(0, needed.height, _AT_ONCE)]
    return pl.concat(parts) if parts else _of(needed)


def _of(persons: pl.DataFrame) -> pl.DataFrame:
    written = _as_written(persons)
    plain = written.with_columns(
        pl.col("first").alias("first_shown"),
        pl.col("last").alias("last_shown"),
        names.folded(pl.col("first")).alias("first"),
        names.folded(pl.col("last")).alias("last_words"),
    )
    return _settled(plain.with_columns(_contact_traits(), *_address_traits())).select(
        "person_key", "ref", "kind", "gender", "first", "first_known", "first_brief", "initials",
        "woman",
        "last", "last_parts", "email", "local", "phone", "number", "street", "postcode", "city",
        "birth_date", "siren", "declared",
        "first_shown", "last_shown",
    )  # fmt: skip


def _contact_traits() -> pl.Expr:
    digits = pl.col("phone").str.replace_all(r"[^0-9+]", "").str.replace(r"^00", "+")
    digits = digits.str.replace(r"^0([1-9])", "+33$1")
    return pl.when(digits.str.len_chars() >= 8).then(digits).alias("phone")


def _as_written(persons: pl.DataFrame) -> pl.DataFrame:
    """Settle kind, first, last and gender; names in one piece are read, once each."""
    organisation = names.folded(pl.col("organisation_name"))
    one_piece = pl.col("last_name").is_null() & pl.col("full_name").is_not_null()
    alone = pl.col("last_name").is_not_null() & pl.col("first_name").is_null()
    mixed = pl.concat_str(
        pl.col("last_name"), pl.col("first_name"), separator=" ", ignore_nulls=True
    ).str.contains(r"(?i)\s(?:et|ou)\s|&|/|^\s*(?:m|mr|mme|mlle|monsieur|madame|famille)[. ]")
    text = (
        pl.when(organisation.is_not_null())
        .then(None)
        .when(one_piece)
        .then("full_name")
        .when(alone)
        .then("last_name")
        .when(mixed)
        .then(pl.concat_str("first_name", "last_name", separator=" ", ignore_nulls=True))
    )
    table = persons.with_columns(text.alias("text"), organisation.alias("organisation"))
    table = table.join(_read_once(table["text"]), on="text", how="left", maintain_order="left")
    # A surname in its own column stays whole; reading it again would cut « Saint Jean » in two.
    whole = alone & (pl.col("read_kind") == "person")
    told = table.join(
        _civilities(table["civility"]), on="civility", how="left", maintain_order="left"
    )
    says = pl.coalesce("says", "read_says")
    return told.with_columns(
        pl.when(pl.col("organisation").is_not_null() | (pl.col("read_kind") == "organisation"))
        .then(pl.lit("organisation"))
        .when((pl.col("read_kind") == "household") | (says == "household"))
        .then(pl.lit("household"))
        .otherwise(pl.lit("person"))
        .alias("kind"),
        pl.when(whole | pl.col("read_kind").is_null()).then("first_name")
        .otherwise("read_first").alias("first"),
        pl.when(pl.col("organisation").is_not_null())
        .then("organisation_name")
        .when(pl.col("read_kind").is_null())
        .then("last_name")
        .when(whole)
        .then(pl.coalesce("read_whole", "last_name"))
        .otherwise("read_last")
        .alias("last"),
        pl.when(says.is_in(["m", "f"])).then(says).otherwise(
            pl.when(pl.col("gender").is_in(["m", "f"])).then("gender")
        ).alias("gender"),
    )  # fmt: skip


def _read_once(texts: pl.Series) -> pl.DataFrame:
    distinct = texts.drop_nulls().unique().sort().to_list()
    read = [names.read(text) for text in distinct]
    says = {"M. et Mme": "household", "M.": "m", "Mme": "f"}
    return pl.DataFrame(
        {
            "text": distinct,
            "read_kind": [name.kind for name in read],
            "read_says": [says.get(name.civility or "") for name in read],
            "read_first": [name.first for name in read],
            "read_last": [name.last for name in read],
            "read_whole": [names.untitled(text) for text in distinct],
        },
        schema=dict.fromkeys(
            ("text", "read_kind", "read_says", "read_first", "read_last", "read_whole"), pl.String
        ),
    )


def _civilities(civilities: pl.Series) -> pl.DataFrame:
    distinct = civilities.drop_nulls().unique().sort().to_list()
    return pl.DataFrame(
        {"civility": distinct, "says": [names.civility_says(text) for text in distinct]},
        schema={"civility": pl.String, "says": pl.String},
    )


def _address_traits() -> list[pl.Expr]:
    words = pl.lit("  ") + names.folded(pl.col("address")).str.replace_all(" ", "  ") + "  "
    number = words.str.extract(r" (\d+) ")
    # Words stand between two spaces each, so that neighbours can both be replaced.
    street = words.str.replace_many(list(_STREET_WORDS), list(_STREET_WORDS.values()))
    street = street.str.replace_all(r" \d+ ", "").str.replace_all(" ", "")
    postcode = pl.col("postcode").str.replace_all(r"\s", "").str.to_uppercase()
    city = names.folded(pl.col("city")).str.replace(r" cedex.*$", "")
    city = city.str.replace_all(r"\bst\b", "saint").str.replace_all(r"\bste\b", "sainte")
    return [
        number.alias("number"),
        _present(street).alias("street"),
        # Excel eats the zero of 01000.
        _present(postcode.str.replace(r"^(\d{4})$", "0$1")).alias("postcode"),
        _present(city.str.replace_all(r"[ \d]", "")).alias("city"),
    ]


def _settled(table: pl.DataFrame) -> pl.DataFrame:
    """Add the keys comparisons read: canonical names, initials, e-mail and its local part."""
    body = pl.col("kind") == "organisation"
    nobody = pl.col("last_words").is_in(list(names.NOBODY)) & pl.col("first").is_null()
    last = names.compact_last(pl.col("last_words"))
    email = pl.col("email").str.strip_chars().str.to_lowercase()
    email = pl.when(email.str.contains(r"^[^@\s]+@[^@\s]+$")).then(email)
    google = email.str.ends_with("@gmail.com") | email.str.ends_with("@googlemail.com")
    local = email.str.extract(r"^([^@+]+)")
    local = pl.when(google).then(local.str.replace_all(r"\.", "")).otherwise(local)
    settled = table.with_columns(
        pl.when(body).then(None).when(pl.col("kind") == "household").then(
            _couple_key(table)
        ).otherwise(names.canonical_first(pl.col("first"))).alias("first"),
        pl.when(nobody).then(None).when(body).then(
            names.organisation_key(pl.col("last_words"))
        ).otherwise(last).alias("last"),
        # One word is no part of itself.
        pl.when(pl.col("last_words").str.contains(" ", literal=True))
        .then(pl.col("last_words").str.split(" "))
        .alias("last_parts"),
        pl.when(google).then(local + "@gmail.com").otherwise(email).alias("email"),
        # « jean.martin » is every Jean Martin's; « jean.martin1954 » is one man's.
        pl.when(local.str.contains(r"\d\d")).then(local).alias("local"),
        pl.when(body).then(_siren()).alias("siren"),
        pl.concat_str(
            pl.col("external_namespace").fill_null(""), pl.col("external_id"), separator=":"
        ).alias("ref"),
    )  # fmt: skip
    first = pl.col("first")
    known = first.str.split(" ").list.eval(pl.element().is_in(list(given_names.KNOWN))).list.all()
    letters = first.str.contains(r"^\w(?: \w)*$")
    return settled.with_columns(
        (first.is_in(list(given_names.KNOWN)) | known).fill_null(value=False).alias("first_known"),
        (letters | first.is_in(list(given_names.SHORT)))
        .fill_null(value=False)
        .alias("first_brief"),
        ((pl.col("gender") == "f") | (first.replace_strict(given_names.GENDER, default="x") == "f"))
        .fill_null(value=False)
        .alias("woman"),
        first.str.replace_all(r"(\w)\w*", "$1").str.replace_all(" ", "").alias("initials"),
    )


def _couple_key(table: pl.DataFrame) -> pl.Expr:
    """Return « jean + marie » from « Jean et Marie », read from the text as it was written."""
    distinct = table.filter(pl.col("kind") == "household")["first_shown"].drop_nulls().unique()
    keys = {text: " + ".join(names.first_names(text)) or None for text in distinct.to_list()}
    return pl.col("first_shown").replace_strict(keys, default=None, return_dtype=pl.String)


def _siren() -> pl.Expr:
    text = pl.concat_str("external_id", "organisation_name", separator=" ", ignore_nulls=True)
    return text.str.replace_all(r"(\d) ", "$1").str.extract(r"\b(\d{9})(?:\d{5})?\b")


def _present(text: pl.Expr) -> pl.Expr:
    return pl.when(text != "").then(text)
