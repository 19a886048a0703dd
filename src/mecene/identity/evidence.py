"""Evidence: why two records are taken for one person, in words, in French and in English."""

import polars as pl

_RULES = {
    "reference": ("même référence dans vos fichiers", "same reference in your files"),
    "siren": ("même numéro SIREN", "same company number"),
    "email_and_name": ("même e-mail et même nom", "same e-mail and same name"),
    "birth_date_and_name": (
        "même nom et même date de naissance",
        "same name and same date of birth",
    ),
    "name_and_postcode": (
        "mêmes nom, prénom et code postal",
        "same surname, given name and postcode",
    ),
    "name_and_town": (
        "mêmes nom, prénom et ville, code postal absent",
        "same surname, given name and town, postcode missing",
    ),
    "phone_and_name": ("même téléphone et même nom", "same phone and same name"),
    "couple_and_address": ("même couple à la même adresse", "same couple at the same address"),
    "email_and_first_name": (
        "même e-mail et même prénom, autre nom (mariage ?)",
        "same e-mail and given name, another surname (marriage?)",
    ),
    "email_and_part_of_name": (
        "même e-mail, nom incomplet mais compatible",
        "same e-mail, name incomplete but compatible",
    ),
    "phone_and_initial": (
        "même téléphone, même nom et même initiale",
        "same phone, surname and initial",
    ),
    "address_and_initial": (
        "même adresse, même nom et même initiale",
        "same address, surname and initial",
    ),
    "probable": ("", ""),
    "reference_of_two_names": (
        "même référence, mais deux noms",
        "same reference, but two names",
    ),
    "couple_and_member": (
        "un couple et l’un de ses membres, au même foyer",
        "a couple and one of its members, in one household",
    ),
}

_WHY_NOT = {
    "reference_of_two_names": (
        "nom, prénom et e-mail ne s’accordent pas",
        "surname, given name and e-mail all disagree",
    ),
    "couple_and_member": (
        "un couple n’est pas l’un de ses membres ; même foyer",
        "a couple is not one of its members; same household",
    ),
    "homonyms": (
        "nom trop répandu dans cette ville pour conclure",
        "a name too common in this town to be sure",
    ),
    "ambiguous": (
        "plusieurs personnes possibles, sans de quoi choisir",
        "several people possible, and nothing to choose by",
    ),
    "chain": (
        "réunirait deux personnes distinctes",
        "would join two distinct people",
    ),
    "undone": ("fusion annulée par vous", "merge undone by you"),
    "below_threshold": ("indices insuffisants", "not enough evidence"),
}

# Words kept once each, where a pair holds the number of its own.
RULE: pl.DataType = pl.Enum(list(_RULES))
HELD: pl.DataType = pl.Enum(list(_WHY_NOT))

# Words for a probable merge, in this order; each shown where its relation holds.
_SEEN: tuple[tuple[pl.Expr, str, str], ...] = (
    (pl.col("last") == "same", "même nom", "same surname"),
    (pl.col("swapped"), "nom et prénom inversés", "names swapped"),
    (pl.col("last") == "close", "nom à une faute près", "surname but for a slip"),
    (pl.col("last") == "part", "une partie du nom", "part of the surname"),
    (pl.col("first") == "same", "même prénom", "same given name"),
    (pl.col("first") == "close", "prénom à une faute près", "given name but for a slip"),
    (pl.col("first") == "initial", "même initiale", "same initial"),
    (pl.col("first") == "partial", "prénom abrégé", "given name shortened"),
    (pl.col("email"), "même e-mail", "same e-mail"),
    (pl.col("local") & ~pl.col("email"), "e-mails voisins", "similar e-mails"),
    (pl.col("phone"), "même téléphone", "same phone"),
    (pl.col("birth") == "same", "même date de naissance", "same date of birth"),
    (pl.col("place") == "address", "même adresse", "same address"),
    (pl.col("place") == "street", "même rue", "same street"),
    (pl.col("place").is_in(["postcode", "elsewhere"]), "même code postal", "same postcode"),
    (pl.col("place").is_in(["city", "town"]), "même ville", "same town"),
)


def seen(lang: str) -> pl.Expr:
    """Return what agrees between two compared records, as a list in words."""
    at = 1 if lang == "fr" else 2
    words = [pl.when(row[0]).then(pl.lit(row[at])) for row in _SEEN]
    return pl.concat_str(words, separator=", ", ignore_nulls=True)


def of(lang: str) -> pl.Expr:
    """Return the evidence of a merge, from its ``rule`` or, when probable, from what agrees."""
    at = 0 if lang == "fr" else 1
    said = {rule: words[at] for rule, words in _RULES.items()}
    ruled = pl.col("rule").replace_strict(said, default="", return_dtype=pl.String)
    return pl.when(ruled == "").then(pl.col(f"detail_{lang}")).otherwise(ruled)


def why_not(lang: str) -> pl.Expr:
    """Return why a merge was not applied, from ``held``; absent where it was."""
    at = 0 if lang == "fr" else 1
    said = {reason: words[at] for reason, words in _WHY_NOT.items()}
    return pl.col("held").replace_strict(said, default=None, return_dtype=pl.String)
