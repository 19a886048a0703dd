"""Plain: what a mail says to a program that shows text alone, its Liquid as it was written."""

import re
from collections.abc import Callable, Mapping
from typing import Any

Block = Mapping[str, Any]
LIQUID = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
# Kind of block → the amounts it goes through.
ASKED = {"ask": "ask.amounts", "monthly": "ask.monthly"}
LINK = re.compile(r"\[([^\]\n]+)\]\(([^)\s]+)\)")
BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)


def as_text(blocks: list[dict[str, Any]]) -> str:
    """Return the plain-text part of a mail."""
    return "\n\n".join(part for block in blocks if (part := _TEXTS[block["kind"]](block).strip()))


def _read(text: str) -> str:
    """Return words as plain text: links told after their words, no stars."""
    return BOLD.sub(r"\1", LINK.sub(r"\1 : \2", tight(text)))


def tight(text: str) -> str:
    """Return words whose Liquid has no spaces at its ends, so that it can be a link's place."""
    return re.sub(r"\{\{\s*(.*?)\s*\}\}", r"{{\1}}", text)


def _titled(block: Block, text: str) -> str:
    title = _apart_from_liquid(block.get("title") or "", str.upper)
    return "\n\n".join(part for part in (title, text) if part)


def _apart_from_liquid(text: str, change: Callable[[str], str]) -> str:
    """Return words changed, and the Liquid among them as it was."""
    words, held = LIQUID.split(text), [*LIQUID.findall(text), ""]
    return "".join(change(word) + kept for word, kept in zip(words, held, strict=True))


def _figures_text(block: Block) -> str:
    rows = [f"{block[name]} {block.get(f'{name}_says') or ''}".strip()
            for name in ("first", "second", "third") if block.get(name)]  # fmt: skip
    return _titled(block, "\n".join(rows))


def _ask_text(block: Block) -> str:
    tax = f"{{% if one.net_minor %}} {block['tax']}{{% endif %}}" if block.get("tax") else ""
    amounts = (
        f"{{% for one in {ASKED[block['kind']]} %}}"
        f"{block['button']} {{{{ one.amount_minor | amount: ask.currency }}}}{tax} : "
        "{{ one.url }}\n{% endfor %}"
    )
    return _titled(block, _read(block["text"]) + "\n\n" + amounts)


_TEXTS: dict[str, Callable[[Block], str]] = {
    "greeting": lambda block: _read(block["text"]),
    "story": lambda block: _titled(block, _read(block["text"])),
    "figures": _figures_text,
    "impact": lambda block: _titled(block, _read(block["text"])),
    "ask": _ask_text,
    "monthly": _ask_text,
    "button": lambda block: f"{block['label']} : {block['url'].strip()}",
    "footer": lambda block: "-- \n" + _read(block["text"]),
    "mjml": lambda block: _read(block["text"]),
}
