"""Foreign keys obey the same floors as imports, which no import linter can see."""

import tomllib
from pathlib import Path

from django.apps import apps
from django.db import models

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"


def floors() -> dict[str, int]:
    """Return app → floor, 0 the lowest, as the import contract has them."""
    contracts = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["tool"]["importlinter"]
    web = next(c for c in contracts["contracts"] if c.get("containers") == ["mecene_web"])
    return {
        name.strip(): height
        for height, layer in enumerate(reversed(web["layers"]))
        for name in layer.split("|")
    }


def app_of(model: type[models.Model]) -> str:
    return model.__module__.split(".")[1]


def test_foreign_keys_point_down() -> None:
    height = floors()
    wrong = [
        f"{model.__name__}.{field.name} -> {field.related_model.__name__}"
        for model in apps.get_models(include_auto_created=True)
        if model.__module__.startswith("mecene_web.")
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and isinstance(field.related_model, type)
        if field.related_model.__module__.startswith("mecene_web.")
        if app_of(field.related_model) != app_of(model)
        if height[app_of(field.related_model)] >= height[app_of(model)]
    ]

    assert wrong == []


def test_there_are_keys_to_look_at() -> None:
    assert floors()["donors"] > floors()["accounts"] > floors()["tasks"]
    assert len([m for m in apps.get_models() if m.__module__.startswith("mecene_web.")]) > 15
