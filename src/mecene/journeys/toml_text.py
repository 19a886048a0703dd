"""TOML text: how tables, lists and values are written as TOML that a person can read and edit."""

import json
import re
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_WIDE = 90


def written(table: dict[str, Any]) -> str:
    """Return a table as TOML; the standard library reads it back equal.

    Args:
        table: Names → texts, numbers, truths, lists and tables; no None.
    """
    return "\n".join(_lines(table, ())).strip() + "\n"


def _lines(table: dict[str, Any], above: tuple[str, ...]) -> list[str]:
    inline = {name: value for name, value in table.items() if _fits(value)}
    lines = [f"{_name(name)} = {_inline(value)}" for name, value in inline.items()]
    for name, value in table.items():
        if name in inline:
            continue
        path = (*above, _name(name))
        heading = ".".join(path)
        for row in value if isinstance(value, list) else [value]:
            mark = f"[[{heading}]]" if isinstance(value, list) else f"[{heading}]"
            lines += ["", mark, *_lines(row, path)]
    return lines


def _fits(value: Any) -> bool:
    """Return whether a value may stand on one line; a long table or list of tables may not."""
    if isinstance(value, dict):
        return len(_inline(value)) <= _WIDE
    rows = value if isinstance(value, list) else []
    return not (rows and all(isinstance(row, dict) for row in rows))


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        inside = ", ".join(f"{_name(name)} = {_inline(each)}" for name, each in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list):
        return f"[{', '.join(_inline(each) for each in value)}]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value)


def _name(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)
