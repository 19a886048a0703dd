"""People are spoken to as they said they are, and nobody is guessed to be a man or a woman."""

import pytest

from mecene_web.messages import civility

pytestmark = pytest.mark.once


def of(civility_told=None, first=None, last=None, *, kind="person", organisation=None, lang="fr"):
    return civility.of(kind=kind, civility=civility_told, first_name=first, last_name=last,
                       organisation_name=organisation, lang=lang)  # fmt: skip


@pytest.mark.parametrize(
    ("told", "greeting", "name"),
    [
        (of("M.", "Jean", "Petit"), "Cher Monsieur Petit", "M. Jean Petit"),
        (of("Mme", "Claire", "Petit"), "Chère Madame Petit", "Mme Claire Petit"),
        (of("Monsieur", None, "Petit"), "Cher Monsieur Petit", "M. Petit"),
        (of("Mme"), "Chère Madame", ""),
        (of("M. et Mme", "Jean et Claire", "Petit"), "Chers Madame et Monsieur Petit",
         "M. et Mme Jean et Claire Petit"),
        (of(None, "Les", "Petit", kind="household"), "Chers Madame et Monsieur Petit",
         "M. et Mme Les Petit"),
        (of(None, "Claude", "Petit"), "Bonjour Claude", "Claude Petit"),
        (of(None, None, "Petit"), "Bonjour Petit", "Petit"),
        (of(), "Bonjour", ""),
        (of("Mme", "CLAIRE", "DE LA TOUR"), "Chère Madame de La Tour", "Mme Claire de La Tour"),
        (of(None, "jean-pierre", "petit"), "Bonjour Jean-Pierre", "Jean-Pierre Petit"),
        (of("Dr", "Claude", "Petit"), "Bonjour Claude", "Dr Claude Petit"),
        (of(kind="organisation", organisation="SARL Petit"), "Madame, Monsieur", "SARL Petit"),
        (of("M.", "Jean", "Petit", lang="en"), "Dear Mr Petit", "Mr Jean Petit"),
        (of(None, "Claude", "Petit", lang="en"), "Hello Claude", "Claude Petit"),
        (of("Mme", lang="en"), "Dear Madam", ""),
        (of(kind="organisation", organisation="Petit Ltd", lang="en"), "Dear Sir or Madam",
         "Petit Ltd"),
    ],
)  # fmt: skip
def test_each_is_spoken_to_as_they_said(told, greeting, name):
    assert (told.greeting, told.name) == (greeting, name)


def test_a_name_never_holds_the_word_none():
    for kind in ("person", "household", "organisation"):
        for said in (None, "M.", "Mme", "M. et Mme", "Dr", "x"):
            for lang in ("fr", "en"):
                told = of(said, kind=kind, lang=lang)
                assert "None" not in f"{told.greeting}{told.formal}{told.name}"
