"""Page: one self-contained HTML file with the report's words, pictures and figures.

No script, no network, no font to fetch: what is not in the file is not needed to read it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import jinja2

from mecene.report import lexicon, look


@dataclass(frozen=True)
class Card:
    """A headline figure: the number, what it is, and what it means."""

    figure: str
    label: str
    note: str
    tone: str = "plain"


@dataclass(frozen=True)
class Action:
    """A list to act on: its name, why, how many people, what it is worth, where it is."""

    name: str
    why: str
    people: str
    value: str
    file: str
    first: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table of the page: its heads, its rows, and which columns are words, not figures."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    words: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class Block:
    """A picture, a table or a titled list of points, its lead sentence, how it is worked out.

    ``folded`` ones show their title and lead, and open at a touch; on paper they are open.
    """

    lead: str
    how: str
    picture: look.Picture | None = None
    table: Table | None = None
    title: str = ""
    points: tuple[str, ...] = ()
    folded: bool = False

    @property
    def heading(self) -> str:
        """Return what the block is called, nothing where it only speaks."""
        if self.picture:
            return self.picture.title
        return self.table.caption if self.table else self.title


@dataclass(frozen=True)
class Section:
    """A chapter of the report."""

    anchor: str
    title: str
    blocks: tuple[Block, ...]
    lead: str = ""


@dataclass(frozen=True)
class Page:
    """Everything the report says, in reading order."""

    title: str
    subtitle: str
    cards: Sequence[Card]
    sentences: Sequence[str]
    actions: Sequence[Action]
    sections: Sequence[Section]
    footer: Sequence[str]
    warnings: Sequence[str] = ()
    excluded: str = ""


def render(page: Page, *, lang: str) -> str:
    """Return the page as one HTML document, every value escaped."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("mecene.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("report.html")
    return template.render(page=page, lang=lang, says=lexicon.labels("page", lang=lang))
