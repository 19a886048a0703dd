"""Regions: in which region of France does a department lie?"""

import tomllib
from functools import cache
from importlib import resources


@cache
def by_department() -> dict[str, str]:
    """Return department code → region, as of 2016 (``regions.toml`` names the law)."""
    text = resources.files("mecene.retention").joinpath("regions.toml").read_text("utf-8")
    listed: dict[str, list[str]] = tomllib.loads(text)["regions"]
    return {department: region for region, codes in listed.items() for department in codes}
