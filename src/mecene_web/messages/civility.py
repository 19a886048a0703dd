"""Civility: how is a donor spoken to, and named on an envelope?

Of who said how, the way they said. Of whom we know nothing, the name alone, or no name at all:
nobody is guessed to be a man or a woman.
"""

from dataclasses import dataclass

from mecene.identity import names

_SAID = {
    "fr": {"m": ("Cher Monsieur", "Monsieur", "M."), "f": ("Chère Madame", "Madame", "Mme"),
           "household": ("Chers amis", "Madame, Monsieur", "M. et Mme")},
    "en": {"m": ("Dear Mr", "Dear Sir", "Mr"), "f": ("Dear Ms", "Dear Madam", "Ms"),
           "household": ("Dear friends", "Dear Sir and Madam", "Mr and Ms")},
}  # fmt: skip
_ANYBODY = {"fr": ("Bonjour", "Madame, Monsieur"), "en": ("Hello", "Dear Sir or Madam")}
_BODY = {"fr": ("Madame, Monsieur", "Madame, Monsieur"),
         "en": ("Dear Sir or Madam", "Dear Sir or Madam")}  # fmt: skip


@dataclass(frozen=True)
class Address:
    """How somebody is spoken to.

    Attributes:
        greeting: « Chère Madame Dupont », without the comma.
        formal: « Madame », as a letter begins.
        name: « Mme Claire Dupont », as on an envelope; empty where nobody told.
    """

    greeting: str
    formal: str
    name: str


def of(
    *,
    kind: str,
    civility: str | None,
    first_name: str | None,
    last_name: str | None,
    organisation_name: str | None,
    lang: str,
) -> Address:
    """Return how a donor is spoken to.

    Args:
        kind: ``person``, ``household`` or ``organisation``.
        civility: As they or a file told: « M. », « Mme », « M. et Mme », « Dr », nothing.
        first_name: As told.
        last_name: As told.
        organisation_name: As told.
        lang: ``fr`` or ``en``.
    """
    first_name, last_name = (
        names.cased(part) if part else part for part in (first_name, last_name)
    )
    person = " ".join(part for part in (first_name, last_name) if part)
    if kind == "organisation":
        return Address(*_BODY[lang], organisation_name or person)
    said = names.civility_says(civility) if civility else None
    if kind == "household" or said == "household":
        return _household(first_name, last_name, lang)
    if said is None:
        # A title we do not know (« Dr », « Maître ») stands on the envelope as it was told.
        named = " ".join(part for part in (civility, person) if part)
        hello, formal = _ANYBODY[lang]
        return Address(f"{hello} {first_name or person}".strip(), formal, named)
    dear, formal, short = _SAID[lang][said]
    greeting = f"{dear} {last_name}" if last_name else dear if lang == "fr" else formal
    return Address(greeting, formal, f"{short} {person}" if person else "")


def _household(first: str | None, last: str | None, lang: str) -> Address:
    _, formal, short = _SAID[lang]["household"]
    if not last:
        return Address(_SAID[lang]["household"][0], formal, first or "")
    dear = "Chers Madame et Monsieur" if lang == "fr" else "Dear Mr and Ms"
    person = " ".join(part for part in (first, last) if part)
    return Address(f"{dear} {last}", formal, f"{short} {person}")
