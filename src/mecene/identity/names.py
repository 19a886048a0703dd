"""Names: when two ways of writing a name are one name.

Folding forgets accents, case, hyphens and particles; reading splits « M. et Mme DUPONT Jean
et Marie » into a household of two, and knows « SARL » from a surname.
"""

import re
import unicodedata
from dataclasses import dataclass

import polars as pl

from mecene.identity import given_names

_LIGATURES = {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d"}
_MAN = {"m", "mr", "monsieur", "mister", "mons"}
_WOMAN = {"mme", "mlle", "madame", "mademoiselle", "mrs", "ms", "miss", "mad"}
_OTHER_TITLES = {"dr", "docteur", "pr", "professeur", "me", "maitre", "pere", "soeur", "mx"}
_TITLES = _MAN | _WOMAN | _OTHER_TITLES
_AND = {"et", "ou", "and"}
_FAMILY = {"famille", "family", "epoux", "couple", "consorts", "indivision"}
_PARTICLES = {"de", "d", "von"}
# A word that takes a capital: neither a particle nor the « et » of a couple.
_SPOKEN = re.compile(r"\b(?!(?:de|von|et|ou|and)\b|d['’])([^\W\d_]+)")

# Words that make a name a body's, not a person's. Kept to those that are hardly ever surnames.
_COMPANY = {
    "sarl", "sas", "sasu", "eurl", "sci", "scop", "snc", "scp", "selarl", "gaec", "earl", "gie",
    "sa", "ltd", "gmbh", "inc", "llc", "asbl", "association", "asso", "assoc", "fondation",
    "foundation", "societe", "ste", "ets", "etablissements", "entreprise", "mairie", "commune",
    "departement", "prefecture", "holding", "amicale", "lycee", "college", "ecole", "universite",
    "paroisse", "diocese", "syndicat", "cooperative", "mutuelle", "federation", "comite",
    "pharmacie", "boulangerie", "cabinet", "laboratoire", "laboratoires", "compagnie", "cie",
    "consulting", "industries", "notaires", "clinique", "copropriete",
}  # fmt: skip
_LEGAL_FORMS = {
    "sarl", "sas", "sasu", "eurl", "sci", "scop", "snc", "scp", "selarl", "gaec", "earl", "gie",
    "sa", "ltd", "gmbh", "inc", "llc", "asbl", "association", "asso", "assoc", "societe", "ste",
    "ets", "etablissements", "la", "le", "les", "l", "de", "du", "des", "d", "et",
}  # fmt: skip

# Names a form may hold that name nobody.
NOBODY = ("anonyme", "anonymous", "inconnu", "unknown", "na", "nc", "nr", "test", "none", "null")


@dataclass(frozen=True)
class Name:
    """What a written name says: whose it is, and its parts as they were written."""

    kind: str
    civility: str | None = None
    first: str | None = None
    last: str | None = None


def fold(text: str) -> str:
    """Return a text without accents, case or punctuation: ``D’Étang-Noël`` → ``d etang noel``."""
    return _spaced(_unaccented(text.lower()))


def folded(column: pl.Expr) -> pl.Expr:
    """Return ``fold`` of a whole column; an empty text is an absence."""
    plain = column.str.to_lowercase().str.normalize("NFKD").str.replace_all(r"\p{M}", "")
    plain = plain.str.replace_many(list(_LIGATURES), list(_LIGATURES.values()))
    plain = plain.str.replace_all(r"[^\p{L}\p{N}]+", " ").str.strip_chars()
    return pl.when(plain != "").then(plain)


def canonical_first(folded_first: pl.Expr) -> pl.Expr:
    """Return a folded given name as its best-known form: ``matthieu`` → ``mathieu``."""
    return folded_first.replace(given_names.OTHERWISE)


def compact_last(folded_last: pl.Expr) -> pl.Expr:
    """Return a folded surname without particles or spaces: ``de la tour`` → ``latour``."""
    bare = folded_last.str.replace_all(r"\b(?:de|d|von)\b", "").str.replace_all(" ", "")
    return pl.when(bare != "").then(bare).otherwise(folded_last.str.replace_all(" ", ""))


def organisation_key(folded_name: pl.Expr) -> pl.Expr:
    """Return a folded body's name without legal form or small words, in one piece."""
    words = "|".join(sorted(_LEGAL_FORMS))
    bare = folded_name.str.replace_all(rf"\b(?:{words})\b", "").str.replace_all(" ", "")
    return pl.when(bare != "").then(bare).otherwise(folded_name.str.replace_all(" ", ""))


def civility_says(civility: str) -> str | None:
    """Return what a civility says: ``m``, ``f``, ``household``, or nothing."""
    words = set(fold(civility).split())
    if words & _FAMILY or (words & _MAN and words & _WOMAN):
        return "household"
    if words & _MAN:
        return "m"
    return "f" if words & _WOMAN else None


def read(written: str) -> Name:
    """Return what a name written in one piece says.

    « DUPONT Jean », « Jean Dupont », « Dupont, Jean », « M. et Mme DUPONT Jean et Marie »,
    « SARL Dupont ». Where nothing tells given name from surname, the given name is first.
    """
    tokens = [token for token in re.split(r"[\s/]+|(?<=\.)(?=\w)|(&)|(?<=,)", written) if token]
    plain = [fold(token) or ("et" if token in {"&", "+"} else "") for token in tokens]
    if _COMPANY & set(plain):
        return Name("organisation", last=written.strip())
    titles = [word for word in plain if word in _TITLES | _FAMILY]
    words = [(t, p) for t, p in zip(tokens, plain, strict=True) if p not in _TITLES | _FAMILY]
    civility = _civility(titles)
    couple = civility == "M. et Mme" or any(plain in _AND for _, plain in words[1:-1])
    words = _without_edges(words)
    if not words:
        return Name("household" if couple else "person", civility)
    first, last = _split_couple(words) if couple else _split(words)
    return Name("household" if couple else "person", civility, first, last)


def untitled(written: str) -> str | None:
    """Return a name without « M. », « Mme », « Dr » before it, its words in their order."""
    tokens = [token for token in written.split() if fold(token) not in _TITLES]
    return " ".join(tokens) or None


def cased(written: str) -> str:
    """Return a name as it is read aloud, where a form shouted it or never pressed the shift key.

    ``DE LA TOUR`` → ``de La Tour``, ``jean-pierre`` → ``Jean-Pierre``, ``D'ORMESSON`` →
    ``d'Ormesson``. Written with both kinds of letters it is left as told, and initials too. The
    particle is small and the article is not (Lexique des règles typographiques, Imprimerie
    nationale, « noms propres »).
    """
    if not (written.isupper() or written.islower()) or len(written.replace(".", "")) < 2:
        return written
    return _SPOKEN.sub(lambda found: found[1].capitalize(), written.lower())


def first_names(written: str) -> list[str]:
    """Return the canonical given names in « Jean et Marie », sorted."""
    parts = re.split(r"\s+(?:et|ou|and)\s+|\s*[&+/,]\s*", written, flags=re.IGNORECASE)
    plain = [fold(part) for part in parts]
    return sorted(given_names.OTHERWISE.get(name, name) for name in plain if name)


def _unaccented(text: str) -> str:
    for ligature, letters in _LIGATURES.items():
        text = text.replace(ligature, letters)
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _spaced(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text).split())


def _civility(titles: list[str]) -> str | None:
    said = civility_says(" ".join(titles))
    return {"household": "M. et Mme", "m": "M.", "f": "Mme"}.get(said or "")


def _without_edges(words: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Drop a conjunction left alone at either end once the titles are gone, and empty words."""
    words = [word for word in words if word[1]]
    while words and words[0][1] in _AND:
        words = words[1:]
    while words and words[-1][1] in _AND:
        words = words[:-1]
    return words


def _split(words: list[tuple[str, str]]) -> tuple[str | None, str | None]:
    """Return (given name, surname) of one person."""
    if len(words) == 1:
        return None, _joined(words)
    for place, (token, _) in enumerate(words[:-1]):
        if token.endswith(","):
            return _joined(words[place + 1 :]), _joined(words[: place + 1])
    shouted = [word for word in words if word[0].isupper() and len(word[1]) > 1]
    if shouted and len(shouted) < len(words):
        return _joined([word for word in words if word not in shouted]), _joined(shouted)
    if _known(words[-1]) and not _known(words[0]):
        return _joined(words[-1:]), _joined(words[:-1])
    given = 1
    while given < len(words) - 1 and _known(words[given]):
        given += 1
    return _joined(words[:given]), _joined(words[given:])


def _split_couple(words: list[tuple[str, str]]) -> tuple[str | None, str | None]:
    """Return (« Jean et Marie », « Dupont » or « Dupont Martin ») of two people."""
    at = next((i for i, (_, plain) in enumerate(words) if plain in _AND), None)
    if at is None:
        return _split(words)
    left, right = words[:at], words[at + 1 :]
    firsts: list[str | None] = []
    lasts: list[str | None] = []
    for side in (left, right):
        if len(side) == 1 and _known(side[0]):
            firsts.append(side[0][0])
            lasts.append(None)
            continue
        first, last = _split(side)
        firsts.append(first)
        lasts.append(last)
    surnames = list(dict.fromkeys(fold(last) for last in lasts if last))
    shown = next((last for last in lasts if last), None)
    both = shown if len(surnames) < 2 else " ".join(last for last in lasts if last)
    return " et ".join(first for first in firsts if first) or None, both


def _known(word: tuple[str, str]) -> bool:
    return any(part in given_names.KNOWN for part in (word[1], word[1].split()[0]))


def _joined(words: list[tuple[str, str]]) -> str:
    return " ".join(token.strip(",") for token, _ in words)
