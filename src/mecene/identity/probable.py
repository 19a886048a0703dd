"""Probable: how likely two records are one person, where no exact rule decides.

The Fellegi–Sunter model (1969, J. Am. Stat. Assoc. 64, 1183–1210), as splink computes it: each
trait that agrees or not multiplies the odds by m/u, m its frequency between two records of one
person and u between two strangers. A rare surname weighs more than « Martin ».

The m and u below are shipped, not fitted to each file: the score of a pair depends on the
two records and on how common their surname is, so forty donors and a million are judged
alike, and a new record moves nobody else's score by more than its share of the surnames.
"""

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator
from typing import Any

import duckdb
import polars as pl

# What a file of this many strangers would add to the count of a surname: keeps « frequent »
# from being read off a dozen records.
_PSEUDO_RECORDS = 10_000
_RAREST = 1e-5

_FIRST = (
    "first_relation(first_l, first_r, first_known_l, first_known_r, first_brief_l, first_brief_r, "
    "initials_l, initials_r)"
)
_LAST = "last_relation(last_l, last_r, last_parts_l, last_parts_r)"
_SWAPPED = "swapped(first_l, last_l, first_r, last_r)"
_PLACE = (
    "place_relation(postcode_l, postcode_r, street_l, street_r, number_l, number_r, city_l, city_r)"
)

# (condition, m, u) from the strongest agreement down; None: says nothing.
_LEVELS: dict[str, tuple[tuple[str, float | None, float | None], ...]] = {
    "surname": (
        ("last_l IS NULL OR last_r IS NULL", None, None),
        ("last_l = last_r", 0.86, 0.0005),
        (_SWAPPED, 0.02, 1e-6),
        (f"{_LAST} = 'close'", 0.07, 0.0004),
        (f"{_LAST} = 'part'", 0.02, 0.0004),
        ("ELSE", 0.03, 0.9987),
    ),
    "given": (
        (f"first_l IS NULL OR first_r IS NULL OR {_SWAPPED}", None, None),
        (f"{_FIRST} = 'same'", 0.84, 0.012),
        (f"{_FIRST} = 'close'", 0.07, 0.001),
        (f"{_FIRST} = 'initial'", 0.05, 0.02),
        (f"{_FIRST} = 'partial'", 0.03, 0.005),
        ("ELSE", 0.01, 0.962),
    ),
    "email": (
        ("email_l IS NULL OR email_r IS NULL", None, None),
        ("email_l = email_r", 0.65, 1e-5),
        ("local_l = local_r", 0.05, 5e-5),
        ("ELSE", 0.3, 0.99994),
    ),
    "phone": (
        ("phone_l IS NULL OR phone_r IS NULL", None, None),
        ("phone_l = phone_r", 0.75, 2e-5),
        ("ELSE", 0.25, 0.99998),
    ),
    "birth": (
        ("birth_date_l IS NULL OR birth_date_r IS NULL", None, None),
        ("birth_date_l = birth_date_r", 0.98, 5e-5),
        ("ELSE", 0.02, 0.99995),
    ),
    "place": (
        (f"{_PLACE} = 'missing'", None, None),
        (f"{_PLACE} = 'address'", 0.6, 3e-5),
        (f"{_PLACE} = 'street'", 0.06, 1e-4),
        (f"{_PLACE} = 'postcode'", 0.15, 0.002),
        (f"{_PLACE} = 'elsewhere'", 0.04, 0.002),
        (f"{_PLACE} IN ('city', 'town')", 0.03, 0.006),
        ("ELSE", 0.12, 0.98984),
    ),
}

_COMPARED = (
    "first", "first_known", "first_brief", "initials", "last", "last_parts", "email", "local",
    "phone", "birth_date", "postcode", "street", "number", "city",
)  # fmt: skip
_AT_ONCE = 200_000
SCORES = pl.Schema({"a": pl.Int64, "b": pl.Int64, "score": pl.Float64})


def scores(
    database: duckdb.DuckDBPyConnection, traits: pl.DataFrame, pairs: pl.DataFrame
) -> pl.DataFrame:
    """Return (a, b, score): how likely each pair is one person, from 0 to 1.

    Args:
        database: What ``compare.opened`` returned; it knows the relations.
        traits: What is compared, and what the frequency of surnames is read from.
        pairs: Pairs of person keys (a, b) to score.
    """
    if pairs.is_empty():
        return pl.DataFrame(schema=SCORES)
    common, total = _frequencies(traits), traits.height
    told = traits.select("person_key", *_COMPARED)
    parts = []
    with _silence():
        # A score depends on its two records and on the surnames alone: so many pairs at a time.
        for start in range(0, pairs.height, _AT_ONCE):
            some = pairs.slice(start, _AT_ONCE)
            linker, api = _linker(database, told, common, total, some)
            parts.append(_predicted(linker, api, some))
            linker.table_management.delete_tables_created_by_splink_from_db()
    database.execute("DROP TABLE compared")
    return pl.concat(parts).sort("a", "b")


def _linker(
    database: duckdb.DuckDBPyConnection,
    told: pl.DataFrame,
    common: Any,
    total: int,
    pairs: pl.DataFrame,
) -> tuple[Any, Any]:
    # splink takes a second to import; most commands never need it.
    from splink import DuckDBAPI, Linker

    keys = pl.concat([pairs["a"], pairs["b"]]).unique().sort()
    told = told[told["person_key"].search_sorted(keys)]
    database.register("told", told.to_arrow())
    database.execute("CREATE OR REPLACE TABLE compared AS SELECT * FROM told")
    database.unregister("told")
    api = DuckDBAPI(connection=database)
    linker = Linker(
        api.register("compared"), _settings(total), log_level=None, validate_settings=False
    )
    linker.table_management.register_term_frequency_lookup(api.register(common), "last")
    return linker, api


def _frequencies(traits: pl.DataFrame) -> Any:
    total = traits.height + _PSEUDO_RECORDS
    counted = traits.drop_nulls("last").group_by("last").len().sort("last")
    return counted.select("last", (pl.col("len") / total).clip(_RAREST).alias("tf_last")).to_arrow()


def _settings(total: int) -> Any:
    from splink import SettingsCreator, block_on

    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="person_key",
        # One record in ten has a double: 0.1 n pairs of one person among n²/2.
        probability_two_random_records_match=0.2 / (total + _PSEUDO_RECORDS),
        comparisons=[_comparison(name, levels) for name, levels in _LEVELS.items()],
        blocking_rules_to_generate_predictions=[block_on("person_key")],
        retain_matching_columns=False,
    )


def _comparison(name: str, levels: tuple[tuple[str, float | None, float | None], ...]) -> Any:
    return {
        "output_column_name": name,
        "comparison_levels": [_level(*level) for level in levels],
    }


def _level(condition: str, m: float | None, u: float | None) -> dict[str, Any]:
    level: dict[str, Any] = {"sql_condition": condition, "label_for_charts": condition[:40]}
    if m is None:
        return level | {"is_null_level": True}
    level |= {"m_probability": m, "u_probability": u}
    if condition == "last_l = last_r":
        level |= {"tf_adjustment_column": "last"}
    return level


def _predicted(linker: Any, api: Any, pairs: pl.DataFrame) -> pl.DataFrame:
    blocked = pairs.select(
        pl.lit("0").alias("match_key"),
        pl.col("a").alias("join_key_l"),
        pl.col("b").alias("join_key_r"),
    )
    linker.table_management.register_blocked_pairs_for_predict(api.register(blocked.to_arrow()))
    predicted = linker.inference.predict(warning_mode="never")
    said = "person_key_l, person_key_r, match_probability"
    rows: pl.DataFrame = predicted.as_duckdbpyrelation().select(said).pl()
    return rows.select(
        pl.min_horizontal("person_key_l", "person_key_r").alias("a"),
        pl.max_horizontal("person_key_l", "person_key_r").alias("b"),
        pl.col("match_probability").round(6).alias("score"),
    )


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Keep splink's progress and advice off the terminal, and leave logging as it was."""
    logger = logging.getLogger("splink")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
