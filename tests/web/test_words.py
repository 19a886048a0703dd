"""Every sentence of the platform stands in both languages, typeset, where it is asked for."""

import re
import string
import tomllib
from pathlib import Path

import pytest

import mecene_web

ROOT = Path(mecene_web.__file__).parent
LEXICONS = sorted(ROOT.rglob("words.toml"))
TEMPLATES = sorted(ROOT.rglob("*.html"))
# An ordinary space, or none, before a mark that French sets apart; an address has no such mark.
_LOOSE = re.compile(r"(?:\w|[»)]) ?[;!?](?:\s|$)|\w ?:\s|« (?=\w)|« |\w »|'")
_SAID = re.compile(r"""\{% say "(\w+):([\w.]+)\"""")


def sentences(path: Path) -> dict[str, dict[str, str]]:
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return {f"{section}.{name}": words for section, names in table.items()
            for name, words in names.items()}  # fmt: skip


def blanks(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("path", LEXICONS, ids=lambda path: path.parent.name)
def test_both_languages_say_as_much(path: Path) -> None:
    for key, words in sentences(path).items():
        assert set(words) == {"fr", "en"}, key
        assert blanks(words["fr"]) == blanks(words["en"]), key
        assert words["fr"].strip(), key
        assert words["en"].strip(), key


@pytest.mark.parametrize("path", LEXICONS, ids=lambda path: path.parent.name)
def test_french_is_typeset(path: Path) -> None:
    loose = {key: words["fr"] for key, words in sentences(path).items()
             if _LOOSE.search(words["fr"])}  # fmt: skip

    assert loose == {}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_a_template_says_stands_in_its_lexicon(path: Path) -> None:
    missing = [
        f"{app}:{key}"
        for app, key in _SAID.findall(path.read_text(encoding="utf-8"))
        if key not in sentences(ROOT / app / "words.toml")
    ]

    assert missing == []


def test_there_is_something_to_read() -> None:
    assert {path.parent.name for path in LEXICONS} >= {"design", "overview", "exports"}
    assert len(TEMPLATES) >= 5
