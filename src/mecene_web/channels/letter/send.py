"""Send: letters are printed together: one PDF, one file of addresses for the printer.

No line to open: they do not leave one by one (``messages.letters`` makes the batch).
"""

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

import typst

COLUMNS = ("media", "reference", "line_1", "line_2", "line_3", "line_4", "line_5", "line_6")
_LONGEST_PAGE = 6_000


@dataclass(frozen=True)
class Letter:
    """One letter.

    Attributes:
        reference: Ours, printed in the file: what comes back is known by it.
        lines: Of the envelope, name first; at most six.
        text: Paragraphs apart by an empty line.
    """

    reference: str
    lines: tuple[str, ...]
    text: str
    lang: str = "fr"


def pdf(
    letters: Sequence[Letter], *, title: str, sender: str, lines: Sequence[str], media: str
) -> bytes:
    """Return the letters as one PDF, a page or more each, in their order.

    Args:
        letters: At least one.
        title: Of the document.
        sender: The association.
        lines: Its address.
        media: The code of this mailing, printed small on each.
    """
    told = {
        "title": title, "sender": sender, "from": [sender, *lines], "media": media,
        "lang": letters[0].lang,
        "letters": [
            {"lines": list(one.lines),
             "paragraphs": [" ".join(part.split()) for part in re.split(r"\n\s*\n", one.text)
                            if part.strip()]}
            for one in letters
        ],
    }  # fmt: skip
    source = (resources.files("mecene_web.channels.letter") / "letter.typ").read_bytes()
    # What people wrote is data: nothing of it is ever read as typst's own language.
    made: bytes = typst.compile(source, format="pdf", sys_inputs={"data": json.dumps(told)})
    return made


def addresses(letters: Sequence[Letter], *, media: str) -> bytes:
    """Return the file of addresses a printer asks for: CSV, UTF-8, semicolons, one row a letter."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in letters:
        lines = [*one.lines, *[""] * 6][:6]
        writer.writerow([media, one.reference, *map(_harmless, lines)])
    return text.getvalue().encode("utf-8-sig")


def _harmless(text: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
