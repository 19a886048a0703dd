"""Pieces: the report's page taken apart, so that a site can show each chapter by itself.

``<lang>.json`` has the words and tables in reading order; each picture lies beside it as two SVG
files, for a screen and for a phone, that stand alone.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from mecene.report import document
from mecene.report.analysis import Analysis
from mecene.report.intake import Intake
from mecene.report.look import Drawing, Picture
from mecene.report.page import Block, Page, Section

_NAMESPACES = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def write(analysis: Analysis, intakes: Mapping[str, Intake], into: Path) -> None:
    """Write the pieces of a report, in each language there is an intake in.

    Sentences that were worked out with the analysis (reasons in lists, warnings) keep its own.
    """
    into.mkdir(parents=True, exist_ok=True)
    # All drawings are begun before the first is waited for.
    pages = {
        lang: document.document(replace(analysis, lang=lang), intake)
        for lang, intake in intakes.items()
    }
    for lang, page in pages.items():
        of_page(page, into, lang=lang)


def of_page(page: Page, into: Path, *, lang: str) -> None:
    """Write the pieces of a page in a language, into a folder that is there."""
    told = _told(page, into, lang)
    text = json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False)
    (into / f"{lang}.json").write_text(text + "\n", encoding="utf-8")


def _told(page: Page, into: Path, lang: str) -> dict[str, Any]:
    words = asdict(replace(page, sections=()))
    return words | {"sections": [_section(section, into, lang) for section in page.sections]}


def _section(section: Section, into: Path, lang: str) -> dict[str, Any]:
    blocks = [_block(block, into, lang) for block in section.blocks]
    return asdict(replace(section, blocks=())) | {"blocks": blocks}


def _block(block: Block, into: Path, lang: str) -> dict[str, Any]:
    told = asdict(replace(block, picture=None)) | {"heading": block.heading}
    if block.picture:
        told["picture"] = _picture(block.picture, into, lang)
    return told


def _picture(picture: Picture, into: Path, lang: str) -> dict[str, Any]:
    _drawn(picture.wide, into / f"{picture.name}.{lang}.svg")
    _drawn(picture.narrow, into / f"{picture.name}-narrow.{lang}.svg")
    return {
        "name": picture.name,
        "title": picture.title,
        "alternative": picture.alternative,
        "header": picture.header,
        "rows": picture.rows,
    }


def _drawn(drawing: Drawing, file: Path) -> None:
    file.write_text(drawing.svg.replace("<svg", _NAMESPACES, 1) + "\n", encoding="utf-8")
