"""Compare: what two records say of each other, trait by trait.

One definition, in SQL, read by the exact rules, by the probabilistic model and by the guard
that keeps two people of one household apart. Each relation is a word: ``same``, ``close``
(a slip of the hand), ``different``, ``missing`` …
"""

import duckdb
import polars as pl

SHARED_FROM = 3  # clearly different names on one e-mail: it is nobody's in particular

_SCHEMA = """
CREATE OR REPLACE MACRO slip(x, y) AS
    CASE WHEN abs(length(x) - length(y)) > 2 OR least(length(x), length(y)) < 4 THEN false
    WHEN least(length(x), length(y)) < 7 THEN damerau_levenshtein(x, y) <= 1
    ELSE damerau_levenshtein(x, y) <= 2 END;
CREATE OR REPLACE MACRO said_short(x, y, x_brief, x_initials, y_initials) AS
    (x_brief AND (starts_with(y, x) OR (length(x_initials) > 1 AND x_initials = y_initials)))
    OR (length(x) = 2 AND x = y_initials);
CREATE OR REPLACE MACRO first_relation(
    x, y, x_known, y_known, x_brief, y_brief, x_initials, y_initials
) AS CASE
    WHEN x IS NULL OR y IS NULL THEN 'missing'
    WHEN x = y AND x_brief THEN 'initial'
    WHEN x = y THEN 'same'
    WHEN said_short(x, y, x_brief, x_initials, y_initials) THEN 'initial'
    WHEN said_short(y, x, y_brief, y_initials, x_initials) THEN 'initial'
    WHEN starts_with(x, y || ' ') OR starts_with(y, x || ' ') THEN 'partial'
    WHEN x_known AND y_known THEN 'different'
    WHEN least(length(x), length(y)) >= 3 AND (starts_with(x, y) OR starts_with(y, x))
        THEN CASE WHEN abs(length(x) - length(y)) <= 1 THEN 'close' ELSE 'initial' END
    WHEN slip(x, y) THEN 'close'
    WHEN least(length(x), length(y)) = 3 AND damerau_levenshtein(x, y) <= 1 THEN 'close'
    ELSE 'different' END;
CREATE OR REPLACE MACRO last_relation(x, y, x_parts, y_parts) AS CASE
    WHEN x IS NULL OR y IS NULL THEN 'missing'
    WHEN x = y THEN 'same'
    WHEN slip(x, y) THEN 'close'
    WHEN length(x) >= 3 AND list_contains(y_parts, x) THEN 'part'
    WHEN length(y) >= 3 AND list_contains(x_parts, y) THEN 'part'
    ELSE 'different' END;
CREATE OR REPLACE MACRO swapped_exactly(x_first, x_last, y_first, y_last) AS
    coalesce(x_first <> x_last AND replace(x_first, ' ', '') = y_last
        AND replace(y_first, ' ', '') = x_last, false);
CREATE OR REPLACE MACRO nearly(x, y) AS
    slip(x, y) OR (length(x) = 1 AND starts_with(y, x)) OR (length(y) = 1 AND starts_with(x, y));
CREATE OR REPLACE MACRO swapped(x_first, x_last, y_first, y_last) AS
    coalesce(x_first <> x_last AND x_last <> y_last AND (
        (replace(x_first, ' ', '') = y_last AND nearly(replace(y_first, ' ', ''), x_last))
        OR (replace(y_first, ' ', '') = x_last AND nearly(replace(x_first, ' ', ''), y_last))
    ), false);
CREATE OR REPLACE MACRO birth_relation(x, y) AS CASE
    WHEN x IS NULL OR y IS NULL THEN 'missing'
    WHEN x = y THEN 'same'
    WHEN year(x) = year(y) AND month(x) = day(y) AND day(x) = month(y) THEN 'close'
    ELSE 'different' END;
CREATE OR REPLACE MACRO place_relation(
    x_postcode, y_postcode, x_street, y_street, x_number, y_number, x_city, y_city
) AS CASE
    WHEN x_postcode IS NULL OR y_postcode IS NULL
        THEN CASE WHEN x_city = y_city THEN 'town' ELSE 'missing' END
    WHEN x_postcode = y_postcode AND (x_street IS NULL OR y_street IS NULL) THEN 'postcode'
    WHEN x_postcode = y_postcode AND jaro_winkler_similarity(x_street, y_street) >= 0.93
        THEN CASE WHEN x_number IS NOT DISTINCT FROM y_number THEN 'address' ELSE 'street' END
    WHEN x_postcode = y_postcode THEN 'elsewhere'
    WHEN x_city = y_city THEN 'city'
    ELSE 'different' END;
"""

_COMPARISON = """
SELECT p.a, p.b, x.kind AS kind_a, y.kind AS kind_b,
    first_relation(x.first, y.first, x.first_known, y.first_known, x.first_brief, y.first_brief,
        x.initials, y.initials) AS first,
    last_relation(x.last, y.last, x.last_parts, y.last_parts) AS last,
    swapped(x.first, x.last, y.first, y.last) AS swapped,
    birth_relation(x.birth_date, y.birth_date) AS birth,
    place_relation(x.postcode, y.postcode, x.street, y.street, x.number, y.number,
        x.city, y.city) AS place,
    coalesce(x.email = y.email, false) AS email,
    swapped_exactly(x.first, x.last, y.first, y.last) AS swapped_exactly,
    coalesce(x.email <> y.email, false) AS email_differs,
    coalesce(x.phone <> y.phone, false) AS phone_differs,
    coalesce(x.local = y.local, false) AS local,
    coalesce(x.phone = y.phone, false) AS phone,
    coalesce(x.ref = y.ref, false) AS ref,
    coalesce(x.siren = y.siren, false) AS siren,
    coalesce(x.gender <> y.gender, false) AS civility_differs,
    coalesce(x.woman OR y.woman, false) AS woman,
    greatest(length(x.first), length(y.first)) AS first_length
FROM pairs p JOIN traits x ON x.person_key = p.a JOIN traits y ON y.person_key = p.b
ORDER BY p.a, p.b
"""


def open_with(traits: pl.DataFrame) -> duckdb.DuckDBPyConnection:
    """Return a database in memory that knows the traits and the relations."""
    database = duckdb.connect(":memory:")
    database.execute("SET enable_progress_bar = false")
    database.execute(_SCHEMA)
    know(database, traits)
    return database


def know(database: duckdb.DuckDBPyConnection, traits: pl.DataFrame) -> None:
    """Replace the traits the database knows."""
    database.register("given_traits", traits.to_arrow())
    database.execute("CREATE OR REPLACE TABLE traits AS SELECT * FROM given_traits")
    database.unregister("given_traits")


def pairs(database: duckdb.DuckDBPyConnection, found: pl.DataFrame) -> pl.DataFrame:
    """Return one row a pair (a, b) with the relation of each trait, and what keeps them apart.

    ``apart`` holds the reason two records cannot be one person, or nothing: ``kind``,
    ``household`` (a couple and one of its members), ``birth_date``, ``given_name``,
    ``civility``.
    """
    database.register("pairs", found.to_arrow())
    compared = database.execute(_COMPARISON).pl()
    database.unregister("pairs")
    return compared.with_columns(_apart().alias("apart"))


def without_shared(
    traits: pl.DataFrame, compared: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return traits and comparisons without the e-mails and phones that many people use.

    An e-mail of three clearly different names (a family, an accountant, ``contact@``) says
    nothing of who is who; a switchboard of five neither.
    """
    for trait, most in (("email", SHARED_FROM), ("phone", SHARED_FROM + 2)):
        keys = _shared(compared, traits, trait=trait, most=most).implode()
        forgotten = ("email", "local") if trait == "email" else (trait,)
        traits = traits.with_columns(
            pl.when(~pl.col("person_key").is_in(keys)).then(pl.col(name)).alias(name)
            for name in forgotten
        )
        kept = ~(pl.col("a").is_in(keys) & pl.col("b").is_in(keys))
        compared = compared.with_columns((pl.col(name) & kept).alias(name) for name in forgotten)
    return traits, compared


def _shared(compared: pl.DataFrame, traits: pl.DataFrame, *, trait: str, most: int) -> pl.Series:
    """Count, for each value, the records whose name no earlier holder has."""
    one_name = (pl.col("first") != "different") & (pl.col("last") != "different")
    one_kind = (pl.col("kind_a") == "organisation") == (pl.col("kind_b") == "organisation")
    couple = (pl.col("apart") == "household") & (pl.col("last") != "different")
    alike = compared.filter(pl.col(trait) & one_kind & (one_name | couple | pl.col("swapped")))
    held = traits.drop_nulls(trait).select("person_key", trait, "last", "first")
    # One name in ten thousand records is still one name, however few were compared.
    named = held.filter(pl.struct("last", "first").n_unique().over(trait) >= most)
    names = named.join(alike.select(person_key="b").unique(), on="person_key", how="anti")
    many = names.group_by(trait).len().filter(pl.col("len") >= most)
    return held.join(many, on=trait, how="semi")["person_key"]


def _apart() -> pl.Expr:
    body = (pl.col("kind_a") == "organisation") | (pl.col("kind_b") == "organisation")
    given = (pl.col("first") == "different") & ~pl.col("swapped")
    return (
        pl.when((pl.col("kind_a") != pl.col("kind_b")) & body)
        .then(pl.lit("kind"))
        .when(pl.col("kind_a") != pl.col("kind_b"))
        .then(pl.lit("household"))
        .when(pl.col("birth") == "different")
        .then(pl.lit("birth_date"))
        .when(given)
        .then(pl.lit("given_name"))
        .when(pl.col("civility_differs"))
        .then(pl.lit("civility"))
    )
