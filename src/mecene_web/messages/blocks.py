"""Blocks: what a mail is made of, each written out as MJML (``plain`` writes them as text).

People write words, with ``**bold**``, ``[a link](https://…)`` and Liquid; whatever else they write
is words too: it is escaped. Liquid is set apart while the mail is compiled, so that no sign of it
is taken for a tag, and put back afterwards.
"""

import html
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mecene_web.messages import mjml, plain

Block = Mapping[str, Any]
LONGEST = 10_000
MOST_BLOCKS = 60
# Kind → its fields, in order; those of ``_LONG`` are written in several lines.
KINDS: dict[str, tuple[str, ...]] = {
    "greeting": ("text",),
    "story": ("title", "text", "image", "image_says"),
    "figures": ("title", "first", "first_says", "second", "second_says", "third", "third_says"),
    "impact": ("title", "text"),
    "ask": ("title", "text", "button", "tax"),
    "monthly": ("title", "text", "button", "tax"),
    "button": ("label", "url"),
    "footer": ("text",),
    "mjml": ("source", "text"),
}
LONG = frozenset({"text", "source", "tax"})
URLS = frozenset({"url", "image"})
_OPTIONAL = frozenset({"title", "image", "image_says", "second", "second_says", "third",
                       "third_says", "tax"})  # fmt: skip
_URL = re.compile(r"(?:https?://[^\s\"'<>]+|mailto:[^\s\"'<>]+|\{\{\s*link\.\w+\s*\}\})\Z")
_ACCENT = "#0b5d7a"
_INK = "#1c2733"
_SOFT = "#53606d"


class UnusableBlock(ValueError):
    """A block cannot be written out; ``block`` and ``field`` say where, ``why`` names the reason.

    Attributes:
        why: ``empty``, ``long``, ``url``, ``kind``, ``many``, ``blocks`` or ``mjml``.
    """

    def __init__(self, why: str, *, block: str = "", field: str = "", said: str = "") -> None:
        super().__init__(f"block {block or '?'}, {field or 'as a whole'}: {why} {said}".strip())
        self.why, self.block, self.field, self.said = why, block, field, said


@dataclass
class _Apart:
    """Liquid set apart while the words around it are worked on."""

    held: list[str] = field(default_factory=list)
    # Nobody writes it by chance, nor on purpose.
    sign: str = field(default_factory=lambda: secrets.token_hex(8))

    def take(self, text: str) -> str:
        """Return a text in which each piece of Liquid is a mark."""
        return plain.LIQUID.sub(self._mark, text)

    def put(self, text: str) -> str:
        """Return a text in which each mark is Liquid again."""
        return re.sub(f"{self.sign}x(\\d+)x", lambda found: self.held[int(found[1])], text)

    def _mark(self, found: re.Match[str]) -> str:
        self.held.append(found[0])
        return f"{self.sign}x{len(self.held) - 1}x"


def new(kind: str, words: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return a block of a kind, its fields filled with what they usually say.

    Raises:
        UnusableBlock: there is no such kind.
    """
    if kind not in KINDS:
        raise UnusableBlock("kind", said=kind)
    told = dict(words or {})
    return {"id": secrets.token_hex(6), "kind": kind} | {
        name: told.get(name, "") for name in KINDS[kind]
    }


def check(blocks: list[dict[str, Any]]) -> None:
    """Check that a mail can be made of blocks.

    Raises:
        UnusableBlock: one cannot be written out.
        mjml.UnreadableMjml: the MJML of one is not well written.
    """
    if not blocks:
        raise UnusableBlock("blocks")
    if len(blocks) > MOST_BLOCKS:
        raise UnusableBlock("many")
    for block in blocks:
        if block.get("kind") not in KINDS:
            raise UnusableBlock("kind", block=str(block.get("id")), said=str(block.get("kind")))
        for name in KINDS[block["kind"]]:
            _check_field(block, name)


def as_html(blocks: list[dict[str, Any]], *, subject: str, preheader: str, lang: str) -> str:
    """Return the HTML of a mail, its Liquid as it was written.

    Raises:
        UnusableBlock, mjml.UnreadableMjml: as ``check``.
    """
    check(blocks)
    apart = _Apart()
    body = "\n".join(_SECTIONS[block["kind"]](block, apart) for block in blocks)
    source = (
        f'<mjml lang="{lang}"><mj-head><mj-title>{_plain(subject, apart)}</mj-title>'
        f"<mj-preview>{_plain(preheader, apart)}</mj-preview><mj-attributes>"
        f'<mj-all font-family="Helvetica, Arial, sans-serif" /><mj-text font-size="16px" '
        f'line-height="1.5" color="{_INK}" /></mj-attributes></mj-head>'
        f'<mj-body background-color="#f3f6f9" width="600px">{body}</mj-body></mjml>'
    )
    return apart.put(mjml.compiled(source))


def _check_field(block: Mapping[str, Any], name: str) -> None:
    value, where = str(block.get(name) or ""), {"block": str(block.get("id")), "field": name}
    if not value.strip() and name not in _OPTIONAL:
        raise UnusableBlock("empty", **where)
    if len(value) > (mjml.LONGEST if name == "source" else LONGEST):
        raise UnusableBlock("long", **where)
    if name in URLS and value and not _URL.match(value.strip()):
        raise UnusableBlock("url", **where)
    if name in LONG and name != "source":
        for found in plain.LINK.finditer(plain.tight(value)):
            if not _URL.match(found[2]):
                raise UnusableBlock("url", said=found[2], **where)
    if name == "source":
        mjml.check(plain.LIQUID.sub("", value))


def _section(inside: str, *, ground: str = "#ffffff", padding: str = "12px 16px") -> str:
    return (
        f'<mj-section background-color="{ground}" padding="{padding}"><mj-column>'
        f"{inside}</mj-column></mj-section>"
    )


def _plain(text: str, apart: _Apart) -> str:
    return html.escape(apart.take(text.strip()), quote=True)


def _rich(text: str, apart: _Apart) -> str:
    """Return words as HTML: paragraphs, bold, links."""
    # A link's place may be Liquid with spaces in it: it is a mark of no space by then.
    escaped = html.escape(apart.take(text.strip()), quote=True)
    linked = plain.LINK.sub(lambda found: _anchor(found[1], found[2], apart), escaped)
    bold = plain.BOLD.sub(r"<strong>\1</strong>", linked)
    paragraphs = [part.replace("\n", "<br />") for part in re.split(r"\n\s*\n", bold) if part]
    return "".join(f'<p style="margin:0 0 12px">{part}</p>' for part in paragraphs)


def _anchor(words: str, place: str, apart: _Apart) -> str:
    if not _URL.match(html.unescape(apart.put(place))):
        return words
    return f'<a href="{place}" style="color:{_ACCENT}">{words}</a>'


def _text(text: str, apart: _Apart, **told: str) -> str:
    style = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in told.items())
    return f"<mj-text{style}>{_rich(text, apart)}</mj-text>"


def _title(block: Block, apart: _Apart) -> str:
    if not block.get("title"):
        return ""
    return (
        f'<mj-text font-size="21px" font-weight="bold" color="{_ACCENT}">'
        f'<h2 style="margin:0;font-size:21px">{_plain(block["title"], apart)}</h2></mj-text>'
    )


def _greeting(block: Block, apart: _Apart) -> str:
    return _section(_text(block["text"], apart), padding="20px 16px 0")


def _story(block: Block, apart: _Apart) -> str:
    image = ""
    if block.get("image"):
        image = (
            f'<mj-image src="{_plain(block["image"], apart)}" '
            f'alt="{_plain(block.get("image_says") or "", apart)}" padding="0 0 12px" />'
        )
    return _section(image + _title(block, apart) + _text(block["text"], apart))


def _figures(block: Block, apart: _Apart) -> str:
    columns = "".join(
        f'<mj-column><mj-text align="center" font-size="28px" font-weight="bold" '
        f'color="{_ACCENT}" padding="8px 8px 0">{_plain(block[name], apart)}</mj-text>'
        f'<mj-text align="center" font-size="14px" color="{_SOFT}" padding="0 8px 8px">'
        f"{_plain(block.get(f'{name}_says') or '', apart)}</mj-text></mj-column>"
        for name in ("first", "second", "third")
        if block.get(name)
    )
    title = _section(_title(block, apart)) if block.get("title") else ""
    return f'{title}<mj-section background-color="#ffffff">{columns}</mj-section>'


def _impact(block: Block, apart: _Apart) -> str:
    return _section(_title(block, apart) + _text(block["text"], apart), ground="#eef7fa")


def _ask(block: Block, apart: _Apart) -> str:
    """Amounts side by side, none of them chosen for the donor."""
    style = (
        f"display:inline-block;margin:0 8px 8px 0;padding:12px 20px;border-radius:6px;"
        f"background:{_ACCENT};color:#ffffff;text-decoration:none;font-weight:bold"
    )
    begin, link, label, tax, end = (
        apart.take(f"{{% for one in {plain.ASKED[block['kind']]} %}}"), apart.take("{{ one.url }}"),
        apart.take("{{ one.amount_minor | amount: ask.currency }}"),
        _plain(block.get("tax") or "", apart), apart.take("{% endfor %}"),
    )  # fmt: skip
    # Of whom no tax is known, nothing is said of it.
    known, over = apart.take("{% if one.net_minor %}"), apart.take("{% endif %}")
    said = f'{known} <span style="color:{_SOFT};font-size:14px">{tax}</span>{over}<br />'
    said = said if tax else ""
    words = _plain(block["button"], apart)
    buttons = f'{begin}<a href="{link}" style="{style}">{words} {label}</a>{said}{end}'
    inside = _title(block, apart) + _text(block["text"], apart) + f"<mj-text>{buttons}</mj-text>"
    return _section(inside)


def _button(block: Block, apart: _Apart) -> str:
    return _section(
        f'<mj-button href="{_plain(block["url"], apart)}" background-color="{_ACCENT}" '
        f'font-size="16px" font-weight="bold" border-radius="6px" inner-padding="14px 24px">'
        f"{_plain(block['label'], apart)}</mj-button>"
    )


def _footer(block: Block, apart: _Apart) -> str:
    text = _text(block["text"], apart, font_size="13px", color=_SOFT)
    return _section(text, ground="#f3f6f9")


def _own(block: Block, apart: _Apart) -> str:
    return apart.take(block["source"])


_SECTIONS: dict[str, Callable[[Block, _Apart], str]] = {
    "greeting": _greeting, "story": _story, "figures": _figures, "impact": _impact, "ask": _ask,
    "monthly": _ask, "button": _button, "footer": _footer, "mjml": _own,
}  # fmt: skip
