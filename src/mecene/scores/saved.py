"""Saved: a model as a text file that anybody can read and that runs nothing when read back.

JSON, every value named by its class among those of this package; trees are LightGBM's own text.
It holds no donor: parameters, rates, and how well they did; beside the model, its card.
"""

import dataclasses
import hashlib
import json
import types
import typing
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, cast

import polars as pl

from mecene.scores import years
from mecene.scores.card import Card
from mecene.scores.model import ScoreModel

FORMAT = 3
_EARLIER = (1, 2)
_LARGEST = 200_000_000


_TYPES = {
    str(kind): kind for kind in (pl.String(), pl.Int64(), pl.Float64(), pl.Boolean(), pl.Date())
}


@dataclasses.dataclass(frozen=True)
class Saved:
    """What a file holds; ``card`` is None of a model that could not be put to the test."""

    model: ScoreModel
    card: Card | None


class UnreadableModel(ValueError):
    """A file is not a model of Mécène, was altered, or is of another version."""


def write(fitted: ScoreModel, path: Path, *, card: Card | None = None) -> None:
    """Write a model and its card; the file appears whole or not at all."""
    text = json.dumps(_told(Saved(fitted, card)), ensure_ascii=False, indent=1, allow_nan=True)
    whole = json.dumps({"mecene_scores": FORMAT, "sha256": _hash(text)}) + "\n" + text + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(path.suffix + ".part")
    beside.write_text(whole, encoding="utf-8")
    beside.replace(path)


def read(path: Path) -> ScoreModel:
    """Return the model a file holds; see ``whole``."""
    return whole(path).model


def whole(path: Path) -> Saved:
    """Return the model a file holds, and its card.

    Raises:
        UnreadableModel: the file is something else, was altered, or is of a later version.
        FileNotFoundError: there is no such file.
    """
    if path.stat().st_size > _LARGEST:
        raise UnreadableModel(f"{path.name} is larger than any model; is it the right file?")
    head, _, text = path.read_text(encoding="utf-8", errors="replace").partition("\n")
    try:
        described = json.loads(head)
        version, written = described["mecene_scores"], described["sha256"]
    except (ValueError, KeyError, TypeError) as wrong:
        raise UnreadableModel(f"{path.name} is not a model written by Mécène") from wrong
    if version != FORMAT and version not in _EARLIER:
        raise UnreadableModel(
            f"{path.name} is a model of format {version}; this version reads up to {FORMAT}: "
            "train anew"
        )
    if _hash(text.removesuffix("\n")) != written:
        raise UnreadableModel(f"{path.name} was altered after it was written: train anew")
    told = json.loads(text)
    return cast(Saved, _made(told if version == FORMAT else _renewed(told, version), Saved))


def _renewed(told: Any, version: int) -> Any:
    """Return what an earlier format tells as this one would: its card is left out."""
    model = told if version == 1 else told["model"]
    added = {"group_effect": years.USUAL_GROUP}
    return {"is": "Saved", "model": added | model, "card": None}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _told(value: Any) -> Any:
    """Return a value as JSON has it; a dataclass is a table with its class's name."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: _told(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return {"is": type(value).__name__} | fields
    if isinstance(value, Mapping):
        return {name: _told(part) for name, part in value.items()}
    if isinstance(value, tuple):
        return [_told(part) for part in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, pl.DataFrame):
        columns = {name: str(kind) for name, kind in value.schema.items()}
        rows = [[_told(cell) for cell in row] for row in value.rows()]
        return {"is": "DataFrame", "columns": columns, "rows": rows}
    return value


def _made(told: Any, kind: Any) -> Any:
    """Return the value of a type that JSON tells of.

    Raises:
        UnreadableModel: it tells of something else.
    """
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return _one_of(told, inside)
    if dataclasses.is_dataclass(kind):
        return _table(told, cast(type, kind))
    if kind is pl.DataFrame:
        return _frame(told)
    if origin is tuple:
        if not isinstance(told, list):
            raise UnreadableModel(f"a list was expected, not {told!r:.60}")
        parts = [inside[0]] * len(told) if inside[-1] is Ellipsis else inside
        return tuple(_made(part, each) for part, each in zip(told, parts, strict=True))
    if origin is not None and issubclass(origin, Mapping):
        if not isinstance(told, dict):
            raise UnreadableModel(f"a table was expected, not {told!r:.60}")
        return {name: _made(part, inside[1]) for name, part in told.items()}
    return _plain(told, kind)


def _table(told: Any, kind: type) -> Any:
    if not isinstance(told, dict) or told.get("is") != kind.__name__:
        raise UnreadableModel(f"{kind.__name__} was expected, not {told!r:.60}")
    hints = _hints(kind)
    names = {field.name for field in dataclasses.fields(kind)}
    if names != set(told) - {"is"}:
        raise UnreadableModel(f"{kind.__name__} has other fields in this version: train anew")
    return kind(**{name: _made(told[name], hints[name]) for name in names})


def _frame(told: Any) -> pl.DataFrame:
    if not isinstance(told, dict) or set(told) != {"is", "columns", "rows"}:
        raise UnreadableModel(f"DataFrame was expected, not {told!r:.60}")
    if not set(told["columns"].values()) <= set(_TYPES):
        raise UnreadableModel(f"a DataFrame has columns of no known type: {told['columns']!r:.60}")
    schema = {name: _TYPES[kind] for name, kind in told["columns"].items()}
    days = [place for place, kind in enumerate(schema.values()) if kind == pl.Date]
    for row in told["rows"]:
        for place in days:
            row[place] = date.fromisoformat(row[place])
    return pl.DataFrame(told["rows"], schema=schema, orient="row")


def _one_of(told: Any, kinds: tuple[Any, ...]) -> Any:
    if told is None and type(None) in kinds:
        return None
    for kind in kinds:
        if isinstance(told, dict) and getattr(kind, "__name__", "") == told.get("is"):
            return _made(told, kind)
    raise UnreadableModel(f"nothing of this version is {told!r:.60}")


def _plain(told: Any, kind: Any) -> Any:
    if kind is date and isinstance(told, str):
        return date.fromisoformat(told)
    if kind is float and isinstance(told, int | float) and not isinstance(told, bool):
        return float(told)
    if kind in (int, str, bool) and type(told) is kind:
        return told
    raise UnreadableModel(f"{getattr(kind, '__name__', kind)} was expected, not {told!r:.60}")


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)
