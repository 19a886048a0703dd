"""Names: who is named in what was typed in the boxes for names.

« M. et Mme DUPONT Jean et Marie » in one box is a civility, a family name in capitals and two first
names; « Boulangerie Martin SARL » is a company; « (Anonyme) » is nobody. What cannot be told apart
is left as it was written.
"""

import polars as pl

from mecene.sources import folding, vocabulary

_CIVILITY = (
    r"(?i)^((?:m\.?|mr\.?|monsieur)\s*(?:et|ou|and|&|/|-)\s*(?:mme|mrs|madame)\.?"
    r"|(?:mme|mrs|madame)\.?\s*(?:et|ou|and|&|/|-)\s*(?:m\.?|mr\.?|monsieur)"
    r"|m\.|mr\.?|mrs\.?|ms\.?|miss|mme\.?|mlle\.?|monsieur|madame|mademoiselle|dr\.?|m)\s+(.+)$"
)
_CAPITALS = r"(?:\p{Lu}[\p{Lu}'’\-]+)(?:\s+(?:\p{Lu}[\p{Lu}'’\-]+))*"
_CAPITALS_FIRST = rf"^({_CAPITALS})\s+(\p{{Lu}}[\p{{Ll}}].*)$"
_CAPITALS_LAST = rf"^(\p{{Lu}}.*\p{{Ll}}.*?)\s+({_CAPITALS})$"
_COMMA = r"^([^,]+),\s*([^,]+)$"
_COMPANY = (
    r"\b(sarl|sasu|eurl|scop|selarl|etablissements|ets|societe|mairie|commune de|association|asso"
    r"|fondation|lycee|college|ecole|universite|cabinet|pharmacie|boulangerie|groupe|holding"
    r"|banque|credit agricole|credit mutuel|caisse|mutuelle|cooperative|entreprise|gmbh|ltd|limited"
    r"|inc|llc|plc|company|foundation|paroisse|diocese|ville de|conseil|departement|syndicat"
    r"|amicale|comite|rotary|lions club|garage|restaurant|hotel)\b"
)
_COMPANY_FORM = r"\S\s+(SA|SAS|SCI|SNC|SPA|BV|NV|CSE|CE)$|^(SA|SAS|SCI|SNC|CSE|CE)\s+\S"
_NOBODY = (
    "anonyme", "anonymous", "don anonyme", "donateur anonyme", "anonymous donor", "anonyme anonyme",
    "inconnu", "unknown", "sans nom", "non renseigne", "none", "null", "xxx", "anonymous anonymous",
    "donatrice anonyme", "anonyme inconnu", "neant", "non communique",
)  # fmt: skip


def read(said: pl.DataFrame) -> pl.DataFrame:
    """Return the names of each row.

    Args:
        said: ``civility, first_name, last_name, full_name, organisation_name``, String, tidy.

    Returns:
        n rows with the same columns, and ``gender`` as the civility says it.
    """
    boxes = ("first_name", "last_name", "full_name", "organisation_name")
    named = said.with_columns(_unless_nobody(pl.col(name)) for name in boxes)
    named = _without_civility(named)
    named = _companies(named)
    named = _split(named)
    gender = vocabulary.meaning(named["civility"], "gender")
    return named.with_columns(gender=gender)


def _unless_nobody(text: pl.Expr) -> pl.Expr:
    return pl.when(~folding.folded(text).is_in(_NOBODY)).then(text)


def _without_civility(named: pl.DataFrame) -> pl.DataFrame:
    """Take « Mme » out of the box of the name when the box for it is empty."""
    for box in ("last_name", "full_name"):
        found = pl.col(box).str.extract(_CIVILITY, 1)
        if not named[box].str.contains(_CIVILITY).any():
            continue
        rest = pl.col(box).str.extract(_CIVILITY, 2)
        target = "last_name" if box == "last_name" else "bare_name"
        named = named.with_columns(
            pl.coalesce("civility", found).alias("civility"),
            pl.coalesce(rest, pl.col(box)).alias(target),
        )
    return named if "bare_name" in named.columns else named.with_columns(bare_name="full_name")


def _split(named: pl.DataFrame) -> pl.DataFrame:
    """Fill first and family name from the whole one, where capitals or a comma tell them apart."""
    boxes = ("last_name", "first_name", "organisation_name")
    whole = pl.when(pl.all_horizontal(pl.col(box).is_null() for box in boxes)).then("bare_name")
    named = named.with_columns(whole=whole)
    if named["whole"].is_null().all():
        return named.drop("whole", "bare_name")
    bare = pl.col("whole")
    return named.with_columns(
        last_name=pl.coalesce(
            "last_name",
            bare.str.extract(_CAPITALS_FIRST, 1),
            bare.str.extract(_CAPITALS_LAST, 2),
            bare.str.extract(_COMMA, 1),
            # « Mme Petit »: after a civility, a word alone is the family's.
            pl.when(pl.col("civility").is_not_null() & ~bare.str.contains(" ")).then(bare),
        ),
        first_name=pl.coalesce(
            "first_name",
            bare.str.extract(_CAPITALS_FIRST, 2),
            bare.str.extract(_CAPITALS_LAST, 1),
            bare.str.extract(_COMMA, 2),
        ),
    ).drop("whole", "bare_name")


def _companies(named: pl.DataFrame) -> pl.DataFrame:
    """Move the name of a company from a person's box to its own."""
    alone = pl.col("first_name").is_null() & pl.col("organisation_name").is_null()
    box = pl.when(alone & pl.col("civility").is_null()).then(pl.coalesce("last_name", "full_name"))
    candidates = named.select(box=box)["box"]
    if candidates.is_null().all():
        return named
    distinct = candidates.drop_nulls().unique().to_frame("box")
    company = distinct.filter(
        folding.folded(pl.col("box")).str.contains(_COMPANY)
        | pl.col("box").str.contains(_COMPANY_FORM)
    )["box"]
    is_company = candidates.is_in(company.implode()).fill_null(value=False)
    return named.with_columns(
        organisation_name=pl.when(pl.lit(is_company)).then(pl.lit(candidates)).otherwise(
            "organisation_name"
        ),
        last_name=pl.when(~pl.lit(is_company)).then("last_name"),
    )  # fmt: skip
