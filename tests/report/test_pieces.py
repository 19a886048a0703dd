"""The report in pieces says what its page says, and each drawing stands alone."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from mecene.report import document, pieces

pytestmark = pytest.mark.xdist_group("report")


@pytest.fixture(scope="module")
def written(reported: Any, intake: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("pieces")
    pieces.write(reported("fr").analysis, {"fr": intake, "en": intake}, into)
    return into


def test_chapters_come_in_the_order_of_the_page(written: Path, reported: Any, intake: Any) -> None:
    page = document.document(reported("fr").analysis, intake)

    told = json.loads((written / "fr.json").read_text("utf-8"))

    assert [part["title"] for part in told["sections"]] == [s.title for s in page.sections]
    assert told["cards"][0]["figure"] == page.cards[0].figure
    assert [a["name"] for a in told["actions"]] == [a.name for a in page.actions]


def test_every_picture_is_there_in_two_widths_and_reads_by_itself(written: Path) -> None:
    for lang in ("fr", "en"):
        told = json.loads((written / f"{lang}.json").read_text("utf-8"))
        names = [block["picture"]["name"] for part in told["sections"]
                 for block in part["blocks"] if block.get("picture")]  # fmt: skip

        assert len(names) == len(set(names)) > 5
        for name in names:
            for width in ("", "-narrow"):
                drawn = ET.parse(written / f"{name}{width}.{lang}.svg").getroot()
                assert drawn.tag == "{http://www.w3.org/2000/svg}svg"


def test_the_other_language_has_its_own_words(written: Path) -> None:
    french = json.loads((written / "fr.json").read_text("utf-8"))
    english = json.loads((written / "en.json").read_text("utf-8"))

    assert [p["anchor"] for p in french["sections"]] == [p["anchor"] for p in english["sections"]]
    assert all(
        a["title"] != b["title"]
        for a, b in zip(french["sections"], english["sections"], strict=True)
    )
