"""Every sentence a reader meets stands in French and in English, with the same blanks."""

import string
import tomllib
from pathlib import Path

import pytest

import mecene
from mecene.words import Lexicon, UnknownWords

ROOT = Path(mecene.__file__).parent
# A lexicon is read by mecene.words; what segments say is pieces that its sentences are made of.
LEXICONS = [
    *(path for path in sorted(ROOT.rglob("words.toml")) if path.parent.name != "segments"),
    *sorted(ROOT.rglob("refusals.toml")),
]


def blanks(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def leaves(table: dict, above: str = "") -> set[str]:
    found: set[str] = set()
    for name, value in table.items():
        found |= leaves(value, f"{above}{name}.") if isinstance(value, dict) else {f"{above}{name}"}
    return found


@pytest.mark.parametrize("path", LEXICONS, ids=lambda path: path.parent.name)
def test_every_sentence_exists_in_both_languages_with_the_same_blanks(path: Path) -> None:
    table = tomllib.loads(path.read_text(encoding="utf-8"))

    for section, names in table.items():
        for name, words in names.items():
            assert set(words) == {"fr", "en"}, f"{section}.{name}"
            assert blanks(words["fr"]) == blanks(words["en"]), f"{section}.{name}"
            assert words["fr"].strip(), f"{section}.{name}"
            assert words["en"].strip(), f"{section}.{name}"


def test_the_pieces_of_a_donors_sentence_exist_in_both_languages() -> None:
    table = tomllib.loads((ROOT / "segments" / "words.toml").read_text(encoding="utf-8"))

    assert set(table) == {"fr", "en"}
    assert leaves(table["fr"]) == leaves(table["en"])


def test_there_are_lexicons_to_read() -> None:
    assert {path.parent.name for path in LEXICONS} >= {"report"}


def test_an_unknown_key_is_named_with_its_file() -> None:
    with pytest.raises(UnknownWords, match=r"mecene.report/words.toml: `pictures.none` in fr"):
        Lexicon("mecene.report").say("pictures.none", lang="fr")


FRENCH = [
    *sorted(ROOT.rglob("words.toml")),
    *sorted(path for path in ROOT.rglob("*.toml") if path.parent.name == "scores"),
]


@pytest.mark.parametrize("path", FRENCH, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_colon_stands_after_one_kind_of_space_that_never_breaks(path: Path) -> None:
    # Imprimerie nationale: a whole no-break space before a colon, a narrow one before ; ! and ?
    text = path.read_text(encoding="utf-8")

    assert [line for line in text.splitlines() if "\u202f:" in line] == []
