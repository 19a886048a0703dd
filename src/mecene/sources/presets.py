"""Presets: which program a file was exported from, and how its columns are to be taken.

One TOML file a kind of export in ``presets/``: a mapping (see ``mapping``) with a title, the source
its columns were taken from, and the headers that give the program away.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mecene.sources import folding, mapping, problems

_OWN_KEYS = ("title", "source", "headers")


class UnknownPreset(problems.Refusal):
    """A mapping asks for a preset we do not have."""


@dataclass(frozen=True)
class Preset:
    """An export of a known program.

    ``headers``: alternatives; a file whose folded headers contain all of one is this export.
    """

    name: str
    title: str
    source: str
    headers: tuple[tuple[str, ...], ...]
    mapping: mapping.Mapping


def known() -> tuple[Preset, ...]:
    """Return every preset, sorted by name."""
    return _presets()


def named(name: str) -> Preset:
    """Return a preset by name; raise ``UnknownPreset``."""
    for preset in _presets():
        if preset.name == name:
            return preset
    names = ", ".join(preset.name for preset in _presets())
    raise UnknownPreset("mapping_preset", file="--mapping", value=name, known=names)


def of(columns: tuple[str, ...]) -> Preset | None:
    """Return the preset whose tell-tale headers the file has; the most of them wins."""
    have = {folding.fold(column) for column in columns}
    found = [
        (len(headers), preset.name, preset)
        for preset in _presets()
        for headers in preset.headers
        if have.issuperset(headers)
    ]
    return max(found, key=lambda each: each[:2])[2] if found else None


@cache
def _presets() -> tuple[Preset, ...]:
    folder = Path(__file__).with_name("presets")
    return tuple(_load(path) for path in sorted(folder.glob("*.toml")))


def _load(path: Path) -> Preset:
    written = tomllib.loads(path.read_text(encoding="utf-8"))
    told = {key: value for key, value in written.items() if key not in _OWN_KEYS}
    headers = tuple(tuple(map(folding.fold, each)) for each in written["headers"])
    parsed = mapping.parse(told, where=path.name)
    return Preset(path.stem, written["title"], written["source"], headers, parsed)
