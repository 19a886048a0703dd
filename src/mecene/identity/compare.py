"""Compare: what two records say of each other, trait by trait.

One definition, in SQL, read by the exact rules, by the probabilistic model and by the guard
that keeps two people of one household apart. Each relation is a word: ``same``, ``close``
(a slip of the hand), ``different``, ``missing`` …
"""

from collections.abc import Callable

import duckdb
import polars as pl

from mecene.identity import glance

SHARED_FROM = 3  # clearly different names on one e-mail: it is nobody's in particular

# CASE rather than AND where an edit distance follows: an AND works out both its sides.
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
    coalesce(CASE WHEN x_first <> x_last AND x_last <> y_last THEN
        CASE WHEN replace(x_first, ' ', '') = y_last
            THEN nearly(replace(y_first, ' ', ''), x_last) ELSE false END
        OR CASE WHEN replace(y_first, ' ', '') = x_last
            THEN nearly(replace(x_first, ' ', ''), y_last) ELSE false END
    END, false);
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

_SIDE = (
    "kind", "first", "first_known", "first_brief", "initials", "woman", "last", "last_parts",
    "email", "local", "phone", "ref", "siren", "birth_date", "gender",
    "postcode", "street", "number", "city",
)  # fmt: skip

_COMPARISON = """
SELECT a, b, x_kind AS kind_a, y_kind AS kind_b,
    first_relation(x_first, y_first, x_first_known, y_first_known, x_first_brief, y_first_brief,
        x_initials, y_initials) AS first,
    last_relation(x_last, y_last, x_last_parts, y_last_parts) AS last,
    swapped(x_first, x_last, y_first, y_last) AS swapped,
    birth_relation(x_birth_date, y_birth_date) AS birth,
    place_relation(x_postcode, y_postcode, x_street, y_street, x_number, y_number,
        x_city, y_city) AS place,
    coalesce(x_email = y_email, false) AS email,
    swapped_exactly(x_first, x_last, y_first, y_last) AS swapped_exactly,
    coalesce(x_email <> y_email, false) AS email_differs,
    coalesce(x_phone <> y_phone, false) AS phone_differs,
    coalesce(x_local = y_local, false) AS local,
    coalesce(x_phone = y_phone, false) AS phone,
    coalesce(x_ref = y_ref, false) AS ref,
    coalesce(x_siren = y_siren, false) AS siren,
    coalesce(x_gender <> y_gender, false) AS civility_differs,
    coalesce(x_woman OR y_woman, false) AS woman,
    greatest(length(x_first), length(y_first)) AS first_length
FROM sides
"""
# The words of the relations: a number each where many pairs are held.
_WORDS = {
    name: pl.Enum(words.split())
    for name, words in {
        "kind_a": "person household organisation",
        "kind_b": "person household organisation",
        "first": "missing initial same partial different close",
        "last": "missing same close part different",
        "birth": "missing same close different",
        "place": "missing town postcode address street elsewhere city different",
    }.items()
}
_APART = pl.Enum(["kind", "household", "birth_date", "given_name", "civility"])
_OWN = ("email", "local", "phone", "ref", "siren")
_AT_ONCE = 200_000  # pairs compared together: memory does not grow with how many there are


def opened() -> duckdb.DuckDBPyConnection:
    """Return a database in memory that knows the relations."""
    database = duckdb.connect(":memory:")
    database.execute("SET enable_progress_bar = false")
    database.execute(_SCHEMA)
    return database


def pairs(
    database: duckdb.DuckDBPyConnection,
    traits: pl.DataFrame,
    found: pl.DataFrame,
    *,
    kept: pl.Expr | None = None,
) -> pl.DataFrame:
    """Return one row a pair (a, b) with the relation of each trait, and what keeps them apart.

    ``apart`` holds the reason two records cannot be one person, or nothing: ``kind``,
    ``household`` (a couple and one of its members), ``birth_date``, ``given_name``,
    ``civility``.

    Args:
        database: What ``opened`` returned.
        traits: What ``traits.of`` returned, sorted by ``person_key``.
        found: Pairs of person keys (a, b).
        kept: Which rows to keep; all by default.
    """
    keys, known = traits["person_key"], traits.select(_SIDE)
    parts = []
    for start in range(0, max(found.height, 1), _AT_ONCE):
        some = found.slice(start, _AT_ONCE)
        sides = [
            known[keys.search_sorted(some[name])].rename({trait: f"{x}_{trait}" for trait in _SIDE})
            for name, x in (("a", "x"), ("b", "y"))
        ]
        database.register("sides", pl.concat([some, *sides], how="horizontal").to_arrow())
        words = (pl.col(name).cast(kind) for name, kind in _WORDS.items())
        compared = database.execute(_COMPARISON).pl().with_columns(words)
        database.unregister("sides")
        compared = compared.with_columns(_apart().cast(_APART).alias("apart"))
        parts.append(compared if kept is None else compared.filter(kept))
    return pl.concat(parts).sort("a", "b")


def worthwhile(
    database: duckdb.DuckDBPyConnection,
    traits: pl.DataFrame,
    found: pl.DataFrame,
    *,
    on_progress: Callable[[float], None],
) -> pl.DataFrame:
    """Return what ``pairs`` does, of the pairs that a rule or a score could be about.

    Two Martins of one town, of different given names and with nothing else in common, are most
    of what is compared and none of what is found: they are not kept.
    """
    numbers, keys = glance.numbers(traits), traits["person_key"]
    parts = []
    for start in range(0, max(found.height, 1), _AT_ONCE):
        some = found.slice(start, _AT_ONCE)
        some = some.filter(glance.hopeful(keys, numbers, some))
        parts.append(pairs(database, traits, some, kept=_telling()))
        on_progress(min(start + _AT_ONCE, found.height) / max(found.height, 1))
    return pl.concat(parts)


def _telling() -> pl.Expr:
    """Return which pairs a rule, a look or a score could be about; all of them ask for this."""
    crossed = pl.col("swapped") | pl.col("swapped_exactly")
    named = pl.col("last").is_in(["same", "close", "part"]) | crossed
    # A couple and a body have two given names, or none.
    given = (
        pl.col("first").is_in(["same", "close", "initial"])
        | crossed
        | (pl.col("kind_a") != "person")
        | (pl.col("kind_b") != "person")
    )
    near = ~pl.col("place").is_in(["missing", "different"])
    own = pl.any_horizontal(_OWN) | (pl.col("birth") == "same")
    return own | (named & given & near)


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
    held = traits.select("person_key", trait, "last", "first").drop_nulls(trait)
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
