"""MJML: is this responsive mail well written, and what HTML does it come to?

The compiler lets an unknown tag pass in silence and reports a missing end without a place: what
is wrong is found here first, with its line.
"""

import re
from html.parser import HTMLParser

import mrml

LONGEST = 100_000
_BODY = frozenset({"mj-body", "mj-wrapper"})
_COLUMN = frozenset({"mj-column", "mj-hero"})
# Tag → the tags it may stand in.
PARENTS: dict[str, frozenset[str]] = {
    "mjml": frozenset({""}),
    "mj-head": frozenset({"mjml"}),
    "mj-body": frozenset({"mjml"}),
    "mj-attributes": frozenset({"mj-head"}),
    "mj-all": frozenset({"mj-attributes"}),
    "mj-class": frozenset({"mj-attributes"}),
    "mj-breakpoint": frozenset({"mj-head"}),
    "mj-font": frozenset({"mj-head"}),
    "mj-preview": frozenset({"mj-head"}),
    "mj-style": frozenset({"mj-head"}),
    "mj-title": frozenset({"mj-head"}),
    "mj-wrapper": frozenset({"mj-body"}),
    "mj-section": _BODY,
    "mj-hero": _BODY,
    "mj-group": frozenset({"mj-section"}),
    "mj-column": frozenset({"mj-section", "mj-group"}),
    "mj-raw": _BODY | _COLUMN | {"mj-section", "mj-head"},
    "mj-text": _COLUMN,
    "mj-image": _COLUMN,
    "mj-button": _COLUMN,
    "mj-divider": _COLUMN,
    "mj-spacer": _COLUMN,
    "mj-table": _COLUMN,
    "mj-social": _COLUMN,
    "mj-social-element": frozenset({"mj-social"}),
    "mj-navbar": _COLUMN,
    "mj-navbar-link": frozenset({"mj-navbar"}),
}
# Their content is HTML.
_HTML = frozenset(
    {"mj-text", "mj-button", "mj-table", "mj-raw", "mj-social-element", "mj-navbar-link"}
)
_WORDS = frozenset({"mj-preview", "mj-title", "mj-style"})
_VOID = frozenset({"br", "hr", "img", "col", "wbr"})
_FORBIDDEN = frozenset(
    {"script", "iframe", "object", "embed", "form", "input", "button", "link", "meta", "base",
     "svg", "math", "style"}
)  # fmt: skip


class UnreadableMjml(ValueError):
    """The MJML is not well written; the message says at which line."""

    def __init__(self, said: str, *, line: int) -> None:
        super().__init__(f"line {line}: {said}")
        self.said, self.line = said, line


def check(source: str) -> None:
    """Check a whole document, or what would stand in its body.

    Raises:
        UnreadableMjml: a tag is unknown, misplaced, not closed, or has no place in a mail.
    """
    if len(source) > LONGEST:
        raise UnreadableMjml(f"the mail is over {LONGEST} signs long", line=1)
    reader = _Reader(inside="" if source.lstrip().startswith("<mjml") else "mj-body")
    reader.feed(source)
    reader.close()
    reader.finish()


def compiled(source: str) -> str:
    """Return the HTML of a document, which a mail program on a phone or a desk can draw.

    Raises:
        UnreadableMjml: it is not well written.
    """
    check(source)
    # The compiler writes some signs of attributes as it would debug them: it is given ASCII alone.
    plain = source.encode("ascii", "xmlcharrefreplace").decode("ascii")
    try:
        # No font of somebody else's site: a mail is read without telling anybody.
        html: str = mrml.to_html(plain, None, mrml.RenderOptions(fonts={})).content
    except OSError as wrong:
        raise UnreadableMjml(str(wrong), line=1) from wrong
    return html


class _Reader(HTMLParser):
    """Follows the tags, and says where the first wrong one is."""

    def __init__(self, *, inside: str) -> None:
        super().__init__(convert_charrefs=False)
        self.open: list[tuple[str, int]] = [(inside, 1)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take up a tag."""
        self._check(tag, attrs)
        if tag not in _VOID:
            self.open.append((tag, self.getpos()[0]))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take up a tag that is closed at once."""
        self._check(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Close a tag."""
        if tag in _VOID:
            return
        opened, line = self.open[-1]
        if opened != tag or len(self.open) == 1:
            said = f"</{tag}> closes nothing"
            if len(self.open) > 1:
                said = f"</{tag}> comes before <{opened}> of line {line} is closed"
            raise UnreadableMjml(said, line=self.getpos()[0])
        self.open.pop()

    def handle_data(self, data: str) -> None:
        """Take up words."""
        if data.strip() and not self._in_html() and self.open[-1][0] not in _WORDS:
            line = self.getpos()[0] + len(data) - len(data.lstrip("\n"))
            raise UnreadableMjml("words stand in <mj-text>, not between tags", line=line)

    def finish(self) -> None:
        """Say what was never closed."""
        if len(self.open) > 1:
            tag, line = self.open[-1]
            raise UnreadableMjml(f"<{tag}> is never closed", line=line)

    def _in_html(self) -> bool:
        return any(tag in _HTML for tag, _ in self.open)

    def _check(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line = self.getpos()[0]
        for name, value in attrs:
            plain = re.sub(r"[\s\x00-\x1f]", "", value or "").lower()
            if name.startswith("on") or plain.startswith(("javascript:", "data:", "vbscript:")):
                raise UnreadableMjml(f"`{name}` of <{tag}> runs a script", line=line)
        if tag in _FORBIDDEN:
            raise UnreadableMjml(f"<{tag}> has no place in a mail", line=line)
        if tag.startswith("mj"):
            if tag not in PARENTS:
                raise UnreadableMjml(f"there is no tag <{tag}>", line=line)
            if self.open[-1][0] not in PARENTS[tag] | {"mj-attributes"}:
                raise UnreadableMjml(f"<{tag}> cannot stand in <{self.open[-1][0]}>", line=line)
        elif not self._in_html():
            raise UnreadableMjml(f"<{tag}> stands in <mj-text>, not between tags", line=line)
