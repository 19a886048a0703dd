"""Every sentence of the platform stands in French and in English; the frame speaks French too."""

import tomllib
from pathlib import Path

import pytest

WEB = Path(__file__).parents[3] / "src" / "mecene_web"
FILES = sorted(WEB.rglob("words.toml"))


@pytest.mark.parametrize("file", FILES, ids=[f.parent.name for f in FILES])
def test_every_sentence_is_there_twice_with_the_same_blanks(file):
    import string

    def blanks(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    table = tomllib.loads(file.read_text(encoding="utf-8"))
    wrong = [
        f"{section}.{name}"
        for section, names in table.items()
        for name, said in names.items()
        if set(said) != {"fr", "en"} or blanks(said["fr"]) != blanks(said["en"])
    ]

    assert wrong == []


@pytest.mark.parametrize("file", FILES, ids=[f.parent.name for f in FILES])
def test_french_has_its_spaces_and_its_apostrophes(file):
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    wrong = [
        f"{section}.{name}: {said['fr']}"
        for section, names in table.items()
        for name, said in names.items()
        if any(mark in said["fr"] for mark in (" ;", " ?", " !", " :", " %", "«\x20", "\x20»"))
        or any(f"{letter}'" in said["fr"] for letter in "cdjlmnstu")
    ]

    assert wrong == []


@pytest.mark.parametrize(("lang", "said"), [("fr", "Sombre"), ("en", "Dark")])
@pytest.mark.django_db
def test_the_frame_speaks_the_readers_language(browser, lang, said):
    page = browser("administrator", lang=lang).get("/accounts/staff/").content.decode()

    assert f"</span>{said}</button>" in page
