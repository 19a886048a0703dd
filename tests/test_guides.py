"""Each how-to is told twice, in English and in French, and both say the same."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
ENGLISH = sorted([*(DOCS / "how-to").glob("*.md"), DOCS / "platform.md"])
FRENCH = sorted([*(DOCS / "guides").glob("*.md"), DOCS / "plateforme.md"])
NO_BREAK, NARROW = "\u00a0", "\u202f"

# A link to the twin, the first thing under the title.
_TO_FRENCH = re.compile(rf"\A# [^\n]+\n\n\*En français{NO_BREAK}: \[[^\]]+\]\(([^)]+)\)\.\*\n")
_TO_ENGLISH = re.compile(r"\A# [^\n]+\n\n\*In English: \[[^\]]+\]\(([^)]+)\)\.\*\n")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"(?:^|\s+)# .*$", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\]]*)\]\(([^)\s]+)\)")
# In italics stands what the pages say, word for word; bold is for all other stress.
_ITALICS = re.compile(r"(?<![*\w])\*(?!\*)([^*\n]+)\*(?![*\w])")
_LOOSE = re.compile(
    r"[^\W_] ?[;!?](?:\s|$)"  # no narrow no-break space before ; ! ?
    r"|[»)\]] ?[;!?](?:\s|$)"
    r"|\d[ \u00a0]?%"
    r"|\w[ \u202f]?:(?:\s|$)"
    r"|« |«(?![\u00a0\u202f])| »|(?<![\u00a0\u202f])»"
    r"|\d[ \u202f]?€"
    r"|'|\.\.\."
)


def twin(page: Path, link: re.Pattern[str]) -> Path | None:
    found = link.match(page.read_text(encoding="utf-8"))
    return (page.parent / found[1]).resolve() if found else None


def code(page: Path) -> list[tuple[str, str]]:
    """Return a page's blocks of code without their comments, each with its language."""
    text = page.read_text(encoding="utf-8")
    return [(lang, _COMMENT.sub("", block)) for lang, block in _FENCE.findall(text)]


def prose(page: Path) -> str:
    """Return a page without its code, its tags and where its links lead."""
    text = _TO_ENGLISH.sub("", _TO_FRENCH.sub("", page.read_text(encoding="utf-8")))
    text = _FENCE.sub("", text)
    text = re.sub(r"<[^>]+>|^\|[-:| ]+\|$", "", text, flags=re.MULTILINE)
    text = _LINK.sub(r"\1", text)
    return re.sub(r"`[^`\n]+`", "x", text)


def shape(page: Path) -> list[str]:
    """Return what begins each title, entry of a list and row of a table, in their order."""
    return re.findall(r"^(?:#+|-|\d+\.|\|)(?= )", prose(page), re.MULTILINE)


def numbers(page: Path) -> list[str]:
    """Return the numbers a page tells, without the marks by which the two languages part."""
    text = re.sub(r"(?<=\d)[.,\u202f](?=\d)", "", prose(page))
    return sorted(each for each in re.findall(r"\d+", text) if len(each) > 1)


@cache
def french_words() -> frozenset[str]:
    """Return all that the program and its pages say in French, and how each begins."""
    tables = [tomllib.loads(path.read_text(encoding="utf-8"))
              for path in (ROOT / "src").rglob("*.toml")]  # fmt: skip
    said = {text for table in tables for text in _french(table)}
    return frozenset(text for each in said for text in _beginnings(each))


def _french(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("fr"), str):
            yield value["fr"]
        for each in value.values():
            yield from _french(each)


def _beginnings(text: str) -> Iterator[str]:
    """Yield a sentence, and what comes before each blank or mark in it: a label, a choice."""
    yield text
    for mark in re.finditer(r"\s?[:,.…{]", text):
        yield text[: mark.start()].rstrip()


@pytest.mark.parametrize("page", ENGLISH, ids=lambda page: page.stem)
def test_a_how_to_has_a_french_twin_that_links_back(page: Path) -> None:
    french = twin(page, _TO_FRENCH)

    assert french in FRENCH
    assert twin(french, _TO_ENGLISH) == page


def test_no_french_page_stands_alone() -> None:
    assert {twin(page, _TO_FRENCH) for page in ENGLISH} == set(FRENCH)
    assert len(FRENCH) > 15


@pytest.mark.parametrize("page", FRENCH, ids=lambda page: page.stem)
def test_twins_have_the_same_code_the_same_numbers_and_the_same_shape(page: Path) -> None:
    english = twin(page, _TO_ENGLISH)

    assert code(page) == code(english)
    assert shape(page) == shape(english)
    assert numbers(page) == numbers(english)


@pytest.mark.parametrize("page", FRENCH, ids=lambda page: page.stem)
def test_french_is_typeset(page: Path) -> None:
    lines = [line for line in prose(page).splitlines() if _LOOSE.search(line)]

    assert lines == []


@pytest.mark.parametrize("page", FRENCH, ids=lambda page: page.stem)
def test_what_a_guide_quotes_of_the_pages_stands_on_them(page: Path) -> None:
    text = _TO_ENGLISH.sub("", page.read_text(encoding="utf-8"))
    quoted = [part for said in _ITALICS.findall(_FENCE.sub("", text))
              for part in said.split(" › ")]  # fmt: skip

    assert [each for each in quoted if each.rstrip("…") not in french_words()] == []


@pytest.mark.parametrize("page", FRENCH, ids=lambda page: page.stem)
def test_a_way_through_the_menu_begins_in_the_menu(page: Path) -> None:
    frame = (ROOT / "src" / "mecene_web" / "design" / "words.toml").read_text(encoding="utf-8")
    words = tomllib.loads(frame)
    menu = {each["fr"] for part in ("groups", "menu") for each in words[part].values()}
    ways = [said.split(" › ") for said in _ITALICS.findall(prose(page)) if " › " in said]

    assert {way[0] for way in ways} - menu == set()
    assert sum(len(way) - 1 for way in ways) == prose(page).count(" › ")


@pytest.mark.parametrize("folder", ["how-to", "guides"])
def test_an_index_leads_to_every_guide(folder: str) -> None:
    index = DOCS / folder / "README.md"
    led_to = {link for _, link in _LINK.findall(index.read_text(encoding="utf-8"))}

    assert {page.name for page in index.parent.glob("*.md")} - {"README.md"} <= led_to
    assert f"docs/{folder}/README.md" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", [*ENGLISH, *FRENCH], ids=lambda page: page.stem)
def test_a_link_to_a_part_of_a_page_finds_it(page: Path) -> None:
    """That the pages themselves are there, tests/test_docs.py says of all of them."""
    lost = []
    for _, link in _LINK.findall(page.read_text(encoding="utf-8")):
        path, _, part = link.partition("#")
        if part and not path.startswith("http"):
            target = page.parent / path if path else page
            if part not in _anchors(target.read_text(encoding="utf-8")):
                lost.append(link)

    assert lost == []


def _anchors(text: str) -> set[str]:
    """Return the anchors of a page's titles, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
