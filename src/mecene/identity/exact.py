"""Exact rules: which pairs are one person beyond what chance can do.

Rules are tried in order and the first that holds names the merge. A rule never joins two
records that ``compare`` keeps apart, save for the association's own reference, which is its
word that they are one donor.
"""

from dataclasses import dataclass

import polars as pl

from mecene.identity import evidence

EDGES = pl.Schema(
    {
        "a": pl.Int64(),
        "b": pl.Int64(),
        "rule": evidence.RULE,
        "score": pl.Float64(),
        "held": evidence.HELD,
    }
)

# Expected number of other people of the same name in the same postcode, beyond which the name
# and the postcode alone are not enough: with one double in ten records, 0.001 of one gives a
# precision of 0.99. Ten times less when the street differs.
MOST_HOMONYMS = 0.001
_MOST_ELSEWHERE = 0.0001
_PSEUDO_RECORDS = 10_000


@dataclass(frozen=True)
class Rule:
    """A condition on a compared pair, and how sure it makes us (0 to 1)."""

    name: str
    score: float
    holds: pl.Expr


_ONE = pl.col("apart").is_null()
_BODIES = (pl.col("kind_a") == "organisation") & (pl.col("kind_b") == "organisation")
_COUPLES = (pl.col("kind_a") == "household") & (pl.col("kind_b") == "household")
_SWAPPED = pl.col("swapped")
_LAST = pl.col("last").is_in(["same", "close", "part"]) | _SWAPPED
_FIRST = pl.col("first").is_in(["same", "close"]) | _SWAPPED | _BODIES
_VAGUE_FIRST = pl.col("first").is_in(["initial", "partial", "missing"])
_POSTCODE = pl.col("place").is_in(["address", "street", "postcode", "elsewhere"])
_WHOLE_NAME = pl.col("swapped_exactly") | (
    (pl.col("last") == "same") & ((pl.col("first") == "same") | _BODIES)
)
# Another street, and another e-mail or phone: left to likelihood.
_ALL_ELSE_DIFFERS = (pl.col("place") == "elsewhere") & (
    pl.col("email_differs") | pl.col("phone_differs")
)
_STRANGERS = (
    (pl.col("first") == "different")
    & (pl.col("last") == "different")
    & ~pl.col("email")
    & ~_SWAPPED
)

RULES = (
    Rule("reference", 1.0, pl.col("ref") & ~_STRANGERS & pl.col("apart").ne_missing("kind")),
    Rule("siren", 0.998, pl.col("siren") & _BODIES),
    Rule("email_and_name", 0.997, _ONE & pl.col("email") & _LAST & _FIRST),
    Rule(
        "birth_date_and_name",
        0.996,
        _ONE & (pl.col("birth") == "same") & ((pl.col("last") == "same") | _SWAPPED) & _FIRST,
    ),
    Rule(
        "name_and_postcode",
        0.993,
        _ONE & _POSTCODE & _WHOLE_NAME & ~_ALL_ELSE_DIFFERS,
    ),
    Rule("name_and_town", 0.9925, _ONE & (pl.col("place") == "town") & _WHOLE_NAME),
    Rule("phone_and_name", 0.992, _ONE & pl.col("phone") & _LAST & _FIRST),
    Rule(
        "couple_and_address",
        0.99,
        _ONE & _COUPLES & (pl.col("last") == "same") & (pl.col("place") == "address"),
    ),
    Rule(
        "email_and_first_name",
        0.975,
        _ONE
        & pl.col("email")
        & (pl.col("first") == "same")
        & (pl.col("last") == "different")
        & pl.col("woman"),
    ),
    Rule(
        "email_and_part_of_name",
        0.97,
        _ONE & pl.col("email") & (_LAST | (pl.col("last") == "missing")) & (_VAGUE_FIRST | _FIRST),
    ),
    Rule(
        "phone_and_initial",
        0.965,
        _ONE & pl.col("phone") & _LAST & pl.col("first").is_in(["initial", "partial"]),
    ),
    Rule(
        "address_and_initial",
        0.96,
        _ONE
        & (pl.col("place") == "address")
        & (pl.col("last") == "same")
        & (pl.col("first") == "initial"),
    ),
)  # fmt: skip

# What cannot be one donor by itself, but a person may want to look at.
_LOOK = (
    Rule("reference_of_two_names", 0.5, pl.col("ref")),
    Rule(
        "couple_and_member",
        0.5,
        (pl.col("apart") == "household")
        & (pl.col("last") == "same")
        & (pl.col("email") | pl.col("phone") | (pl.col("place") == "address")),
    ),
)


def edges(compared: pl.DataFrame, traits: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs a rule joins, with ``held`` the reason not to join them by itself.

    Args:
        compared: What ``compare.pairs`` returned.
        traits: What the frequency of names is read from.
    """
    # Few columns of few pairs: the table of all that was compared is not held twice.
    told = ("a", "b", "place", "phone", "kind_a", "kind_b", "swapped")
    named = compared.select(*told, rule=_first_of(RULES))
    ruled = named.drop_nulls("rule")
    common = pl.concat(
        [
            _common_names(ruled, traits, rule="name_and_postcode", place="postcode"),
            _common_names(ruled, traits, rule="name_and_town", place="city"),
        ]
    )
    joined = ruled.join(common, on=["a", "b"], how="left", maintain_order="left")
    looked = compared.select("a", "b", rule=_first_of(_LOOK)).filter(named["rule"].is_null())
    looked = looked.drop_nulls("rule")
    looked = looked.with_columns(pl.col("rule").cast(evidence.HELD).alias("held"))
    scores = {rule.name: rule.score for rule in (*RULES, *_LOOK)}
    both = pl.concat(
        [joined.select("a", "b", "rule", "held"), looked.select("a", "b", "rule", "held")]
    )
    score = pl.col("rule").replace_strict(scores, return_dtype=pl.Float64)
    return both.with_columns(score.alias("score")).select(EDGES.names()).cast(EDGES)


def _first_of(rules: tuple[Rule, ...]) -> pl.Expr:
    return pl.coalesce(
        [pl.when(rule.holds).then(pl.lit(rule.name, evidence.RULE)) for rule in rules]
        + [pl.lit(None, evidence.RULE)]
    )


def _common_names(
    ruled: pl.DataFrame, traits: pl.DataFrame, *, rule: str, place: str
) -> pl.DataFrame:
    """Return the pairs whose name is so common in a place so big that chance may explain them."""
    bare = ruled.filter(
        (pl.col("rule") == rule)
        & pl.col("place").is_in(["postcode", "street", "elsewhere", "town"])
        & ~pl.col("phone")
        & ~_BODIES
        & ~_SWAPPED
    )
    total = traits.height + _PSEUDO_RECORDS
    found = bare.select("a", "b", where="place").join(
        traits.select("person_key", "last", "first", place), left_on="a", right_on="person_key"
    )
    counts = {"n_last": ["last"], "n_first": ["first"], "n_place": [place]}
    for name, columns in (counts | {"n_same": ["last", "first", place]}).items():
        asked = found.select(columns).unique()
        held = traits.select(columns).join(asked, on=columns, how="semi")
        count = held.group_by(columns).len(name)
        found = found.join(count, on=columns, how="left")
    # The pair itself is left out, and one more of theirs; not every homonym of a one-town file.
    theirs = pl.col("n_same").clip(upper_bound=3)
    others = [(pl.col(name) - theirs) / total for name in ("n_last", "n_first")]
    expected = others[0] * others[1] * pl.col("n_place")
    most = pl.when(pl.col("where") == "elsewhere").then(_MOST_ELSEWHERE).otherwise(MOST_HOMONYMS)
    return found.filter(expected > most).select(
        "a", "b", pl.lit("homonyms", evidence.HELD).alias("held")
    )
