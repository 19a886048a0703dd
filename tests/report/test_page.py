"""The page is one file that anybody can read, with nothing to fetch and nothing that runs."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from mecene.report import lexicon
from mecene.report.intake import FileIntake, Intake

pytestmark = pytest.mark.xdist_group("report")
LANGUAGES = ("fr", "en")
UNFINISHED = re.compile(r"\b(?:None|nan|NaN|inf|null|undefined)\b|[{}]")
MEGABYTES = 1_000_000


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_is_fetched_and_nothing_runs(reported: Any, lang: str) -> None:
    html = reported(lang).html

    assert "://" not in html
    assert not re.search(r"<(script|link|iframe|object|embed|img|image|use)\b", html)
    assert not re.search(r"@import|@font-face|\bon\w+=|javascript:", html)
    assert set(re.findall(r"url\(([^)]*)\)", html)) <= {
        f"#{name}" for name in re.findall(r'\bid="([^"]+)"', html)
    }
    assert "default-src 'none'" in html
    assert len(html.encode()) < 3 * MEGABYTES


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_tag_is_closed_and_every_name_is_used_once(
    reported: Any, read: Callable[[str], Any], lang: str
) -> None:
    found = read(reported(lang).html)
    names = [attributes["id"] for _, attributes in found.tags if "id" in attributes]

    assert found.unbalanced == []
    assert found.open == []
    assert len(names) == len(set(names))
    assert found.all("html") == [{"lang": lang}]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_link_and_every_heading_leads_somewhere(
    reported: Any, read: Callable[[str], Any], lang: str
) -> None:
    told = reported(lang)
    found = read(told.html)
    names = {attributes["id"] for _, attributes in found.tags if "id" in attributes}
    links = [str(attributes["href"]) for attributes in found.all("a")]

    assert {link[1:] for link in links if link.startswith("#")} <= names
    assert all((told.folder / link).exists() for link in links if not link.startswith("#"))
    assert {a["aria-labelledby"] for a in found.all("section")} <= names


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_picture_has_its_words_its_figures_and_its_method(
    reported: Any, read: Callable[[str], Any], lang: str
) -> None:
    html = reported(lang).html
    figures = read(html).all("figure")
    says = lexicon.labels("page", lang=lang)
    blocks = [block for block in html.split('<div class="block')[1:] if "<figure" in block]

    assert len(figures) == len(blocks) >= 10
    for attributes, block in zip(figures, blocks, strict=True):
        assert attributes["role"] == "img"
        assert len(str(attributes["aria-label"])) > 30
        assert f"<summary>{says['figures']}</summary>" in block
        assert f"<summary>{says['how']}</summary>" in block
    assert html.count('<svg aria-hidden="true"') == html.count("<svg") == 2 * len(figures)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_blank_is_left_unfilled(reported: Any, read: Callable[[str], Any], lang: str) -> None:
    found = read(reported(lang).html)
    labels = [str(attributes.get("aria-label", "")) for _, attributes in found.tags]

    assert [text for text in (*found.text, *labels) if UNFINISHED.search(text)] == []


def test_each_language_speaks_only_its_own(reported: Any, read: Callable[[str], Any]) -> None:
    def chapters(lang: str) -> list[str]:
        return [text for text in read(reported(lang).html).text if text in titles[lang]]

    titles = {lang: set(lexicon.labels("chapters", lang=lang).values()) for lang in LANGUAGES}

    assert set(chapters("fr")) == titles["fr"]
    assert set(chapters("en")) == titles["en"]
    assert titles["fr"].isdisjoint(titles["en"])


def test_french_figures_are_written_in_french(reported: Any, read: Callable[[str], Any]) -> None:
    text = " | ".join(read(reported("fr").html).text)

    assert re.findall(r"\d[.,]\d{3}(?!\d)", text) == []
    assert re.findall(r"\d\.\d", text) == []
    assert re.findall(r"\d ?k?€|[^\u202f]%", text) == []
    assert re.findall(r"[^\u202f\u00a0][;:?!»]|«[^\u202f\u00a0]", text) == []


def test_english_figures_are_written_in_english(reported: Any, read: Callable[[str], Any]) -> None:
    text = " | ".join(read(reported("en").html).text)

    assert re.findall(r"\d,\d{1,2}(?!\d)|\d\u202f\d", text) == []
    assert re.findall(r"\d[ \u00a0\u202f]?€|\s%", text) == []


@pytest.mark.parametrize("key", sorted(lexicon.LEXICON.sentences()))
def test_french_sentences_have_their_narrow_spaces_and_their_apostrophes(key: str) -> None:
    text = lexicon.LEXICON.sentences()[key]["fr"]

    assert re.findall(r"[^\u202f\u00a0][;:?!%»]|«[^\u202f\u00a0]|'", text) == []


@pytest.mark.slow
def test_what_a_file_or_a_channel_is_called_stays_text(
    analysed: Any, rendered: Any, read: Callable[[str], Any]
) -> None:
    evil = "<script>alert(1)</script>"
    given = [
        (who, f"{year}-03-{1 + who % 28:02d}", 5_000)
        for who in range(1, 41)
        for year in (2023, 2024)
    ]
    named = Intake(files=(FileIntake('"><img src=x onerror=y>.csv', 1, 1, 0),), donors=40)

    html = rendered(analysed(given, acquisition_channel=evil), named)

    found = read(html)
    assert "script" not in {tag for tag, _ in found.tags}
    assert "img" not in {tag for tag, _ in found.tags}
    assert any(evil in text for text in found.text)
    assert any("onerror=y" in text for text in found.text)
    assert found.unbalanced == []


@pytest.mark.slow
def test_a_name_of_any_length_and_a_thousand_files_fit(
    analysed: Any, rendered: Any, read: Callable[[str], Any]
) -> None:
    files = tuple(FileIntake(f"{'très long ' * 30}{n}.csv", 1, 1, 0) for n in range(1_000))

    html = rendered(analysed([(1, "2025-03-01", 5_000)]), Intake(files=files, donors=1))

    assert "très long 999" not in read(html).text
    assert len(html.encode()) < 3 * MEGABYTES
