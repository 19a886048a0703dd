"""Saved: an uplift model as a text file that anybody can read and that runs nothing when read back.

JSON, every value named by its class among those of this package; trees are LightGBM's own text.
It holds nobody: weights, cut points that fifty people or more lie beyond, and words that a hundred
people share.
"""

import dataclasses
import hashlib
import json
import types
import typing
from functools import cache
from pathlib import Path
from typing import Any, cast

from mecene.uplift.model import UpliftModel
from mecene.uplift.refusal import Refusal

FORMAT = 1
_LARGEST = 200_000_000


class UnreadableModel(Refusal):
    """A file is not an uplift model of Mécène, was altered, or is of another version."""

    key = "unreadable_model"


def write(model: UpliftModel, path: Path) -> None:
    """Write a model; the file appears whole or not at all."""
    text = json.dumps(_told(model), ensure_ascii=False, indent=1, allow_nan=False)
    whole = json.dumps({"mecene_uplift": FORMAT, "sha256": _hash(text)}) + "\n" + text + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(path.suffix + ".part")
    beside.write_text(whole, encoding="utf-8")
    beside.replace(path)


def read(path: Path) -> UpliftModel:
    """Return the model a file holds.

    Raises:
        UnreadableModel: the file is something else, was altered, or is of another version.
        FileNotFoundError: there is no such file.
    """
    if path.stat().st_size > _LARGEST:
        raise UnreadableModel(file=path.name)
    head, _, text = path.read_text(encoding="utf-8", errors="replace").partition("\n")
    try:
        described = json.loads(head)
        same = described["sha256"] == _hash(text.removesuffix("\n"))
        if described["mecene_uplift"] != FORMAT or not same:
            raise UnreadableModel(file=path.name)
        return cast(UpliftModel, _made(json.loads(text), UpliftModel))
    except (ValueError, KeyError, TypeError) as wrong:
        raise UnreadableModel(file=path.name) from wrong


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _told(value: Any) -> Any:
    """Return a value as JSON has it; a dataclass is a table with its class's name."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: _told(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return {"is": type(value).__name__} | fields
    return [_told(part) for part in value] if isinstance(value, tuple) else value


def _made(told: Any, kind: Any) -> Any:
    """Return the value of a type that JSON tells of; ValueError where it is of another."""
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return _one_of(told, inside)
    if origin is tuple and isinstance(told, list):
        return tuple(_made(part, inside[0]) for part in told)
    if dataclasses.is_dataclass(kind) and isinstance(told, dict):
        return _table(told, cast(type, kind))
    if kind is float and isinstance(told, int | float) and not isinstance(told, bool):
        return float(told)
    if kind in (str, bool) and type(told) is kind:
        return told
    raise ValueError(f"{kind} was expected, not {told!r:.60}")


def _table(told: dict[str, Any], kind: type) -> Any:
    hints = _hints(kind)
    if told.get("is") != kind.__name__ or set(told) - {"is"} != set(hints):
        raise ValueError(f"{kind.__name__} was expected, not {told!r:.60}")
    return kind(**{name: _made(told[name], hint) for name, hint in hints.items()})


def _one_of(told: Any, kinds: tuple[Any, ...]) -> Any:
    if told is None and type(None) in kinds:
        return None
    for kind in kinds:
        if isinstance(told, dict) and getattr(kind, "__name__", "") == told.get("is"):
            return _made(told, kind)
    raise ValueError(f"nothing of this version is {told!r:.60}")


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)
